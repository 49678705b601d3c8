"""How near to Klarna's rate one account can be asked, by one process and by four.

The shares are lent by a real SQLite, the calls go nowhere: what is measured is the meter
itself. Goal: at least 190 of the 200 calls a second that Klarna allows, and never more than
200 in any second. Run it with ``python bench/rates.py``.
"""

import multiprocessing
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.application.rates import RateKeeper
from kvitt.domain.ids import ShopId

SECONDS = 10.0
ACCOUNT = UUID("5d6f0c8a-3f8b-4b52-9d5a-6b1d2f0e7a31")


def open_database(folder: str) -> None:
    """Start Django over a database in the folder."""
    settings = configuration.load_or_create(data_dir=Path(folder))
    bootstrap.start_django(settings)


def prepare(folder: str) -> None:
    """Make a database with one account."""
    open_database(folder)
    bootstrap.migrate()
    from kvitt.adapters.database.repositories import NewAccount, NewShop

    parts = bootstrap.assemble(configuration.current())
    shop = parts.shops.add_shop(
        NewShop(
            uid=ACCOUNT,
            name="bench",
            url="https://shop.example",
            consumer_key="ck",
            consumer_secret="cs",  # noqa: S106 - opens nothing
            hook_token="bench",  # noqa: S106 - opens nothing
            hook_secret="bench",  # noqa: S106 - opens nothing
        )
    )
    parts.accounts.add_account(
        NewAccount(
            uid=ACCOUNT,
            shop=ShopId(shop.pk),
            label="bench",
            region="eu",
            environment="live",
            username="K1",
            password="p",  # noqa: S106 - opens nothing
        )
    )


def ask(
    folder: str, holder: str, told: "multiprocessing.Queue[tuple[list[float], int]]"
) -> None:
    """Take turns for some seconds; tell when each was, and how often a share was borrowed."""
    open_database(folder)
    from datetime import timedelta

    from kvitt.adapters.database.rates import RateShares

    class Counting:
        def __init__(self) -> None:
            self.shares = RateShares(lambda: datetime.now(UTC), holder=holder)
            self.count = 0

        def borrow(
            self, account: str, *, capacity: int, wanted: int, lasting: timedelta
        ) -> int:
            self.count += 1
            return self.shares.borrow(
                account, capacity=capacity, wanted=wanted, lasting=lasting
            )

    lender = Counting()
    rates = RateKeeper(lender, monotonic=time.monotonic, sleep=time.sleep)
    calls: list[float] = []
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        rates.take(str(ACCOUNT), environment="live")
        calls.append(time.monotonic())
    told.put((calls, lender.count))


def measure(processes: int) -> str:
    """Return a line with what so many processes did together."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        maker = spawn.Process(target=prepare, args=(folder,))
        maker.start()
        maker.join()
        told: multiprocessing.Queue[tuple[list[float], int]] = spawn.Queue()
        workers = [
            spawn.Process(target=ask, args=(folder, f"process {nth}", told))
            for nth in range(processes)
        ]
        for worker in workers:
            worker.start()
        answers = [told.get(timeout=120) for _ in workers]
        for worker in workers:
            worker.join()
    calls = sorted(at for turns, _ in answers for at in turns)
    most = max(_within_a_second(calls, nth) for nth in range(len(calls)))
    borrowed = sum(count for _, count in answers)
    rate = len(calls) / (calls[-1] - calls[0])
    return (
        f"{processes} process(es): {rate:.0f} calls a second, at most {most} in any second, "
        f"{len(calls) / borrowed:.0f} calls for each question to the database"
    )


def _within_a_second(calls: list[float], first: int) -> int:
    last = first
    while last < len(calls) and calls[last] < calls[first] + 1:
        last += 1
    return last - first


if __name__ == "__main__":
    for count in (1, 4):
        print(measure(count))

"""What ``kvitt doctor`` says of the installation itself: the machine, the database, the clock.

The law: every check reads, says what it saw in one sentence, and names the next step where
something has to be done. No sentence holds a secret or a customer's name.
"""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from kvitt.adapters.exchange import Deadlines, Request
from kvitt.adapters.http import Http
from kvitt.application.found import Level
from kvitt.bootstrap import Parts
from kvitt.bootstrap.network import policy_of, tls_of
from kvitt.domain.errors import ConfigurationError, KvittError
from kvitt.settings import Engine, Settings

#: The newest calls whose orders' journals are verified: a quick look, not the whole proof.
JOURNALS = 100
#: An order that is due for longer than this is taken by nobody.
OVERDUE = timedelta(minutes=5)
#: The beat comes every minute.
SILENT = timedelta(minutes=3)
#: Free space, bytes, below which a person should look, and below which nothing works for long.
LITTLE_SPACE, NO_SPACE = 1_000_000_000, 100_000_000
#: A clock that is off by more than this makes times hard to compare.
SKEW = timedelta(seconds=30)
_PATIENCE = Deadlines(connect=5, read=5, write=5, total=8)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    level: Level
    says: str
    next_step: str = ""


def checks(parts: Parts, *, now: datetime) -> Iterator[Check]:
    """Yield what was seen of the installation; shops and Klarna are asked for the time."""
    yield _database(parts.settings)
    yield _keys(parts)
    yield _journal(parts.settings)
    yield _queue(parts, now=now)
    yield from _beat(parts.settings, now=now)
    yield _space(parts.settings)
    yield from _backups(parts.settings, now=now)
    yield _address(parts.settings)
    yield _mail(parts.settings)
    yield from _clocks(parts)


def _database(settings: Settings) -> Check:
    from django.db import connection

    from kvitt.adapters.database.models import Order

    orders, kind = Order.objects.count(), connection.vendor
    named = f"{kind} in {settings.data_dir}" if kind == "sqlite" else kind
    said = f"The database ({named}) is up to date and holds {orders} orders."
    return Check(name="database", level=Level.GOOD, says=said)


def _keys(parts: Parts) -> Check:
    shops, locked = parts.shops.all_shops(), 0
    for shop in shops:
        try:
            parts.shops.hook_secrets(shop)
        except ConfigurationError:
            locked += 1
    if locked:
        return Check(
            name="keys",
            level=Level.BAD,
            says=f"The secrets of {locked} of {len(shops)} shops open with none of the keys.",
            next_step="Put back the encryption keys they were sealed with (kvitt check).",
        )
    said = f"Encryption keys are there ({len(parts.settings.encryption_keys)}), and they fit."
    return Check(name="keys", level=Level.GOOD, says=said)


def _journal(settings: Settings) -> Check:
    """Verify the orders of the newest calls."""
    from kvitt.adapters.database.models import IntentRow
    from kvitt.adapters.database.vault import Vault
    from kvitt.adapters.database.verify import verify_order

    newest = IntentRow.objects.order_by("-pk").values_list("order", flat=True)[:JOURNALS]
    orders, vault = set(newest), Vault.of(settings)
    wrong = sum(bool(verify_order(order, vault).findings) for order in orders)
    if wrong:
        return Check(
            name="journal",
            level=Level.BAD,
            says=f"The journal of {wrong} of {len(orders)} orders is not what was written.",
            next_step="Run kvitt journal verify, and find out who changes the database.",
        )
    said = f"The newest journals are as they were written ({len(orders)} orders verified)."
    return Check(name="journal", level=Level.GOOD, says=said)


def _queue(parts: Parts, *, now: datetime) -> Check:
    """Say how long the order that is due longest has waited, and who is at work."""
    from kvitt.adapters.database.health import away
    from kvitt.adapters.database.models import Order

    held = Order.objects.filter(lease_until__gt=now).count()
    last = Order.objects.exclude(looked_at=None).order_by("-looked_at").first()
    looked = f"the last look was at {last.looked_at:%Y-%m-%d %H:%M} UTC" if last else "none yet"
    due = parts.queue.next_due()
    waited = now - due if due is not None and due < now else timedelta(0)
    if waited > OVERDUE:
        level = Level.WARN if away() else Level.BAD
        said = f"An order has waited for {_span(waited)} to be looked at ({looked})."
        step = "Start kvitt serve, or kvitt work; kvitt health says who is left alone for now."
        return Check(name="queue", level=level, says=said, next_step=step)
    said = f"No order waits for long; {held} are looked at now ({looked})."
    return Check(name="queue", level=Level.GOOD, says=said)


def _beat(settings: Settings, *, now: datetime) -> Iterator[Check]:
    """Say whether kvitt runs here, by the number it writes every minute."""
    from kvitt.adapters.database.restoring import FILE

    file = settings.data_dir / FILE
    if settings.engine is Engine.CELERY:
        return
    beaten = datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.exists() else None
    if beaten is not None and now - beaten < SILENT:
        yield Check(name="workers", level=Level.GOOD, says="kvitt is at work on this machine.")
        return
    since = f" since {beaten:%Y-%m-%d %H:%M} UTC" if beaten else ""
    yield Check(
        name="workers",
        level=Level.WARN,
        says=f"kvitt has not been at work here{since}.",
        next_step="Start kvitt serve.",
    )


def _space(settings: Settings) -> Check:
    free = shutil.disk_usage(settings.data_dir).free
    said = f"{free // 1_000_000} MB are free where {settings.data_dir} is."
    if free >= LITTLE_SPACE:
        return Check(name="space", level=Level.GOOD, says=said)
    level = Level.WARN if free >= NO_SPACE else Level.BAD
    step = "Make room: without it no webhook can be stored and no call sent."
    return Check(name="space", level=level, says=said, next_step=step)


def _backups(settings: Settings, *, now: datetime) -> Iterator[Check]:
    """Say what is said before an installation may face the internet, of backups alone."""
    from kvitt.web import deployment

    for finding in deployment.of_backups(settings, now=now):
        yield Check(
            name="backups",
            level=Level.WARN,
            says=finding.says,
            next_step=finding.next_step,
        )


def _address(settings: Settings) -> Check:
    if settings.public_url:
        said = f"Shops and browsers find kvitt at {settings.public_url}."
        return Check(name="address", level=Level.FACT, says=said)
    return Check(
        name="address",
        level=Level.WARN,
        says="Shops are not told where to send webhooks, so kvitt asks them every few minutes.",
        next_step="Set KVITT_PUBLIC_URL to the https address of this console.",
    )


def _mail(settings: Settings) -> Check:
    if settings.mail:
        said = "A mail server is set: people are written to."
        return Check(name="mail", level=Level.FACT, says=said)
    said = "No mail server is set, so nobody is written to (KVITT_MAIL_URL)."
    return Check(name="mail", level=Level.FACT, says=said)


def _clocks(parts: Parts) -> Iterator[Check]:
    """Compare our clock with that of each shop and each Klarna account."""
    http = Http(policy=policy_of(parts.settings), tls=tls_of(parts.settings))
    with http:
        for who, url in sorted(_addresses(parts)):
            yield _clock(http, who, url)


def _addresses(parts: Parts) -> set[tuple[str, str]]:
    from kvitt.adapters.database.models import KlarnaAccount

    shops = {(f"The shop {shop.name}", shop.url) for shop in parts.shops.all_shops()}
    return shops | {("Klarna", account.base_url) for account in KlarnaAccount.objects.all()}


def _clock(http: Http, who: str, url: str) -> Check:
    began, moment = datetime.now(UTC), time.monotonic()
    try:
        reply = http.send(Request(method="HEAD", path="/"), base_url=url, deadlines=_PATIENCE)
        theirs = parsedate_to_datetime(reply.header("date"))
    except KvittError as error:
        said = f"{who} does not tell the time: {error}"
        return Check(name="clock", level=Level.WARN, says=said, next_step="See kvitt health.")
    except (TypeError, ValueError):
        return Check(name="clock", level=Level.FACT, says=f"{who} does not tell the time.")
    ours = began + timedelta(seconds=time.monotonic() - moment) / 2
    off = abs(theirs.astimezone(UTC) - ours)
    if off <= SKEW:
        return Check(name="clock", level=Level.GOOD, says=f"{who} has the time that we have.")
    return Check(
        name="clock",
        level=Level.WARN,
        says=f"The clock of {who} and ours differ by {_span(off)}.",
        next_step="Have this machine's clock set by NTP, or tell whoever runs the other one.",
    )


def _span(span: timedelta) -> str:
    """Return a span in seconds, minutes or hours, as a person says it."""
    if span < timedelta(minutes=2):
        return f"{int(span.total_seconds())} seconds"
    if span < 2 * _HOUR:
        return f"{int(span.total_seconds() // 60)} minutes"
    return f"{span // _HOUR} hours"

"""The commands that move money or time: capture, refund, cancel, due-date and their like.

Each shows its plan and asks first; ``asking.py`` says how. Amounts are in the order's own
currency, as people write them: 100, 99.90 or 99,90.
"""

from collections.abc import Mapping
from typing import Annotated

from cyclopts import Parameter

from kvitt.cli.asking import Manner, RequestOf, carry_out, numbers_of
from kvitt.domain.asks import Command, Request
from kvitt.domain.errors import ConfigurationError, InvalidAmount, NotAllowedNow
from kvitt.domain.money import Money
from kvitt.facade import Kvitt, OrderRef

USUAL = Manner()

LineWords = Annotated[
    list[str] | None,
    Parameter(
        name="--line",
        negative=(),
        help="SKU=2: two pieces of a line, by SKU or line id. Can be given several times.",
    ),
]


def capture(
    *orders: str,
    line: LineWords = None,
    amount: str = "",
    tracking: str = "",
    carrier: str = "",
    manner: Manner = USUAL,
) -> int:
    """Capture all that is due on orders, or some lines, or an amount.

    Example: kvitt capture 1042 --line MUG-1=1 --tracking SE123 --carrier PostNord

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    amount
        How much, for a capture without lines.
    tracking
        Tracking number of the parcel, which Klarna shows the customer.
    carrier
        Who carries the parcel.
    """

    def request(kvitt: Kvitt, order: OrderRef) -> Request:
        return Request(
            command=Command.CAPTURE,
            lines=_lines(kvitt, order, line),
            amount=_money(kvitt, order, amount),
            tracking_number=tracking,
            tracking_company=carrier,
        )

    return carry_out(numbers_of(orders), request, manner)


def refund(
    *orders: str,
    line: LineWords = None,
    amount: str = "",
    reason: str = "",
    return_fee: str = "",
    restock: Annotated[bool, Parameter(negative=())] = False,
    manner: Manner = USUAL,
) -> int:
    """Refund all that is captured on orders, or some lines, or an amount.

    The refund is booked in the shop as well.

    Example: kvitt refund 1042 --line MUG-1=1 --reason "Broken on arrival" --restock

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    amount
        How much, for a refund without lines.
    reason
        Shown to the customer by Klarna, and kept in the shop.
    return_fee
        Withheld from what the customer gets back.
    restock
        Put the pieces back into the shop's stock.
    """

    def request(kvitt: Kvitt, order: OrderRef) -> Request:
        return Request(
            command=Command.REFUND,
            lines=_lines(kvitt, order, line),
            amount=_money(kvitt, order, amount),
            return_fee=_money(kvitt, order, return_fee),
            description=reason,
            restock=restock,
        )

    return carry_out(numbers_of(orders), request, manner)


def cancel(
    *orders: str,
    manner: Manner = USUAL,
) -> int:
    """Give up the whole authorization of orders, and cancel them in the shop.

    Example: kvitt cancel 1042 --dry-run

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return carry_out(numbers_of(orders), _plain(Command.CANCEL), manner)


def update(
    *orders: str,
    manner: Manner = USUAL,
) -> int:
    """Send Klarna the shop's lines and total as they are now, whatever the order's status.

    Example: kvitt update 1042

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return carry_out(numbers_of(orders), _plain(Command.UPDATE), manner)


def release(
    *orders: str,
    manner: Manner = USUAL,
) -> int:
    """Give up what is left of the authorization after a part was captured.

    Example: kvitt release 1042

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return carry_out(numbers_of(orders), _plain(Command.RELEASE), manner)


def extend(
    *orders: str,
    manner: Manner = USUAL,
) -> int:
    """Ask Klarna for more time on the authorization of orders.

    Example: kvitt orders --klarna-status authorized --numbers | kvitt extend - --yes

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return carry_out(numbers_of(orders), _plain(Command.EXTEND), manner)


def resend(
    *orders: str,
    manner: Manner = USUAL,
) -> int:
    """Have Klarna send the customers its message about the last capture again.

    Example: kvitt resend 1042

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    """
    return carry_out(numbers_of(orders), _plain(Command.RESEND), manner)


def due_date(
    *orders: str,
    days: int | None = None,
    fee: str = "",
    manner: Manner = USUAL,
) -> int:
    """Give customers more time to pay the last capture; without days, ask what it costs.

    Example: kvitt due-date 1042 --days 14 --fee 15

    Parameters
    ----------
    orders
        Order numbers; - reads them from standard input.
    days
        How many more, as Klarna offers them.
    fee
        What the shop pays for it; where Klarna asks for another fee, nothing is done.
    """
    if days is not None and not fee:
        raise ConfigurationError(
            "--fee is missing: without --days it is told what Klarna offers, and for what fee"
        )

    def request(kvitt: Kvitt, order: OrderRef) -> Request:
        return Request(command=Command.DUE_DATE, days=days, fee=_money(kvitt, order, fee))

    return carry_out(numbers_of(orders), request, manner)


def _plain(command: Command) -> RequestOf:
    def request(kvitt: Kvitt, order: OrderRef) -> Request:
        del kvitt, order
        return Request(command=command)

    return request


def _money(kvitt: Kvitt, order: OrderRef, typed: str) -> Money | None:
    """Read an amount in the order's currency; nothing typed is none."""
    if not typed:
        return None
    currency = kvitt.store_order(order).currency
    text = typed.replace(" ", "").removesuffix(currency)
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        return Money.parse(text, currency)
    except InvalidAmount as error:
        raise ConfigurationError(f"{typed} is no amount in {currency}: write 99.90") from error


def _lines(kvitt: Kvitt, order: OrderRef, words: list[str] | None) -> Mapping[int, int] | None:
    """Read ``SKU=2`` words; none is no choice of lines. Raises NotAllowedNow."""
    if not words:
        return None
    chosen: dict[int | str, int] = {}
    for word in words:
        name, equals, quantity = word.rpartition("=")
        if not equals:
            name, quantity = quantity, "1"
        if not name or not quantity.isdecimal():
            raise ConfigurationError(f"--line {word} is not understood: write SKU=2")
        chosen[int(name) if _is_line_id(kvitt, order, name) else name] = int(quantity)
    found = kvitt.line_ids(order, chosen)
    if found is None:
        raise NotAllowedNow("nothing_chosen", "Nothing was chosen.")
    return found


def _is_line_id(kvitt: Kvitt, order: OrderRef, name: str) -> bool:
    lines = kvitt.store_order(order).lines
    return name.isdecimal() and any(line.id == int(name) for line in lines)

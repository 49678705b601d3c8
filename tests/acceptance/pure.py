"""A program that uses the library's pure parts, and then its clients, without Django.

It is run by itself, with nothing but the wheel; it says what came of it.
"""

import sys
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module

import kvitt
from kvitt import (
    Hooks,
    Journal,
    KlarnaOrderId,
    LineKind,
    Money,
    Policy,
    Situation,
    StoreLine,
    StoreOrder,
    StoreOrderId,
    build_lines,
    check_signature,
    decide,
    lines_left,
)

#: What needs more than the standard library: a client needs its HTTP library, Kvitt all.
CLIENTS = {"Http", "KlarnaClient", "StoreClient"}
NOT_PURE = {*CLIENTS, "Kvitt", "OrderRef", "Outcome"}


def main() -> None:
    """Decide about an order, build its lines, check a signature."""
    mug = StoreLine(
        id=1,
        kind=LineKind.PRODUCT,
        name="Mug",
        reference="MUG-1",
        quantity=2,
        subtotal=Decimal(200),
        subtotal_tax=Decimal(50),
        total=Decimal(200),
        total_tax=Decimal(50),
        rates=(Decimal(25),),
    )
    order = StoreOrder(
        id=StoreOrderId(1042),
        number="1042",
        status="cancelled",
        total=Money.parse("250.00", "SEK"),
        lines=(mug,),
        payment_method="klarna_payments",
        klarna_order_id=KlarnaOrderId("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        paid=True,
        modified_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    situation = Situation(
        store=order,
        klarna=None,
        journal=Journal(),
        policy=Policy(),
        environment="playground",
        now=datetime(2026, 11, 23, tzinfo=UTC),
        hooks=Hooks(),
    )
    (line,) = build_lines(order)
    check_signature(b"{}", signature=sys.argv[1], secrets=["hemligt"])
    for name in set(kvitt.__all__) - NOT_PURE:
        getattr(kvitt, name)
    loaded = {name.partition(".")[0] for name in sys.modules}
    others = loaded - set(sys.stdlib_module_names) - {"kvitt", "__main__"}
    plan = decide(situation)
    said = plan.hold.code.value if plan.hold else plan.reason
    print(line.total_amount, said, len(lines_left(situation)))  # noqa: T201 - it says
    print(sorted(others))  # noqa: T201 - the same


def clients() -> None:
    """Load both clients where there is no Django."""
    sys.modules["django"] = None  # type: ignore[assignment]
    for name in CLIENTS:
        getattr(kvitt, name)
    import_module("kvitt.domain.decide")
    print(sorted(name for name in sys.modules if name.startswith("django.")))  # noqa: T201 - the same


if __name__ == "__main__":
    main() if len(sys.argv) > 1 else clients()

"""Texts that somebody else writes and every page shows: a corpus of stored XSS.

A customer chooses a name and a note, a shop its name and its products', Klarna an answer.
``fill`` puts one text into every column of text of an order and what belongs to it.
"""

from typing import Any

from django.db import models
from django.db.models import CharField, JSONField, TextField

from browser import console_orders
from browser.console_orders import Stall
from kvitt.adapters.database.models import (
    IntentRow,
    KlarnaAccount,
    Order,
    Shop,
    TimelineRow,
    WriteBackRow,
)
from kvitt.domain.plan import Guard

#: Each sets ``window.pwned`` where a browser runs it, in another way.
CORPUS = (
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "\"><svg/onload='window.pwned=1'>",
    "'-window.pwned=1-'",
    '" autofocus onfocus="window.pwned=1',
    "javascript:window.pwned=1//",
    "</title></textarea></style></script><script>window.pwned=1</script>",
    "{{ request }}{% now 'Y' %}${window.pwned=1}",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    '<form action="https://evil.example/"><button>Sign in</button></form>',
    "<meta http-equiv=refresh content='0;url=javascript:window.pwned=1'>",
    "<base href=//evil.example/>",
    "<a href=data:text/html,<script>opener.pwned=1</script>>x</a>",
    "\u202egnp.exe\u0000\u2028\u2029",
    '=HYPERLINK("https://evil.example")',
)
#: Five at a time, one after another: a page is asked for each lot.
LOTS = tuple("".join(CORPUS[start::3]) for start in range(3))
#: Columns that the program reads as words of its own, or that are sealed or hashed.
_NOT_TEXTS = frozenset(
    {
        *(
            "state",
            "kind",
            "currency",
            "environment",
            "region",
            "klarna_status",
            "store_status",
        ),
        *(
            "fraud_status",
            "hook_token",
            "chain_head",
            "hash",
            "prev_hash",
            "agreed_fingerprint",
        ),
        *("fingerprint", "body_digest", "lease_owner", "outcome", "hold_code", "guard"),
        "comparison",
    }
)


def fill(stall: Stall, text: str) -> Order:
    """Make an order whose every text is this one; return it."""
    clean = text.replace("\0", "?")
    line = console_orders.line(1, clean, clean, 1, "10.00")
    order = console_orders.held(stall, customer=clean, lines=(line,))
    imported = console_orders.held(stall, 1030, customer=clean, lines=(line,))
    for model in (Shop, KlarnaAccount, Order, IntentRow, WriteBackRow, TimelineRow):
        model._default_manager.update(
            **{field.attname: clean[: field.max_length] for field in _texts(model)}
        )
    IntentRow.objects.update(error_messages=[clean], error_code=clean[:100])
    Order.objects.update(
        hold={"code": "refused_by_klarna", "wanted": clean, "why": clean, "next_step": clean}
    )
    # One that is only observed stands side by side with what kvitt would do.
    Order.objects.filter(pk=imported.pk).update(
        guard=Guard.IMPORTED.value, would={"steps": [clean], "hold": clean}
    )
    return Order.objects.get(pk=order.pk)


def _texts(model: type[models.Model]) -> list[Any]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField)
        and not isinstance(field, JSONField)
        and not field.unique
        and not field.choices
        and not field.attname.endswith("_sealed")
        and field.attname not in _NOT_TEXTS
        # A call with another id than Klarna gives is never made, so none is stored.
        and not (model is IntentRow and field.attname in {"klarna_order_id", "capture_id"})
    ]

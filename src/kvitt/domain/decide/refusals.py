"""Klarna's refusals in plain words: what each means, and what to do next.

Codes are those of klarna-api.md §4.2. The texts Klarna sends along are for people and
may change, so nothing is decided by them.
"""

from kvitt.domain.steps import Kind

_TRY_AGAIN = "Press Retry when that is mended."

_MEANINGS = {
    "CAPTURE_NOT_ALLOWED": (
        (
            "Klarna does not allow this capture: the order is cancelled, expired or under "
            "review, or the amount is more than is still authorized."
        ),
        (
            "Compare the amount with what Klarna shows as remaining, then press Retry; "
            "otherwise ask the customer to pay again."
        ),
    ),
    "CANCEL_NOT_ALLOWED": (
        (
            "Klarna does not allow this order to be cancelled: something has been captured, or "
            "the order is closed."
        ),
        "If money was captured, refund it instead.",
    ),
    "REFUND_NOT_ALLOWED": (
        (
            "Klarna does not allow this refund: nothing is captured, or it is more than was "
            "captured and not yet refunded."
        ),
        (
            "Compare the amount with what Klarna shows as captured and refunded. Pay the "
            "customer another way, or delete the refund in the shop."
        ),
    ),
    "PAYMENT_METHOD_FAILED": (
        "Klarna could not charge the customer's card or account.",
        (
            "Do not ship yet. Press Retry later; if it fails again, ask the customer to pay "
            "another way."
        ),
    ),
    "NOT_ALLOWED": (
        "Klarna does not allow this for the order as it is now.",
        "Look at the order in Klarna's portal, then press Retry or settle it there.",
    ),
    "INVALID_ADDRESS": (
        "Klarna does not accept the delivery address.",
        "Correct the address in the shop; it is sent again when it has changed.",
    ),
    "NO_SUCH_ORDER": (
        "Klarna does not know this order.",
        (
            "Check the Klarna order id, and that the keys belong to the account in which the "
            "order was placed."
        ),
    ),
    "NO_SUCH_CAPTURE": (
        "Klarna does not know the capture that this belongs to.",
        "Look at the order's captures in Klarna's portal.",
    ),
    "REQUEST_TOO_LARGE": (
        "The order is too large for one message to Klarna.",
        "Split the order, or settle it in Klarna's portal.",
    ),
}
_MEANINGS["NOT_FOUND"] = _MEANINGS["NO_SUCH_ORDER"]
for _code in ("BAD_VALUE", "UNPROCESSABLE_ENTITY", "BAD_REQUEST", "INVALID_ORDER_ID"):
    _MEANINGS[_code] = (
        "Klarna could not accept a field of the request.",
        (
            "Look at the order's lines and amounts for unusual values, correct them in the "
            "shop, and press Retry."
        ),
    )

#: A refused update has its own way out, whatever the code says.
_UPDATE_NEXT = (
    "Change the order back to at most the old amount and press Retry. Or capture at most that "
    "by hand, and ask the customer to pay the difference another way."
)


def meaning_of(code: str, *, kind: Kind) -> tuple[str, str]:
    """Return what a refusal means, and what to do next."""
    fallback = (
        f"Klarna refused it{f' ({code})' if code else ''}.",
        f"Look at the order in Klarna's portal. {_TRY_AGAIN}",
    )
    why, next_step = _MEANINGS.get(code, fallback)
    if kind is Kind.UPDATE and code in {"NOT_ALLOWED", ""}:
        why = "Klarna does not allow the new amount or lines for this customer and method."
    return why, _UPDATE_NEXT if kind is Kind.UPDATE else next_step

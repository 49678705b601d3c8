"""What the order page says after something was done; the address carries only the word."""

DONE = {
    "saved": "Order updated.",
    "items_saved": "Order items saved.",
    "taxes_calculated": "Taxes calculated from the shop's tax rates.",
    "totals_calculated": "Total calculated from the items.",
    "item_added": "Item added.",
    "item_removed": "Item removed.",
    "coupon_applied": "Coupon applied.",
    "coupon_removed": "Coupon removed.",
    "refunded": "Refund booked.",
    "refund_deleted": "Refund deleted. Money that was paid back is not taken back by this.",
    "note_added": "Note added.",
    "note_deleted": "Note deleted.",
    "kom_off": "Klarna Order Management leaves this order alone now.",
    "kom_on": "Klarna Order Management works on this order again.",
    "restored": "1 order restored from the Trash.",
}


def text(word: str) -> str:
    """Return the sentence of a word, or nothing for a word nobody gave out."""
    return DONE.get(word, "")

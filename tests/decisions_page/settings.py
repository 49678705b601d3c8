"""The settings of a shop, their defaults, and the reference plugin's settings beside them.

Defaults come from the dataclass. A setting without its words here fails the test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from decisions_page.given import differences, value_of
from kvitt.domain.plugin_settings import policy_from_plugin
from kvitt.domain.policy import Policy

TITLE = "Settings"

ABOUT = """\
Nothing must be set. Each shop has settings of its own; these are their names, and what they are
when nobody has changed them."""

#: What each setting means to a merchant.
MEANINGS = {
    "capture_statuses": "An order that reaches one of these is captured.",
    "cancel_statuses": "An order that reaches one of these is cancelled at Klarna.",
    "update_statuses": "Changed lines and totals are sent in these, while nothing is captured.",
    "manual_refunds": "A refund that was booked without the gateway: `send` it to Klarna, "
    "`ask` a person first, or `ignore` it.",
    "release_rest": "Give up what is left of the authorization once all that is due is "
    "captured.",
    "write_back": "Write captures, refunds and cancellations made elsewhere to the shop.",
    "failed_capture_status": "Where an order goes whose money cannot be taken, so that it is "
    "not shipped.",
    "cancelled_at_klarna_status": "Where an order goes that was cancelled at Klarna.",
    "captured_at_klarna_status": "Where an order goes that was captured in full at Klarna.",
    "send_address": "Send a changed delivery address; Klarna then checks the customer's "
    "credit again.",
    "extend_automatically": "Ask Klarna for more time instead of warning, where it allows it.",
    "warn_before": "Warn when the authorization has this long to live.",
    "observe_only": "Look and explain, and send nothing.",
}

USUAL = Policy()

REFERENCE = """\
### Coming from another plugin

The settings of Klarna Order Management for WooCommerce and of the plugins that carry it on
(Klarna for WooCommerce, Kustom Checkout), and what says the same here. Defaults that are not
documented are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counterpart:
    """A setting of the reference plugin (plugin-behaviour.md §4.1), and ours."""

    name: str
    default: str = ""
    #: In which position it needs a setting here; empty where none does.
    changed: str = ""
    #: How the plugin stores the changed position.
    stored: Mapping[str, str] = field(default_factory=dict)
    words: str

    @property
    def policy(self) -> Policy:
        """Return the settings that say the same as the changed position."""
        return policy_from_plugin(self.stored)


COUNTERPARTS = (
    Counterpart(
        name="`kom_auto_capture`, *On order completion*",
        default="yes",
        changed="no",
        stored={"kom_auto_capture": "no"},
        words="A capture can still be asked for by hand.",
    ),
    Counterpart(
        name="`kom_auto_cancel`, *On order cancel*",
        default="yes",
        changed="no",
        stored={"kom_auto_cancel": "no"},
        words="A cancellation can still be asked for by hand.",
    ),
    Counterpart(
        name="`kom_auto_update`, *On order update*",
        default="yes",
        changed="no",
        stored={"kom_auto_update": "no"},
        words="An order that is about to be captured is still brought up to date first: what "
        "is captured is what the shop's order comes to.",
    ),
    Counterpart(
        name="`kom_auto_order_sync`, *On order creation ( manual )*",
        default="yes",
        words="Nothing to set. It only shows a button for a manual import; both halves are "
        "read each time.",
    ),
    Counterpart(
        name="`kom_force_full_capture`, *Force capture full order*",
        default="no",
        words="No counterpart. What is due is captured, which is the shop's total; where "
        "the shop's order has changed, Klarna's is updated first.",
    ),
    Counterpart(
        name="`kom_debug_log`",
        default="yes",
        words="Nothing to set. What was asked of Klarna is always kept with the order.",
    ),
    Counterpart(
        name="the status that triggers the capture (Klarna for WooCommerce from 4.12.2)",
        default="`completed`",
        changed="`shipped`",
        stored={"kom_auto_capture_status": "wc-shipped"},
        words="More than one status may be named.",
    ),
    Counterpart(
        name="`kom_enabled`, *Enable order management* (Kustom Checkout from 2.21.0)",
        default="on",
        changed="off",
        stored={"kom_enabled": "no"},
        words="Nothing follows from the shop's order; what is asked for by hand is done.",
    ),
    Counterpart(
        name="`testmode`",
        words="Chosen with the Klarna keys of the shop. Nothing is sent for an order that was "
        "placed in the other environment.",
    ),
    Counterpart(
        name="`send_product_urls`",
        words="No counterpart: lines carry the address of the product where the shop gives it.",
    ),
    Counterpart(
        name="`combine_eu_credentials`",
        default="no",
        words="No counterpart: keys belong to a shop and a Klarna region.",
    ),
    Counterpart(
        name="`customer_type`",
        default="b2c",
        words="No counterpart: lines do not depend on it.",
    ),
    Counterpart(
        name="`_kom_disconnect`, on one order",
        words="Honoured: the order is left alone (`sync_off`).",
    ),
)


def section() -> str:
    """Return the settings, and what they were called elsewhere."""
    return "\n\n".join((f"## {TITLE}", ABOUT, _ours(), REFERENCE, _theirs()))


def _ours() -> str:
    rows = (
        f"| `{each.name}` | {value_of(getattr(USUAL, each.name))} | {MEANINGS[each.name]} |"
        for each in fields(Policy)
    )
    return "\n".join(("| setting | default | meaning |", "|---|---|---|", *rows))


def _theirs() -> str:
    rows = (f"| {each.name} | {each.default} | {_here(each)} |" for each in COUNTERPARTS)
    return "\n".join(("| there | its default | here |", "|---|---|---|", *rows))


def _here(each: Counterpart) -> str:
    changed = differences(each.policy)
    return f"*{each.changed}* is {changed}. {each.words}" if changed else each.words

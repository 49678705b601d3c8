"""The words for what is found in a shop.

The law: every ``Finding`` has its words here and nowhere else, for the console and the
command line alike. What is wrong with a connection is said in ``troubles.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kvitt.application.found import Finding, Level, Remark
from kvitt.web.console.words import Badge


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What there is to say, and what to do next; the latter may be empty."""

    what: Any
    next_step: Any = ""

    def about(self, facts: Mapping[str, str]) -> "Words":
        """Return the words with the figures in their places."""
        return Words(what=self.what % facts, next_step=self.next_step % facts)


LEVELS = {
    Level.GOOD: Badge(text=_("Works"), tone="good"),
    Level.FACT: Badge(text=_("Known"), tone="calm"),
    Level.WARN: Badge(text=_("Look at this"), tone="warn"),
    Level.BAD: Badge(text=_("Does not work"), tone="bad"),
}

STATES = {
    "active": Badge(text=_("In step"), tone="good"),
    "paused": Badge(text=_("Paused"), tone="warn"),
    "stopped": Badge(text=_("Stopped"), tone="bad"),
}
WATCHING = Badge(text=_("Only watching"), tone="warn")
IN_TROUBLE = Badge(text=_("In trouble"), tone="bad")

FINDINGS: Mapping[Finding, Words] = {
    Finding.ANSWERS: Words(
        what=_("The shop answers: WooCommerce %(woocommerce)s on WordPress %(wordpress)s.")
    ),
    Finding.WRITES: Words(what=_("The shop's key may read and write.")),
    Finding.READ_ONLY: Words(
        what=_("The shop's key may only read, so no note or status can be written."),
        next_step=_("Connect the shop again: its own page gives a key that may write."),
    ),
    Finding.HOOKS: Words(what=_("The shop tells kvitt of every change (%(count)s webhooks).")),
    Finding.HOOKS_MISSING: Words(
        what=_("The shop does not tell of these: %(topics)s."),
        next_step=_("Press “Check again”: the webhooks are then created again."),
    ),
    Finding.NO_PUBLIC_URL: Words(
        what=_("The shop cannot send webhooks here, so kvitt asks it every few minutes."),
        next_step=_("Set KVITT_PUBLIC_URL to the https address of this console."),
    ),
    Finding.PING: Words(what=_("A test message from the shop has arrived here.")),
    Finding.PING_AWAITED: Words(
        what=_("The shop was asked for a test message, which has not been seen here yet."),
        next_step=_("Press “Check again” in a minute to see whether it has come."),
    ),
    Finding.NO_PING: Words(
        what=_("No message from the shop has arrived here yet; kvitt asks it meanwhile."),
        next_step=_(
            "If it stays like this, let the shop's server reach this address: a firewall, a "
            "port other than 80, 443 or 8080, or a private address keeps WooCommerce out."
        ),
    ),
    Finding.HEARD: Words(what=_("The shop's messages arrive here.")),
    Finding.QUIET: Words(what=_("The shop has sent nothing for a week; kvitt asks it.")),
    Finding.HEARD_ELSEWHERE: Words(
        what=_("Messages signed as this shop's come from %(address)s as well."),
        next_step=_(
            "If the shop has moved there, connect it at that address. If that is a copy, "
            "delete kvitt's webhooks in it, under WooCommerce → Settings → Advanced. kvitt "
            "reads and changes only the shop at its own address."
        ),
    ),
    Finding.CRON: Words(what=_("WordPress runs its own clock, so webhooks are sent.")),
    Finding.CRON_OFF: Words(
        what=_("WordPress's own clock is switched off (DISABLE_WP_CRON)."),
        next_step=_(
            "Make sure that the host calls wp-cron.php every minute; without it webhooks "
            "wait until somebody opens the shop's admin. kvitt asks the shop meanwhile."
        ),
    ),
    Finding.HPOS: Words(what=_("Orders are kept in tables of their own (HPOS).")),
    Finding.NO_HPOS: Words(what=_("Orders are kept as posts (HPOS is off). That works too.")),
    Finding.OLD: Words(
        what=_("WooCommerce %(woocommerce)s is older than what kvitt was made for."),
        next_step=_("Update WooCommerce to 7.1 or newer."),
    ),
    Finding.MONEY: Words(what=_("Amounts are in %(currency)s with %(decimals)s decimals.")),
    Finding.NO_DECIMALS: Words(
        what=_(
            "Amounts are in %(currency)s and shown without decimals. kvitt reads them in full."
        )
    ),
    Finding.PRICES_WITH_TAX: Words(what=_("Prices are entered with tax.")),
    Finding.PRICES_WITHOUT_TAX: Words(what=_("Prices are entered without tax.")),
    Finding.GATEWAY: Words(what=_("Klarna payments are taken by “%(title)s” (%(id)s).")),
    Finding.NO_GATEWAY: Words(
        what=_("No plugin that takes Klarna payments is active in this shop."),
        next_step=_("Install and enable Klarna for WooCommerce, or Kustom Checkout."),
    ),
    Finding.MANAGES: Words(
        what=_("“%(title)s” manages its orders by itself, so kvitt only watches."),
        next_step=_("See what kvitt would do, and take over when you are ready."),
    ),
    Finding.MANAGES_UNSEEN: Words(
        what=_("“%(title)s” manages its orders by itself, so kvitt only watches."),
        next_step=_(
            "Its switches cannot be reached from here: untick its order management in "
            "WooCommerce → Settings → Payments, then press “Check again”."
        ),
    ),
    Finding.TAKEN_OVER: Words(what=_("kvitt has taken over: the plugin's own is off.")),
    Finding.NOT_SECURE: Words(
        what=_("The shop is called without TLS, which is for development only."),
        next_step=_("Give the shop a certificate and connect it again with https."),
    ),
    Finding.ACCOUNT: Words(what=_("%(label)s accepts the credentials (%(environment)s).")),
    Finding.ACCOUNT_REFUSED: Words(
        what=_(
            "Klarna turns the credentials of %(label)s away (%(environment)s), so its orders "
            "wait."
        ),
        next_step=_(
            "Make a new key in Klarna's portal, and press “Edit” beside the account to give "
            "it. What waits is done then."
        ),
    ),
    Finding.NO_ACCOUNT: Words(
        what=_("No Klarna account is connected, so nothing can be done at Klarna."),
        next_step=_("Add the Klarna account that the shop's orders are paid through."),
    ),
    Finding.PAUSED: Words(
        what=_("The shop is paused: what happens meanwhile is kept."),
        next_step=_("Resume it to have its orders kept in step."),
    ),
}


def said_of(remark: Remark) -> Words:
    """Return what a finding says."""
    return FINDINGS[remark.code].about(remark.about)

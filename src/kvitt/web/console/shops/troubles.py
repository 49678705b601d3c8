"""What is wrong with a connection in words, each with its next step.

For the console and for the command line. The law: no trouble without a next step.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from kvitt.domain.shop import Trouble
from kvitt.web.console.shops.words import Words

_CREDENTIALS = _("Copy them from Klarna's portal again: Settings → Klarna API keys.")
_NEW_KEY = _("Connect the shop again to give kvitt a new key.")

TROUBLES: Mapping[Trouble, Words] = {
    Trouble.ADDRESS_BAD: Words(
        what=_("That is not the address of a shop."),
        next_step=_("Type it as the browser shows it, like https://shop.example."),
    ),
    Trouble.NO_TLS: Words(
        what=_("The shop is not reached by https, and a key must not travel in the open."),
        next_step=_("Give the shop a certificate, and type its https address."),
    ),
    Trouble.ADDRESS_PRIVATE: Words(
        what=_("%(about)s leads into a private network, where kvitt does not call."),
        next_step=_(
            "Type the shop's public address. For a shop on this machine, set "
            "KVITT_ALLOW_LOCAL=true on an installation that is not live."
        ),
    ),
    Trouble.NO_SUCH_HOST: Words(
        what=_("There is no host called %(about)s."),
        next_step=_("Check the spelling, and that the domain has not run out."),
    ),
    Trouble.UNREACHABLE: Words(
        what=_("%(about)s does not answer."),
        next_step=_(
            "Open the shop in a browser; if it answers there, a firewall keeps us out."
        ),
    ),
    Trouble.CERTIFICATE_BAD: Words(
        what=_("The certificate of %(about)s is not to be trusted."),
        next_step=_(
            "Renew it, or name the file of your own certificate authority in KVITT_CA_FILE."
        ),
    ),
    Trouble.NOT_WORDPRESS: Words(
        what=_("There is no WordPress at %(about)s."),
        next_step=_(
            "Type the address of the shop's front page, with its folder if it has one. A "
            "plugin that hides WordPress's REST interface looks like this too: let it pass."
        ),
    ),
    Trouble.PERMALINKS_OFF: Words(
        what=_("The shop's permalinks are off, and without them WooCommerce reads no key."),
        next_step=_(
            "In the shop's admin open Settings → Permalinks, choose “Post name”, and save."
        ),
    ),
    Trouble.WOOCOMMERCE_OFF: Words(
        what=_("There is a WordPress at %(about)s, and WooCommerce is not active in it."),
        next_step=_("Activate WooCommerce in the shop's admin under Plugins."),
    ),
    Trouble.BLOCKED: Words(
        what=_("Something before the shop at %(about)s turns kvitt away."),
        next_step=_(
            "Let /wp-json/ pass in the firewall, the security plugin or the password in "
            "front of the shop."
        ),
    ),
    Trouble.FAULT: Words(
        what=_("The shop answers with an error of its own. %(about)s"),
        next_step=_("Look at the shop's own error log; kvitt tries again by itself."),
    ),
    Trouble.MOVED: Words(
        what=_("The shop sends callers on to %(about)s."),
        next_step=_("If it has moved, use the new address."),
    ),
    Trouble.ANOTHER_ADDRESS: Words(
        what=_(
            "The shop says that it lives at %(about)s. It may be a copy with live keys, so "
            "nothing is written until you have said what it is."
        ),
        next_step=_("If it is the shop itself, say so. If it is a copy, leave it stopped."),
    ),
    Trouble.SAME_IDENTITY: Words(
        what=_(
            "This shop has the identity of another one (%(about)s): one is a copy of the "
            "other. Nothing is written until you have said which."
        ),
        next_step=_("If this is the shop itself, say so. If it is a copy, leave it stopped."),
    ),
    Trouble.KEY_REVOKED: Words(
        what=_("The shop no longer knows the key that kvitt has."), next_step=_NEW_KEY
    ),
    Trouble.KEY_UNKNOWN: Words(
        what=_("The shop does not know this key and secret."),
        next_step=_(
            "Copy both again, or make a new key: WooCommerce shows a secret once only. If they "
            "are right, the shop's host keeps the Authorization header from WordPress: ask it "
            "to pass it on."
        ),
    ),
    Trouble.KEY_READ_ONLY: Words(
        what=_("The shop's key may only read."),
        next_step=_("Make a key with the permissions “Read/Write”."),
    ),
    Trouble.KEY_WEAK: Words(
        what=_("The key belongs to a person who may not manage the shop."),
        next_step=_("Make the key as an administrator or a shop manager."),
    ),
    Trouble.KEY_BAD: Words(
        what=_("That is not a REST key: one begins with ck_, its secret with cs_."),
        next_step=_("Copy both from WooCommerce → Settings → Advanced → REST API."),
    ),
    Trouble.ATTEMPT_OVER: Words(
        what=_("This connection took too long, or is done already."),
        next_step=_("Begin again with the shop's address."),
    ),
    Trouble.KLARNA_REFUSED: Words(
        what=_("Klarna does not accept these credentials (%(about)s)."), next_step=_CREDENTIALS
    ),
    Trouble.KLARNA_UNREACHABLE: Words(
        what=_("Klarna did not answer, so the credentials are not checked."),
        next_step=_("Try again in a minute."),
    ),
    Trouble.KLARNA_KEY_BAD: Words(
        what=_("That is not an API key of Klarna's, or its user name is missing."),
        next_step=_(
            "Give the key that begins with klarna_test_api_ or klarna_live_api_, or a user "
            "name and its password. The client id is public and opens nothing."
        ),
    ),
    Trouble.KLARNA_ENVIRONMENT: Words(
        what=_("Nothing in these credentials says whether they are for the playground."),
        next_step=_("Choose “Playground” or “Live” below."),
    ),
    Trouble.KLARNA_LIVE: Words(
        what=_("These are live credentials: captures and refunds will move real money."),
        next_step=_("Tick “This account moves real money” if that is what you want."),
    ),
    Trouble.KLARNA_MISMATCH: Words(
        what=_("These credentials are of the other environment, so they were sent nowhere."),
        next_step=_("Choose the environment that the credentials are for."),
    ),
    Trouble.KLARNA_NO_LIVE_HERE: Words(
        what=_("This installation is for practice, and takes no live credentials."),
        next_step=_("Use playground credentials, or an installation that is live."),
    ),
    Trouble.KLARNA_OTHER_MERCHANT: Words(
        what=_(
            "These credentials work, and belong to another merchant account: it does not know "
            "the orders that were made with this one (%(about)s)."
        ),
        next_step=_(
            "Add it as another Klarna account: new orders then go there, and earlier ones stay "
            "with this one."
        ),
    ),
    Trouble.KLARNA_ACCOUNT_USED: Words(
        what=_("Orders were made with this account, and they stay with it."),
        next_step=_(
            "Leave it. Where another account is for the same orders, new ones go to the one "
            "that was added last."
        ),
    ),
}


def said_of_trouble(trouble: Trouble | str, about: str = "") -> Words:
    """Return what is wrong and what to do."""
    return TROUBLES[Trouble(trouble)].about({"about": about})

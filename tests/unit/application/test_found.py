"""What is found in a shop is judged: what works, what does not, and how bad it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kvitt.application.found import AccountSign, Finding, Level, Signs, findings_of
from kvitt.domain.shop import (
    SWITCHES,
    Found,
    Gateway,
    KlarnaGateway,
    Plugin,
    ShopFacts,
    klarna_gateway,
    place_of,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOPICS = ("order.created", "order.updated")
FACTS = ShopFacts(woocommerce="11.0.1", wordpress="7.1", currency="SEK", decimals=2, hpos=True)
KLARNA = KlarnaGateway(id="klarna_payments", title="Klarna", enabled=True)
WELL = Found(facts=FACTS, gateways=(KLARNA,), prices_include_tax=True, topics=TOPICS)
SIGNS = Signs(
    url="https://shop.example",
    now=NOW,
    wanted_topics=TOPICS,
    subscribed_at=NOW - timedelta(minutes=1),
    pinged_at=NOW,
    accounts=(AccountSign(label="Klarna", environment="playground"),),
)


def codes(found: Found | None, signs: Signs = SIGNS, level: Level | None = None) -> set[str]:
    return {
        remark.code for remark in findings_of(found, signs) if level in {None, remark.level}
    }


def test_a_shop_that_is_well_has_nothing_to_look_at() -> None:
    """Everything is good, or a fact."""
    assert codes(WELL, level=Level.WARN) == codes(WELL, level=Level.BAD) == set()
    assert {Finding.PING, Finding.HOOKS, Finding.WRITES, Finding.GATEWAY} <= codes(WELL)


@pytest.mark.parametrize(
    ("found", "signs", "finding"),
    [
        pytest.param(replace(WELL, writes=False), SIGNS, Finding.READ_ONLY, id="read only"),
        pytest.param(replace(WELL, topics=()), SIGNS, Finding.HOOKS_MISSING, id="no hooks"),
        pytest.param(
            WELL, replace(SIGNS, wanted_topics=()), Finding.NO_PUBLIC_URL, id="unreachable"
        ),
        pytest.param(WELL, replace(SIGNS, pinged_at=None), Finding.NO_PING, id="no ping"),
        pytest.param(
            WELL,
            replace(SIGNS, pinged_at=NOW - timedelta(hours=1)),
            Finding.NO_PING,
            id="a ping from before",
        ),
        pytest.param(
            replace(WELL, facts=replace(FACTS, cron=False)), SIGNS, Finding.CRON_OFF, id="cron"
        ),
        pytest.param(
            replace(WELL, facts=replace(FACTS, woocommerce="6.9.4")),
            SIGNS,
            Finding.OLD,
            id="an old WooCommerce",
        ),
        pytest.param(replace(WELL, gateways=()), SIGNS, Finding.NO_GATEWAY, id="no gateway"),
        pytest.param(
            replace(WELL, gateways=(replace(KLARNA, automatic=SWITCHES, switchable=True),)),
            SIGNS,
            Finding.MANAGES,
            id="its plugin acts",
        ),
        pytest.param(
            replace(WELL, gateways=(replace(KLARNA, automatic=SWITCHES),)),
            SIGNS,
            Finding.MANAGES_UNSEEN,
            id="its plugin acts unseen",
        ),
        pytest.param(WELL, replace(SIGNS, accounts=()), Finding.NO_ACCOUNT, id="no account"),
        pytest.param(
            WELL,
            replace(
                SIGNS,
                accounts=(AccountSign(label="A", environment="live", refused=True),),
            ),
            Finding.ACCOUNT_REFUSED,
            id="credentials turned away",
        ),
        pytest.param(
            WELL, replace(SIGNS, url="http://127.0.0.1"), Finding.NOT_SECURE, id="no TLS"
        ),
        pytest.param(WELL, replace(SIGNS, paused=True), Finding.PAUSED, id="paused"),
    ],
)
def test_what_is_wrong_is_to_be_looked_at(found: Found, signs: Signs, finding: Finding) -> None:
    """Each thing that does not work is said, before what does."""
    wrong = codes(found, signs, Level.WARN) | codes(found, signs, Level.BAD)
    first = findings_of(found, signs)[0]

    assert wrong == {finding}
    assert first.code is finding


def test_a_shop_that_was_heard_need_not_ping() -> None:
    """A delivery with a good signature is a better sign; a week of silence is a fact."""
    heard = replace(SIGNS, pinged_at=None, heard_at=NOW)
    quiet = replace(heard, now=NOW + timedelta(days=8))

    assert Finding.HEARD in codes(WELL, heard)
    assert Finding.QUIET in codes(WELL, quiet, Level.FACT)


def test_webhooks_that_were_made_by_hand_are_believed_while_they_arrive() -> None:
    """What has arrived here proves that the shop can send; after a week it proves nothing."""
    by_hand = replace(SIGNS, wanted_topics=(), subscribed_at=None, heard_at=NOW)
    silent = replace(by_hand, now=NOW + timedelta(days=8))

    assert codes(WELL, by_hand, Level.WARN) == set()
    assert Finding.HEARD in codes(WELL, by_hand, Level.GOOD)
    assert codes(WELL, silent, Level.WARN) == {Finding.NO_PUBLIC_URL}


def test_a_shop_that_was_never_asked_has_little_to_say() -> None:
    """Only what is known here."""
    assert codes(None) == {Finding.ACCOUNT}


KOM = Plugin(file="klarna-order-management-for-woocommerce/klarna.php", version="1.10.3")
KP = "klarna-payments-for-woocommerce/klarna.php"


@pytest.mark.parametrize(
    ("settings", "plugins", "automatic", "switchable"),
    [
        pytest.param(dict.fromkeys(SWITCHES, "yes"), (KOM,), SWITCHES, True, id="all on"),
        pytest.param(dict.fromkeys(SWITCHES, "no"), (KOM,), (), True, id="all off"),
        pytest.param({"kom_auto_capture": "no"}, (), SWITCHES[1:], True, id="one off"),
        pytest.param(
            {"kom_auto_capture": "yes", "kom_enabled": "no"}, (), (), True, id="master off"
        ),
        pytest.param({}, (KOM,), SWITCHES, False, id="never saved, and unseen"),
        pytest.param(
            {}, (Plugin(file=KP, version="4.10.7"),), SWITCHES, False, id="brought along"
        ),
        pytest.param({}, (Plugin(file=KP, version="4.7.1"),), (), False, id="from before that"),
        pytest.param({}, (), (), False, id="none at all"),
    ],
)
def test_what_a_plugin_does_by_itself_is_read_from_its_switches(
    settings: dict[str, str],
    plugins: tuple[Plugin, ...],
    automatic: tuple[str, ...],
    *,
    switchable: bool,
) -> None:
    """A switch that was never saved is on; a gateway that is off does nothing."""
    gateway = Gateway(id="klarna_payments", title="Klarna", enabled=True, settings=settings)
    found = klarna_gateway(gateway, plugins)

    assert (found.automatic, found.switchable) == (automatic, switchable)
    assert klarna_gateway(replace(gateway, enabled=False), plugins).automatic == ()


def test_the_same_place_is_the_same_with_and_without_www() -> None:
    """Nor does TLS make another shop of it, nor index.php; a folder does."""
    assert place_of("https://shop.example/index.php") == place_of("https://shop.example")
    assert place_of("http://www.Shop.example/") == place_of("https://shop.example")
    assert place_of("https://shop.example/butik") != place_of("https://shop.example")


def test_a_test_message_is_given_a_minute() -> None:
    """Right after the webhooks were made nothing is wrong yet; a minute later it is."""
    asked = replace(SIGNS, pinged_at=None, subscribed_at=NOW - timedelta(seconds=59))
    assert Finding.PING_AWAITED in codes(WELL, asked, Level.FACT)

    waited = replace(asked, now=NOW + timedelta(seconds=1))
    assert Finding.NO_PING in codes(WELL, waited, Level.WARN)

"""When a shop or an account is left alone, and when it is asked again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kvitt.domain import health as rules
from kvitt.domain.errors import (
    KvittError,
    MalformedReply,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteFault,
    Unauthorized,
    Unreachable,
)
from kvitt.domain.health import OPENS_AFTER, WELL, Asked, Condition, Health, Party, PartyKind

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHOP = Party(kind=PartyKind.SHOP, name="1")
ACCOUNT = Party(kind=PartyKind.ACCOUNT, name="a")


def lowest(_below: int) -> int:
    return 0


def after(*errors: KvittError, same_order: bool = False, health: Health = WELL) -> Health:
    """Return the health after these errors in a row, of different orders unless told."""
    for nth, error in enumerate(errors, start=1):
        asked = Asked(order=7 if same_order else nth)
        health = rules.after_error(health, error, asked, now=NOW, dice=lowest)
    return health


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("no route"),
        OutcomeUnknown("no answer"),
        RemoteFault("503"),
        MalformedReply("<html>"),
        NotAllowed("a firewall's page", status=403),
    ],
)
def test_failures_of_different_orders_in_a_row_open_the_circuit(error: KvittError) -> None:
    """One fewer does not."""
    almost = after(*[error] * (OPENS_AFTER - 1))
    opened = after(error, health=almost)
    opened = after(*[error] * OPENS_AFTER)

    assert (almost.condition, almost.is_blocked(NOW)) == (Condition.FAILING, False)
    assert (opened.condition, opened.is_blocked(NOW)) == (Condition.OPEN, True)
    assert opened.since == NOW


def test_one_order_that_fails_again_and_again_counts_once() -> None:
    """Klarna may fail for one order for ever: that says nothing of the others."""
    assert after(*[RemoteFault("500")] * 20, same_order=True).condition is Condition.FAILING


def test_a_service_that_cannot_be_reached_counts_whatever_the_order() -> None:
    """No connection has nothing to do with the order."""
    assert after(*[Unreachable("dns")] * OPENS_AFTER, same_order=True).wants_probe


@pytest.mark.parametrize(
    "answer",
    [NotFound("404"), Rejected("400"), NotAllowed("no", code="CAPTURE_NOT_ALLOWED")],
)
def test_an_answer_of_refusal_shows_that_the_service_works(answer: KvittError) -> None:
    """What Klarna says of an order is no failure, and ends a row of them."""
    assert after(*[RemoteFault("500")] * 4, answer) == WELL
    assert after(*[RemoteFault("500")] * OPENS_AFTER, answer) == WELL


def test_each_probe_in_vain_makes_the_pause_longer_up_to_five_minutes() -> None:
    """A circuit that stays open costs a call every few minutes and no more."""
    health = after(*[RemoteFault("503")] * OPENS_AFTER)
    pauses = []
    for _ in range(8):
        assert health.blocked_until is not None
        pauses.append(health.blocked_until - NOW)
        health = after(RemoteFault("503"), health=health)

    assert pauses == sorted(pauses)
    assert pauses[0] >= timedelta(seconds=11)
    assert pauses[-1] <= timedelta(minutes=5)


def test_a_pause_is_never_shorter_than_the_service_asks_for() -> None:
    """Retry-After wins over the schedule, apart from the spread."""
    asked = RemoteFault("503", retry_after=timedelta(hours=1))
    health = after(*[asked] * OPENS_AFTER)

    assert health.blocked_until is not None
    assert health.blocked_until - NOW >= timedelta(minutes=45)


@pytest.mark.parametrize(
    "error",
    [Unauthorized("401"), NotAllowed("403", code="woocommerce_rest_cannot_view")],
)
def test_refused_credentials_pause_at_the_first_word(error: KvittError) -> None:
    """No further order has to find out, and the probes get rare."""
    once = after(error)
    often = after(*[error] * 5)

    assert (once.condition, once.is_alarming, once.is_blocked(NOW)) == (
        Condition.REFUSED,
        True,
        True,
    )
    assert often.blocked_until == NOW + timedelta(hours=1)


def test_a_key_that_may_read_only_stays_refused_until_a_write_works() -> None:
    """A probe that reads says nothing of a write that was refused."""
    asked = Asked(order=1, write=True)
    health = rules.after_error(WELL, Unauthorized("401"), asked, now=NOW, dice=lowest)

    assert rules.after_answer(health, Asked(order=2)) == health
    assert rules.after_answer(health, Asked(order=2, write=True)) == WELL


def test_a_service_that_asks_us_to_slow_down_is_not_ill() -> None:
    """It is asked again when it says so, without a probe and without an alarm."""
    error = RateLimited("429", retry_after=timedelta(seconds=3))
    health = after(error)

    assert health.blocked_until == NOW + timedelta(seconds=3)
    assert (health.is_alarming, health.wants_probe) == (False, False)
    assert after(error, health=after(Unauthorized("401"))).condition is Condition.REFUSED


def test_a_person_is_told_who_it_is_and_what_to_do() -> None:
    """One sentence for a service that is down, one for credentials, none for a hiccup."""
    down, refused = after(*[RemoteFault("503")] * OPENS_AFTER), after(Unauthorized("401"))

    assert rules.sentence(ACCOUNT, down).startswith("Klarna does not answer as it should (503)")
    assert "Put in working credentials" in rules.sentence(SHOP, refused)
    assert rules.sentence(SHOP, after(RemoteFault("503"))) == ""


@pytest.mark.parametrize(("party", "who"), [(SHOP, "The shop"), (ACCOUNT, "Klarna")])
@pytest.mark.parametrize(
    ("health", "said"),
    [
        (after(*[RemoteFault("503")] * OPENS_AFTER), "has not answered as it should since"),
        (after(Unauthorized("401")), "has refused our credentials since"),
    ],
    ids=["down", "refused"],
)
def test_an_order_says_for_whom_it_waits_and_until_when(
    party: Party, who: str, health: Health, said: str
) -> None:
    """Since when, and the next try; after "ask again" the next try is soon."""
    told = rules.sentence_of_order(party, health)
    soon = rules.sentence_of_order(party, replace(health, blocked_until=None))

    assert told.startswith(f"{who} {said} 2026-03-02 09:00. ")
    assert f"asked again, at {health.blocked_until:%Y-%m-%d %H:%M}. Nothing is lost." in told
    assert "which is soon" in soon
    refused = health.condition is Condition.REFUSED
    assert ("Put in working credentials" in told) is refused


def test_no_order_waits_for_a_service_that_only_failed_now_and_then() -> None:
    """Neither a hiccup nor a request to slow down is worth a word."""
    assert rules.sentence_of_order(SHOP, after(RemoteFault("503"))) == ""
    assert rules.sentence_of_order(SHOP, replace(after(Unauthorized("401")), since=None)) == ""


def test_a_probe_keeps_the_others_away_until_it_has_said_something() -> None:
    """One worker finds out for all; a probe that has died is replaced after two minutes."""
    opened = after(*[RemoteFault("503")] * OPENS_AFTER)
    probing = rules.probed(opened, now=NOW)

    assert probing.is_blocked(NOW + rules.PROBE_LASTS - timedelta(seconds=1))
    assert not probing.is_blocked(NOW + rules.PROBE_LASTS)
    assert probing.wants_probe


def test_a_failure_while_credentials_are_refused_leaves_them_refused() -> None:
    """A shop that is down for a moment has not taken our key back into favour."""
    health = after(RemoteFault("503"), health=after(Unauthorized("401")))

    assert health.condition is Condition.REFUSED
    assert health.blocked_until == NOW + rules.OPEN_FOR[0]


def test_a_party_is_named_by_what_it_is_and_which() -> None:
    """A log line tells a shop from an account of the same number."""
    assert (str(SHOP), str(ACCOUNT)) == ("shop 1", "account a")

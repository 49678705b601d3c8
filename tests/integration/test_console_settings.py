"""What people choose for themselves, and the rules of a shop with who changed them."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from kvitt.adapters.database import shapes
from kvitt.adapters.database.models import Shop
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.web.accounts.roles import Role
from kvitt.web.console import rules
from kvitt.web.console.models import PolicyChange, Preferences
from kvitt.web.console.rules import RulesForm

pytestmark = pytest.mark.django_db

CHOSEN = {"name": "Anna Ek", "language": "sv", "zone": "Asia/Tokyo", "theme": "dark"}
#: Every rule as it is by default, as the form sends it.
DEFAULTS = {
    "capture_statuses": "completed",
    "cancel_statuses": "cancelled",
    "update_statuses": "on-hold, processing",
    "manual_refunds": "send",
    "release_rest": "on",
    "write_back": "on",
    "failed_capture_status": "on-hold",
    "cancelled_at_klarna_status": "cancelled",
    "captured_at_klarna_status": "completed",
    "send_address": "on",
    "warn_before": "7, 3, 1",
}


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(console_orders.person(Role.MANAGER, name="anna"))
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def change(client: Client, stall: Stall, **rule: str) -> tuple[int, str]:
    """Send the form with these rules, and return the answer's status and page."""
    given = {name: text for name, text in {**DEFAULTS, **rule}.items() if text != "off"}
    answer = client.post(f"/settings/rules/{stall.shop.pk}/change", given)
    return answer.status_code, str(answer.content, "utf-8")


def policy(stall: Stall) -> Policy:
    return shapes.unpack(Policy, Shop.objects.get(pk=stall.shop.pk).policy)


def test_choices_hold_on_every_page(reader: Client, stall: Stall) -> None:
    """Language, zone and brightness are those that were chosen, whatever the browser says."""
    order = console_orders.processing(stall)
    type(order).objects.filter(pk=order.pk).update(created_at="2020-01-05T23:30:00Z")

    answer = reader.post("/settings", CHOSEN, follow=True)

    assert "Dina inställningar är sparade." in str(answer.content, "utf-8")
    said = str(reader.get("/orders", headers={"Accept-Language": "en"}).content, "utf-8")
    assert '<html lang="sv" data-theme="dark">' in said
    assert 'title="2020-01-05 23:30:00 UTC">6 jan. 2020</time>' in said
    assert User.objects.get().first_name == "Anna Ek"


def test_without_a_choice_the_browser_decides(reader: Client) -> None:
    """Nobody has to choose anything."""
    said = str(reader.get("/orders", headers={"Accept-Language": "sv"}).content, "utf-8")

    assert '<html lang="sv">' in said
    assert 'data-keys="/help/keys"' in said
    assert not Preferences.objects.exists()


def test_single_keys_can_be_switched_off(reader: Client) -> None:
    """Where they are off no page listens to them, and the list of them says so."""
    reader.post("/settings", {"theme": "system"})

    assert "data-keys" not in page(reader, "/orders")
    assert "Single keys are switched off." in page(reader, "/help/keys")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("zone", "../../etc/passwd"), ("language", "xx"), ("theme", "neon"), ("theme", "")],
)
def test_a_choice_that_is_none_is_named(reader: Client, field: str, wrong: str) -> None:
    """Nothing is kept of a form with something wrong, and the page says what."""
    answer = reader.post("/settings", {**CHOSEN, field: wrong})

    assert answer.status_code == 422
    assert 'role="alert"' in str(answer.content, "utf-8")
    assert not Preferences.objects.exists()


def test_choices_are_ones_own(reader: Client) -> None:
    """What one person chooses changes nobody else's pages."""
    reader.post("/settings", CHOSEN)
    other = Client()
    other.force_login(console_orders.person(Role.VIEWER))

    assert '<html lang="en">' in page(other, "/orders")


def test_the_rules_of_ones_shops_are_linked(stall: Stall, reader: Client) -> None:
    """Who may set rules finds them from the settings; who may not does not."""
    assert f'href="/settings/rules/{stall.shop.pk}"' in page(reader, "/settings")
    reader.force_login(console_orders.person(Role.OPERATOR))

    assert "/settings/rules/" not in page(reader, "/settings")


def test_the_form_asks_every_rule(stall: Stall, reader: Client) -> None:
    """No rule can be added that people cannot see, and each says its default."""
    said = page(reader, f"/settings/rules/{stall.shop.pk}")

    assert set(RulesForm.base_fields) == set(Policy.__dataclass_fields__)
    assert said.count("Default: ") == len(RulesForm.base_fields)


def test_changed_rules_are_kept_and_told(stall: Stall, reader: Client) -> None:
    """The shop has the new rules, and the page says who changed what from what to what."""
    status, _page = change(
        reader,
        stall,
        capture_statuses="Completed, wc-shipped",
        manual_refunds="ask",
        release_rest="off",
        warn_before="2 10 2",
        failed_capture_status="",
    )

    assert status == 302
    assert policy(stall) == Policy(
        capture_statuses=frozenset({"completed", "shipped"}),
        manual_refunds=ManualRefunds.ASK,
        release_rest=False,
        warn_before=(timedelta(days=10), timedelta(days=2)),
        failed_capture_status="",
    )
    said = re.sub(r"<[^>]+>", "", page(reader, f"/settings/rules/{stall.shop.pk}"))
    assert "anna" in said
    for told in (
        "Capture when an order becomes: completed → completed, shipped",
        "is sent to Klarna → waits until a person allows it",
        "on → off",
        "7, 3, 1 → 10, 2",
        "on-hold → nothing",
    ):
        assert told in said


def test_sending_the_same_rules_changes_nothing(stall: Stall, reader: Client) -> None:
    """A form that was not changed, or was sent twice, leaves no trace."""
    assert change(reader, stall)[0] == 302

    assert not PolicyChange.objects.exists()


@pytest.mark.parametrize(
    ("rule", "wrong", "said"),
    [
        ("capture_statuses", "comp leted!", "is not a status"),
        ("failed_capture_status", "on hold", "is not a status"),
        ("capture_statuses", "completed, cancelled", "cannot both capture and cancel"),
        ("warn_before", "0", "Write whole days"),
        ("warn_before", "7; 3", "Write whole days"),
        ("warn_before", "61", "Write whole days"),
        ("manual_refunds", "maybe", "maybe"),
    ],
)
def test_a_rule_that_cannot_be_is_named(
    stall: Stall, reader: Client, rule: str, wrong: str, said: str
) -> None:
    """What contradicts itself changes nothing; the page keeps what was typed and says what."""
    status, page_again = change(reader, stall, **{rule: wrong})

    assert status == 422
    assert said in page_again
    assert policy(stall) == Policy()


def test_a_rule_that_the_form_does_not_ask_stays(stall: Stall) -> None:
    """What another version has stored under a name of its own is not lost."""
    form = RulesForm(DEFAULTS)
    assert form.is_valid()
    before = Policy(observe_only=True)

    after = form.policy(before)

    assert after == Policy()
    assert rules.save(stall.shop.pk, after, actor="anna", now=stall.now) is False


def test_an_old_change_of_a_rule_that_is_gone_can_be_read(stall: Stall) -> None:
    """History stays readable when a rule is no more."""
    PolicyChange.objects.create(
        shop=stall.shop, at=stall.now, actor="bo", changes={"gone_rule": [True, [1, "x"]]}
    )

    told = rules.history(stall.shop)[0].rules[0]

    assert (told.name, told.before, told.after) == ("gone_rule", "on", "0, x")

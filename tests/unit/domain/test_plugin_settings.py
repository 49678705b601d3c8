"""A shop that comes from another plugin keeps what it has set there."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitt.domain.decide import decide
from kvitt.domain.plugin_settings import policy_from_plugin
from kvitt.domain.policy import ManualRefunds, Policy
from unit.domain.orders import authorized, order, situation, steps_of

NONE: frozenset[str] = frozenset()
NOTHING_FOLLOWS = Policy(
    capture_statuses=NONE,
    cancel_statuses=NONE,
    update_statuses=NONE,
    manual_refunds=ManualRefunds.IGNORE,
)
ALL_ON = {"kom_auto_capture": "yes", "kom_auto_cancel": "yes", "kom_auto_update": "yes"}

ROWS = {
    "nothing was ever saved": ({}, Policy()),
    "everything is ticked": (ALL_ON, Policy()),
    "the order is not captured when it is completed": (
        {**ALL_ON, "kom_auto_capture": "no"},
        Policy(capture_statuses=NONE),
    ),
    "the order is not cancelled at Klarna": (
        {**ALL_ON, "kom_auto_cancel": "no"},
        Policy(cancel_statuses=NONE),
    ),
    "changed lines are not sent": (
        {**ALL_ON, "kom_auto_update": "no"},
        Policy(update_statuses=NONE),
    ),
    "a checkbox that is stored empty is not ticked": (
        {"kom_auto_capture": ""},
        Policy(capture_statuses=NONE),
    ),
    "another status captures": (
        {"kom_auto_capture_status": "shipped"},
        Policy(capture_statuses=frozenset({"shipped"})),
    ),
    "another status captures, named as the shop's database has it": (
        {"kom_capture_order_status": " wc-shipped"},
        Policy(capture_statuses=frozenset({"shipped"})),
    ),
    "no status is chosen": ({"kom_capture_status": ""}, Policy()),
    "a status is chosen, and capturing is switched off": (
        {"kom_capture_status": "shipped", "kom_auto_capture": "no"},
        Policy(capture_statuses=NONE),
    ),
    "a status of something else captures nothing": ({"kom_refund_status": "shipped"}, Policy()),
    "a status of another plugin captures nothing": ({"my_capture_status": "shipped"}, Policy()),
    "a setting about captures that is no status changes nothing": (
        {"kom_webhook_capture_sync": "yes"},
        Policy(),
    ),
    "order management is switched off altogether": ({"kom_enabled": "no"}, NOTHING_FOLLOWS),
    "switched off altogether, the other boxes do not matter": (
        {**ALL_ON, "kom_enabled": "no"},
        NOTHING_FOLLOWS,
    ),
    "what has no counterpart changes nothing": (
        {
            "kom_auto_order_sync": "no",
            "kom_force_full_capture": "yes",
            "kom_debug_log": "no",
            "testmode": "yes",
            "send_product_urls": "no",
            "combine_eu_credentials": "yes",
            "customer_type": "b2b",
        },
        Policy(),
    ),
}


@pytest.mark.parametrize(("settings", "policy"), ROWS.values(), ids=ROWS)
def test_a_plugins_settings_are_kept(settings: Mapping[str, str], policy: Policy) -> None:
    """Each setting of the reference plugin says the same here."""
    assert policy_from_plugin(settings) == policy


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=10), max_size=5))
def test_any_settings_can_be_read(settings: dict[str, str]) -> None:
    """Whatever else a gateway stores, the policy is one of ours, and nothing is raised."""
    strange = {name: value for name, value in settings.items() if not name.startswith("kom_")}

    assert policy_from_plugin(strange) == Policy()


@pytest.mark.parametrize(
    ("settings", "status", "steps"),
    [
        ({}, "completed", ("Capture 248.98 SEK",)),
        ({"kom_auto_capture": "no"}, "completed", ()),
        ({"kom_capture_status": "wc-shipped"}, "shipped", ("Capture 248.98 SEK",)),
        ({"kom_capture_status": "wc-shipped"}, "completed", ()),
        ({"kom_auto_cancel": "no"}, "cancelled", ()),
        ({"kom_enabled": "no"}, "cancelled", ()),
    ],
)
def test_what_the_plugin_did_is_what_is_decided(
    settings: dict[str, str], status: str, steps: tuple[str, ...]
) -> None:
    """Under the policy that was taken over, an order's status does what it did before."""
    policy = policy_from_plugin(settings)
    found = decide(replace(situation(order(status), authorized()), policy=policy))

    assert steps_of(found) == steps

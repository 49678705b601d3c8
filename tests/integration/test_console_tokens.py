"""API keys in the console: shown once, no mightier than their maker, revoked for good."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from browser import console_orders
from browser.console_orders import Stall
from kvitt.web.accounts.rights import Right
from kvitt.web.accounts.roles import Role
from kvitt.web.api import keys
from kvitt.web.api.keys import NewKey
from kvitt.web.api.models import ApiKey

pytestmark = pytest.mark.django_db

ERP = {"name": "ERP  east", "scopes": ["see", "capture"], "shop": "", "days": "90"}


@pytest.fixture
def stall() -> Stall:
    return console_orders.open_stall(timezone.now())


def signed_in(role: Role, *, shop: int | None = None, name: str = "anna") -> Client:
    """Return the browser of a person who has just proved who they are."""
    client = Client()
    client.force_login(console_orders.person(role, name=name, shop=shop))
    session = client.session
    session["kvitt_proved_at"] = timezone.now().timestamp()
    session.save()
    return client


def made(client: Client, **changed: object) -> str:
    """Make a key, and return the token that the page shows."""
    answer = client.post("/settings/tokens/make", {**ERP, **changed})
    found = re.search(r"kvitt_[0-9a-f]{8}_[\w-]{43}", str(answer.content, "utf-8"))
    assert answer.headers["Cache-Control"].count("no-store") == 1
    assert found is not None, answer.status_code
    return found[0]


def test_a_key_is_shown_once_and_opens_what_was_chosen(stall: Stall) -> None:
    """The token stands on the page that made it and on no other; it may what was ticked."""
    owner = signed_in(Role.OWNER)
    token = made(owner, shop=str(stall.shop.pk))

    caller = keys.find(token, now=timezone.now())

    assert caller is not None
    assert caller.rights == {Right.SEE, Right.CAPTURE}
    assert caller.shops == frozenset({stall.shop.pk})
    assert caller.actor == "api:ERP east"
    later = str(owner.get("/settings/tokens").content, "utf-8")
    assert token not in later
    assert "ERP east" in later


def test_a_page_that_is_sent_twice_makes_one_key() -> None:
    """A name that a key has is refused, and what was typed stays."""
    owner = signed_in(Role.OWNER)
    made(owner)

    again = owner.post("/settings/tokens/make", ERP)

    assert again.status_code == 422
    assert "There is a key of this name." in str(again.content, "utf-8")
    assert ApiKey.objects.count() == 1


def test_a_revoked_key_opens_nothing() -> None:
    """One button, and the key is of no use; its name is free again."""
    owner = signed_in(Role.OWNER)
    token = made(owner)
    owner.post(f"/settings/tokens/{ApiKey.objects.get().pk}/revoke")

    assert keys.find(token, now=timezone.now()) is None
    assert "Revoked" in str(owner.get("/settings/tokens").content, "utf-8")
    assert made(owner) != token


def test_an_owner_of_one_shop_makes_and_sees_keys_of_that_shop_only(stall: Stall) -> None:
    """Neither a key for every shop can be made, nor one of another shop be seen or revoked."""
    other = console_orders.open_stall(stall.now, url="https://other.example")
    both = [stall.shop.pk, other.shop.pk]
    for name, shops in (("everywhere", None), ("both", both), ("other", [other.shop.pk])):
        new = NewKey(name=name, scopes=frozenset({Right.SEE}), shops=shops, created_by="eva")
        keys.make(new, now=stall.now)
    owner = signed_in(Role.OWNER, shop=stall.shop.pk)

    refused = [
        owner.post("/settings/tokens/make", {**ERP, "shop": shop}).status_code
        for shop in ("", str(other.shop.pk))
    ]
    own = made(owner, shop=str(stall.shop.pk))
    listed = str(owner.get("/settings/tokens").content, "utf-8")
    revoked = [
        owner.post(f"/settings/tokens/{row.pk}/revoke").status_code
        for row in ApiKey.objects.exclude(name="ERP east")
    ]

    assert refused == [422, 422]
    assert own.split("_")[1] in listed
    assert listed.count("data-row") == 1
    assert revoked == [404, 404, 404]


def test_a_manager_makes_no_keys() -> None:
    """Who may not make accounts may not make keys, and is not led to them."""
    manager = signed_in(Role.MANAGER)

    assert manager.get("/settings/tokens").status_code == 403
    assert manager.post("/settings/tokens/make", ERP).status_code == 403
    assert "/settings/tokens" not in str(manager.get("/settings").content, "utf-8")

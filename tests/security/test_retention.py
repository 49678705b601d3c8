"""What is kept for a time only is gone afterwards, also from the file, with a proof of it."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from browser import console_orders
from kvitt.adapters.database import address, cards
from kvitt.adapters.database.inbox import Inbox, Received
from kvitt.adapters.database.models import Deletion, Delivery, DeliveryState, Shop
from kvitt.adapters.database.vault import Vault
from kvitt.domain.ids import ShopId

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TWO_WEEKS = timedelta(days=14)
#: Numbers that card companies give out for tests; none is anybody's.
TEST_CARDS = ("4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005")


def unreadable(shop: Shop, body: bytes, *, received: datetime) -> Received:
    return Received(
        shop=ShopId(shop.pk),
        received_at=received,
        topic="order.updated",
        body_sha256="ab" * 32,
        state=DeliveryState.UNREADABLE,
        body=body,
    )


@pytest.mark.django_db
def test_old_webhooks_are_deleted_and_that_is_proved() -> None:
    """After two weeks records and bodies are gone, and a row says how many and up to when."""
    inbox = Inbox(Vault.of(settings.KVITT))
    shop = console_orders.open_stall(NOW).shop
    old, young = NOW - TWO_WEEKS - timedelta(seconds=1), NOW - TWO_WEEKS
    inbox.store(
        [unreadable(shop, b"{", received=moment) for moment in (old, young)], {}, now=NOW
    )

    assert inbox.forget(older_than=TWO_WEEKS, now=NOW) == 1
    assert inbox.forget(older_than=TWO_WEEKS, now=NOW) == 0

    proof = Deletion.objects.get()
    assert (proof.received_before, proof.deliveries, proof.bodies) == (NOW - TWO_WEEKS, 1, 1)
    assert str(proof) == "1 deliveries, 1 bodies"
    assert Delivery.objects.get().received_at == young


def test_what_is_deleted_cannot_be_read_in_the_file(tmp_path: Path) -> None:
    """The database overwrites what it deletes, with the settings that kvitt gives it."""
    path = tmp_path / "kvitt.sqlite3"
    secret = "gAAAAABcanary" * 40
    with sqlite3.connect(path) as connection:
        connection.executescript(address.SQLITE_PRAGMAS)
        connection.execute("CREATE TABLE body (text)")
        connection.executemany("INSERT INTO body VALUES (?)", [(secret,)] * 20)
        connection.commit()
        connection.execute("DELETE FROM body")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()

    assert secret.encode() not in path.read_bytes()


@pytest.mark.django_db
def test_a_card_number_in_a_kept_body_is_not_kept(caplog: pytest.LogCaptureFixture) -> None:
    """Where a customer typed a card number, its end is kept, and a warning is written."""
    vault = Vault.of(settings.KVITT)
    shop = console_orders.open_stall(NOW).shop
    body = f"note: {TEST_CARDS[0]}, tel 0701234567".encode()

    Inbox(vault).store([unreadable(shop, body, received=NOW)], {}, now=NOW)

    sealed = bytes(Delivery.objects.get().body_sealed or b"").decode("ascii")
    kept = vault.open(sealed, context=f"delivery {'ab' * 32}")
    assert kept == "note: ************1111, tel 0701234567"
    assert "what looks like card numbers" in caplog.text


@pytest.mark.parametrize("number", TEST_CARDS)
def test_a_card_number_is_recognised(number: str) -> None:
    """However its groups are written, a card number is masked but for its end."""
    masked, found = cards.mask(f"<{number}>")

    assert found == 1
    assert masked.endswith(f"{number[-4:]}>")
    assert number[:6] not in masked


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1112", "123456789012", "1234567890123456789012", "2026-11-23", ""]
)
def test_what_is_no_card_number_is_kept_as_it_is(text: str) -> None:
    """A wrong check digit, too few digits or too many are no card number."""
    assert cards.mask(text) == (text, 0)


@given(st.text(alphabet="0123456789 -ab", max_size=60))
def test_masking_keeps_what_is_around(text: str) -> None:
    """Whatever the text, nothing but digits goes, and a second time finds nothing more."""
    masked, found = cards.mask(text)

    assert (masked == text) == (found == 0)
    assert [letter for letter in masked if letter in "ab"] == [
        letter for letter in text if letter in "ab"
    ]

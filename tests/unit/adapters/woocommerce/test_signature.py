"""The signature on WooCommerce's deliveries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitt.adapters.woocommerce import signature
from kvitt.domain.errors import WebhookRejected
from unit.adapters import samples

SECRET = "enkel-hemlighet-123"


def deliveries() -> list[tuple[bytes, str]]:
    """Return every recorded delivery that bears a signature, with it."""
    found = []
    for name in samples.names("webhooks"):
        recorded = samples.load(f"webhooks/{name}")
        for delivery in recorded if isinstance(recorded, list) else []:
            headers = dict(delivery.get("headers", []))
            if "X-WC-Webhook-Signature" in headers:
                found.append((delivery["body"].encode(), headers["X-WC-Webhook-Signature"]))
    return found


DELIVERIES = deliveries()


def test_there_are_deliveries_to_check() -> None:
    """The samples are there, and every delivery but the ping is signed."""
    assert len(DELIVERIES) == 39


@pytest.mark.parametrize(("body", "given_signature"), DELIVERIES)
def test_every_recorded_delivery_verifies(body: bytes, given_signature: str) -> None:
    """What a real shop signed is accepted, under a new secret's predecessor too."""
    signature.check_signature(body, signature=given_signature, secrets=(SECRET,))
    signature.check_signature(body, signature=given_signature, secrets=("new", SECRET))


@pytest.mark.parametrize(("body", "given_signature"), DELIVERIES)
def test_an_altered_byte_does_not_verify(body: bytes, given_signature: str) -> None:
    """One changed bit anywhere makes it another delivery."""
    for position in (0, len(body) // 2, len(body) - 1):
        altered = bytearray(body)
        altered[position] ^= 1
        with pytest.raises(WebhookRejected):
            signature.check_signature(
                bytes(altered), signature=given_signature, secrets=(SECRET,)
            )


@pytest.mark.parametrize("secrets", [(), ("",), ("other",), ("", "other")])
def test_no_secret_and_a_wrong_one_verify_nothing(secrets: tuple[str, ...]) -> None:
    """An empty secret is none, even for a body that was signed with it."""
    body = b"{}"
    with pytest.raises(WebhookRejected):
        signature.check_signature(
            body, signature=signature.sign(body, secret=""), secrets=secrets
        )


@given(st.binary(max_size=100), st.text(max_size=60))
def test_any_other_signature_is_refused(body: bytes, text: str) -> None:
    """Headers of any shape are refused, and with nothing but our own error."""
    if text.strip() == signature.sign(body, secret=SECRET):
        return
    with pytest.raises(WebhookRejected):
        signature.check_signature(body, signature=text, secrets=(SECRET,))


@given(st.binary(max_size=100), st.text(min_size=1, max_size=20))
def test_what_is_signed_verifies(body: bytes, secret: str) -> None:
    """Signing and checking agree for every body and secret."""
    signature.check_signature(
        body, signature=signature.sign(body, secret=secret), secrets=(secret,)
    )

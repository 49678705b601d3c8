"""Certificates: the name we meant is the name that is checked, wherever it resolves to."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kvitt.adapters.addresses import WITH_LOOPBACK
from kvitt.adapters.exchange import Deadlines, Request
from kvitt.adapters.http import Http, trusting
from kvitt.domain.errors import ConfigurationError, Unreachable
from unit.adapters import loopback
from unit.adapters.loopback import serving

PATIENT = Deadlines(connect=5, read=20, write=20, total=20)
LOOK = Request(method="GET", path="/")


def certificate_for(name: str, folder: Path) -> Path:
    """Write a certificate of this name, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_the_name_is_told_and_checked_while_the_address_is_dialled(tmp_path: Path) -> None:
    """The server hears the shop's name, and its certificate must be of that name."""
    file = certificate_for("shop.example", tmp_path)
    heard: list[str | None] = []
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(file)
    server_side.sni_callback = lambda _, name, __: heard.append(name)
    trust = ssl.create_default_context(cafile=str(file))

    with (
        serving(loopback.ok(b"{}"), tls=server_side) as server,
        Http(policy=WITH_LOOPBACK, resolve=lambda _, __: ["127.0.0.1"], tls=trust) as http,
    ):
        url = f"https://shop.example:{server.port}"
        assert http.send(LOOK, base_url=url, deadlines=PATIENT).status == 200
        assert heard == ["shop.example"]

        other = f"https://other.example:{server.port}"
        with pytest.raises(Unreachable):
            http.send(LOOK, base_url=other, deadlines=PATIENT)
        assert len(server.requests) == 1


def test_a_certificate_nobody_vouches_for_means_nothing_was_sent(tmp_path: Path) -> None:
    """A certificate outside the system's trust ends the call before the request."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate_for("shop.example", tmp_path))

    with (
        serving(loopback.ok(b"{}"), tls=server_side) as server,
        Http(policy=WITH_LOOPBACK, resolve=lambda _, __: ["127.0.0.1"]) as http,
    ):
        url = f"https://shop.example:{server.port}"
        with pytest.raises(Unreachable):
            http.send(LOOK, base_url=url, deadlines=PATIENT)
        assert not server.requests


def test_a_certificate_of_ones_own_is_trusted_by_its_file(tmp_path: Path) -> None:
    """A file that is none of certificates is said to be so when kvitt starts."""
    own = certificate_for("shop.example", tmp_path)
    (tmp_path / "other.pem").write_text("no certificate")

    assert trusting(own).get_ca_certs()
    for wrong in (tmp_path / "other.pem", tmp_path / "missing.pem"):
        with pytest.raises(ConfigurationError, match="PEM"):
            trusting(wrong)

"""A certificate of one's own, so that a practice shop can be reached by https.

It vouches for itself: whoever is to trust it is given its file.
"""

import ssl
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from wsgiref.simple_server import WSGIServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: What is to be trusted, and the key that goes with it.
CERTIFICATE = "ca.pem"
KEY = "key.pem"
LASTS = timedelta(days=3650)
_OWNER_ONLY = 0o600


def make(folder: Path, *, host: str, now: datetime) -> Path:
    """Make a certificate for a host in a folder, unless one is there; return its file."""
    file = folder / CERTIFICATE
    if file.exists():
        return file
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _signed(key, host=host, now=now)
    private = folder / KEY
    private.touch(mode=_OWNER_ONLY)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return file


def secure(server: WSGIServer, folder: Path) -> None:
    """Have a server speak TLS with the certificate of a folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    # The handshake is left to each connection's own thread: a slow one holds up nobody.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    # The library's way of telling applications (wsgiref.util.guess_scheme).
    server.base_environ["HTTPS"] = "on"


def _signed(key: ec.EllipticCurvePrivateKey, *, host: str, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kvitt practice shop")])
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                crl_sign=False,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _names(host: str) -> list[x509.GeneralName]:
    try:
        return [x509.IPAddress(ip_address(host)), x509.DNSName("localhost")]
    except ValueError:
        return [x509.DNSName(host)]

"""Passwords, cookies, headers and comparisons, as a live installation has them."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

import kvitt
from kvitt.web import settings as web_settings
from running import environment

SOURCES = sorted(Path(kvitt.__file__).parent.rglob("*.py"))
#: Names of what somebody could guess byte by byte.
SECRET = re.compile(r"signature|hmac|password|secret|auth_hash|token_hash", re.IGNORECASE)
#: Of OWASP's password storage cheat sheet: KiB of memory, passes, lanes.
LEAST_MEMORY, LEAST_PASSES, LEAST_LANES = 19 * 1024, 2, 1


def test_passwords_are_hashed_with_argon2id() -> None:
    """The first hasher is Argon2id with at least the memory and passes that OWASP asks for."""
    encoded = Argon2PasswordHasher().encode("a pass phrase", "saltsaltsaltsalt")
    kind, memory, passes, lanes = re.findall(
        r"\$(argon2\w+)\$v=19\$m=(\d+),t=(\d+),p=(\d+)", encoded
    )[0]

    assert web_settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    assert kind == "argon2id"
    assert int(memory) >= LEAST_MEMORY
    assert int(passes) >= LEAST_PASSES
    assert int(lanes) >= LEAST_LANES


def test_behind_tls_every_cookie_is_bound_to_the_host() -> None:
    """A live installation's cookies are __Host-, Secure, HttpOnly and SameSite."""
    names = ["SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE"]
    asked = [
        f"{name}_{part}"
        for name in names
        for part in ("NAME", "SECURE", "HTTPONLY", "SAMESITE")
    ]
    asked += ["SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "DEBUG", "SESSION_COOKIE_DOMAIN"]
    code = (
        "import json; from kvitt.web import settings as s;"
        "from django.conf import global_settings as g;"
        f"print(json.dumps({{n: getattr(s, n, getattr(g, n, None)) for n in {asked!r}}}))"
    )

    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment(
            KVITT_PUBLIC_URL="https://kvitt.example.com",
            KVITT_BEHIND_PROXY="true",
            KVITT_SECRET_KEY="x" * 50,
        ),
    )

    live = json.loads(said.stdout)
    for name in names:
        assert live[f"{name}_NAME"].startswith("__Host-")
        assert live[f"{name}_SECURE"] is live[f"{name}_HTTPONLY"] is True
        assert live[f"{name}_SAMESITE"] == "Lax"
    assert live["SECURE_HSTS_SECONDS"] == 365 * 24 * 60 * 60
    assert live["SECURE_SSL_REDIRECT"] is True
    assert live["DEBUG"] is False
    assert live["SESSION_COOKIE_DOMAIN"] is None


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/login", "/missing", "/accounts/", "/invitation/x"])
def test_every_answer_carries_the_headers(client: Client, path: str) -> None:
    """Browsers are told not to sniff, frame or leak addresses, and to run only what is ours."""
    answer = client.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_refused(client: Client) -> None:
    """A made-up Host is not answered, so no link in a page can lead to it."""
    assert client.get("/login", headers={"Host": "evil.example"}).status_code == 400


def test_secrets_are_compared_in_constant_time() -> None:
    """No == or != stands beside a signature, a password, a secret or a hash of one."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in SOURCES
        if "sandbox" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare)
        and any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
        and any(SECRET.search(ast.unparse(side)) for side in (node.left, *node.comparators))
    ]

    assert found == []

"""The WSGI application: who answers which path, and how Django is set."""

import io
import json
import logging
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import structlog

from kvitt.settings import Settings
from kvitt.web import logs, wsgi
from kvitt.web import settings as web_settings

pytestmark = pytest.mark.django_db(transaction=True)


def mounted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer with where the application believes it stands."""
    start_response("200 OK", [])
    return (f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}".encode(),)


@pytest.fixture
def application(settings_of_tests: Settings) -> Iterator[wsgi.Application]:
    built = wsgi.build(settings_of_tests, mounts={"/shop": mounted, "/shop/two": mounted})
    yield built
    built.close()


def get(application: wsgi.Application, path: str) -> tuple[str, dict[str, str], bytes]:
    """Return status, headers and body."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "HTTP_HOST": "localhost:8000",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    }
    said: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
        said.append((status, {name.lower(): value for name, value in headers}))

    answer = application(environ, start_response)  # type: ignore[arg-type]
    body = b"".join(answer)
    if close := getattr(answer, "close", None):
        close()
    return *said[0], body


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/healthz", b"ok\n"),
        ("/readyz", b"ready\n"),
        ("/shop", b"/shop "),
        ("/shop/cart", b"/shop /cart"),
        ("/shop/two/cart", b"/shop/two /cart"),
    ],
)
def test_each_path_is_answered_by_its_part(
    application: wsgi.Application, path: str, body: bytes
) -> None:
    """Health before Django; what is mounted knows where; the longest prefix wins."""
    status, _, answered = get(application, path)

    assert (status, answered) == ("200 OK", body)


def test_a_prefix_ends_at_a_slash(application: wsgi.Application) -> None:
    """What merely begins like a mount is Django's, and behind the login."""
    status, headers, _ = get(application, "/shopping")

    assert status in {"302 Found", "404 Not Found"}
    assert "content-security-policy" in headers


def test_a_page_needs_a_login_and_bears_a_strict_policy(application: wsgi.Application) -> None:
    """Without a session the login page is shown, and no policy allows anything unsafe."""
    status, headers, _ = get(application, "/")
    policy = headers["content-security-policy"]

    assert (status, headers["location"]) == ("302 Found", "/login?next=/")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_passwords_are_hashed_with_argon2() -> None:
    """The only hasher is Argon2's."""
    # The module's own: those of the test run cost nothing (conftest.py).
    assert [name.rsplit(".", 1)[1] for name in web_settings.PASSWORD_HASHERS] == [
        "Argon2PasswordHasher"
    ]


def line_of(**extra: object) -> dict[str, object]:
    """Return the log line of an error that quotes what it should not."""
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=logs.PROCESSORS, foreign_pre_chain=[structlog.stdlib.ExtraAdder()]
    )
    logger = logging.getLogger("kvitt.test")
    try:
        int("Storgatan 1")
    except ValueError as error:
        record = logger.makeRecord(
            logger.name,
            logging.ERROR,
            __file__,
            1,
            "a look failed",
            (),
            (type(error), error, error.__traceback__),
            extra=extra,
        )
    line: dict[str, object] = json.loads(formatter.format(record))
    return line


def test_a_log_line_holds_listed_fields_only() -> None:
    """Ids get through; a name, an address or a key given by mistake does not."""
    line = line_of(order=7, customer="Östen Ek", consumer_key="ck_1")

    assert line["order"] == 7
    assert "Östen" not in str(line)
    assert "ck_1" not in str(line)


def test_a_log_line_names_an_error_and_its_place_but_not_its_text() -> None:
    """What an exception says may quote an order, so only its class and place are written."""
    line = line_of()

    assert line["error"] == "ValueError"
    assert str(line["place"]).startswith("line_of:")
    assert "Storgatan" not in str(line)

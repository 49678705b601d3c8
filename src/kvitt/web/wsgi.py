"""The WSGI application: webhooks and health first, then what is mounted, then Django."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kvitt import settings as configuration

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from kvitt.web.hooks.front import HookFront
    from kvitt.web.hooks.writer import Writer


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def nothing() -> None:
    """Ring no bell."""


class Application:
    """Sends each request to the part that answers it."""

    def __init__(
        self,
        *,
        hooks: "HookFront",
        writer: "Writer",
        django: "WSGIApplication",
        mounts: Mapping[str, "WSGIApplication"],
        is_ready: Callable[[], bool],
    ) -> None:
        self._hooks = hooks
        self._writer = writer
        self._django = django
        #: The longest prefix first, so that one mount may stand within another.
        self._mounts = sorted(mounts.items(), key=lambda mount: -len(mount[0]))
        self._is_ready = is_ready

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        if path.startswith("/hooks/"):
            return self._hooks(environ, start_response)
        if path == "/healthz":
            return _say("200 OK", b"ok\n", start_response)
        if path == "/readyz":
            return self._say_ready(start_response)
        for prefix, mounted in self._mounts:
            if path == prefix or path.startswith(f"{prefix}/"):
                return mounted(_below(environ, prefix), start_response)
        return self._django(environ, start_response)

    def close(self) -> None:
        """Write the deliveries that wait, and stop."""
        self._writer.close()

    def _say_ready(self, start_response: "StartResponse") -> Iterable[bytes]:
        if self._is_ready():
            return _say("200 OK", b"ready\n", start_response)
        return _say("503 Service Unavailable", b"not ready\n", start_response)


def build(
    settings: configuration.Settings,
    *,
    mounts: Mapping[str, "WSGIApplication"] | None = None,
    on_hint: Callable[[], None] = nothing,
    now: Callable[[], datetime] = utc_now,
) -> Application:
    """Return the whole application. Sets Django up, so it is called once in a process."""
    configuration.install(settings)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kvitt.web.settings")
    from django.core.wsgi import get_wsgi_application

    django = get_wsgi_application()
    # Models can be imported only now.
    from kvitt.web.hooks import assembly

    front = assembly.front(settings, on_hint=on_hint, now=now, monotonic=time.monotonic)
    return Application(
        hooks=front,
        writer=front.writer,
        django=django,
        mounts=mounts or {},
        is_ready=assembly.is_ready,
    )


def _below(environ: "WSGIEnvironment", prefix: str) -> "WSGIEnvironment":
    """Return the request as an application mounted at the prefix sees it (PEP 3333)."""
    return {
        **environ,
        "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix,
        "PATH_INFO": environ["PATH_INFO"].removeprefix(prefix),
    }


def _say(status: str, text: bytes, start_response: "StartResponse") -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return (text,)

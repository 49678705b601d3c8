"""How mail leaves: Django's settings for it, read from one URL of ours.

The law: without a URL nothing is sent anywhere; a password stands in no message.
"""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

#: A mail server that says nothing for longer is taken for silent.
TIMEOUT = 10
_BACKENDS = "django.core.mail.backends"
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """What takes mail, as Django's settings name it."""

    backend: str
    folder: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    #: TLS by STARTTLS, and TLS from the first byte on.
    starttls: bool = False
    tls: bool = False


def parse(url: str) -> Post:
    """Read ``smtp://``, ``smtp+tls://``, ``smtps://`` or ``file://``; empty takes nothing."""
    parts = urlsplit(url)
    if not url:
        return Post(backend=f"{_BACKENDS}.dummy.EmailBackend")
    if parts.scheme == "file":
        return Post(
            backend=f"{_BACKENDS}.filebased.EmailBackend", folder=url2pathname(parts.path)
        )
    return Post(
        backend=f"{_BACKENDS}.smtp.EmailBackend",
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )

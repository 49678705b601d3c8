"""Who may post a form: only a page of this very screen.

Two locks, each enough alone. The browser says which site a form stands on, and it must be this
one; and every form carries a token only this screen can sign, which other sites cannot read.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from werkzeug.wrappers import Request


class ForeignForm(Exception):
    """A form that no page of this screen handed out."""


def token(secret: str, user: str) -> str:
    """Return what a user's forms carry as `_wpnonce`."""
    key = secret.encode()
    return hmac.new(key, f"order screen of {user}".encode(), hashlib.sha256).hexdigest()


def check(request: Request, *, secret: str, user: str) -> None:
    """Refuse a post that comes from elsewhere or bears no token of ours."""
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    if urlsplit(source).netloc != request.host:
        raise ForeignForm("This form was sent from another site.")
    given = request.form.get("_wpnonce", "")
    if not hmac.compare_digest(given.encode(), token(secret, user).encode()):
        raise ForeignForm("The link you followed has expired.")

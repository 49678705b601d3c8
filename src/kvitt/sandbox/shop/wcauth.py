"""One-click keys: `/wc-auth/v1/authorize`, where an owner lets a tool into the shop.

The shop's own server hands the key to the callback before the browser goes back, and only a
200 counts; otherwise the key is taken away again. The callback is not signed
(woocommerce-facts.md §11).
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, select_autoescape
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from kvitt.sandbox.shop import addresses, seeding
from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.catalogue import ApiKey
from kvitt.sandbox.shop.rest import phpjson
from kvitt.sandbox.shop.webhooks import OutgoingPost, Sender

PREFIX = "/wc-auth/v1/"
COOKIE = "sandbox_shop_login"

_NEEDED = ("app_name", "user_id", "return_url", "callback_url", "scope")
_SCOPES = {"read": "Read", "write": "Write", "read_write": "Read/Write"}
_CAN = {
    "read": (
        "View coupons",
        "View customers",
        "View orders and sales reports",
        "View products",
    ),
    "write": ("Create webhooks", "Create coupons", "Create customers", "Create orders"),
    "read_write": (
        "Create webhooks",
        "View and manage coupons",
        "View and manage customers",
        "View and manage orders and sales reports",
        "View and manage products",
    ),
}
_UNSENT = (
    "An error occurred in the request and at the time were unable to send the consumer data."
)

_PAGES = Environment(
    loader=PackageLoader("kvitt.sandbox.shop"), autoescape=select_autoescape(), trim_blocks=True
)


class _BadRequest(Exception):
    """The page cannot be shown; the text says why."""


@dataclass(slots=True)
class KeyDoor:
    """The pages of the key flow, and who is logged in to them."""

    books: ShopBooks
    send: Sender
    _sessions: dict[str, str] = field(default_factory=dict)

    def respond(self, request: Request) -> Response:
        """Return a page of the flow."""
        pages: dict[str, Callable[[Request, Mapping[str, str]], Response]] = {
            "authorize": self._authorize,
            "login": self._login,
            "access_granted": self._granted,
        }
        page = pages.get(request.path.removeprefix(PREFIX).strip("/"))
        if page is None:
            return Response("Not found.", 404)
        try:
            return page(request, self._checked(request))
        except _BadRequest as refusal:
            return _page("wcauth_error.html", 401, message=str(refusal))

    def _checked(self, request: Request) -> Mapping[str, str]:
        """Return the five parameters, or raise with the sentence WooCommerce shows."""
        for name in _NEEDED:
            if not request.args.get(name):
                raise _BadRequest(f"Missing parameter {name}.")
        scope = request.args["scope"]
        if scope not in _SCOPES:
            raise _BadRequest(f"Invalid scope {scope}.")
        for name in ("return_url", "callback_url"):
            if not addresses.is_http_url(request.args[name]):
                raise _BadRequest(f"The {name} is not a valid URL.")
        callback = urlsplit(request.args["callback_url"])
        # A real shop wants TLS; the sandbox calls back to its own machine.
        private = self.books.settings.allow_private_delivery
        if callback.scheme != "https" and not private:
            raise _BadRequest("The callback_url needs to be over SSL.")
        return {name: request.args[name] for name in _NEEDED}

    def _authorize(self, request: Request, asked: Mapping[str, str]) -> Response:
        user = self._user(request)
        if not user:
            return redirect(f"{request.script_root}{PREFIX}login/?{urlencode(asked)}")
        nonce = self._nonce(request.cookies.get(COOKIE, ""), asked)
        granted = urlencode({**asked, "wc_auth_nonce": nonce})
        return _page(
            "wcauth_consent.html",
            200,
            app_name=asked["app_name"],
            scope=_SCOPES[asked["scope"]],
            permissions=_CAN[asked["scope"]],
            callback_host=urlsplit(asked["callback_url"]).hostname,
            user=user,
            approve_url=f"{request.script_root}{PREFIX}access_granted/?{granted}",
            deny_url=_back(asked, success=False),
        )

    def _login(self, request: Request, asked: Mapping[str, str]) -> Response:
        settings = self.books.settings
        name, password = request.form.get("username", ""), request.form.get("password", "")
        known = (name, password) == (settings.admin_user, settings.admin_password)
        if request.method == "POST" and known:
            session = self.books.tokens(32)
            self._sessions[session] = name
            target = f"{request.script_root}{PREFIX}authorize/?{urlencode(asked)}"
            response = redirect(target)
            response.set_cookie(COOKIE, session, httponly=True, samesite="Lax")
            return response
        return _page(
            "wcauth_login.html",
            200,
            app_name=asked["app_name"],
            wrong=request.method == "POST",
            cancel_url=_back(asked, success=False),
            user=settings.admin_user,
            password=settings.admin_password,
        )

    def _granted(self, request: Request, asked: Mapping[str, str]) -> Response:
        session = request.cookies.get(COOKIE, "")
        offered = request.args.get("wc_auth_nonce", "")
        wanted = self._nonce(session, asked)
        if not self._user(request) or not hmac.compare_digest(wanted, offered):
            raise _BadRequest("Invalid nonce verification.")
        now = f"{self.books.now():%Y-%m-%d %H:%M:%S}"
        key = seeding.issue_key(
            self.books,
            permissions=asked["scope"],
            description=f"{asked['app_name']} - API ({now})",
        )
        if not self._handed_over(key, asked):
            self.books.remove(key)
            raise _BadRequest(_UNSENT)
        return redirect(_back(asked, success=True))

    def _handed_over(self, key: ApiKey, asked: Mapping[str, str]) -> bool:
        settings = self.books.settings
        if not addresses.may_deliver(asked["callback_url"], settings):
            return False
        body: dict[str, Any] = {
            "key_id": key.id,
            "user_id": asked["user_id"],
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
            "key_permissions": key.permissions,
        }
        home = settings.home_url.rstrip("/")
        headers = {
            "User-Agent": f"WordPress/{settings.wordpress_version}; {home}",
            "Content-Type": "application/json;charset=UTF-8",
            "Connection": "close",
        }
        text = phpjson.dumps(body).encode()
        post = OutgoingPost(url=asked["callback_url"], headers=headers, body=text)
        try:
            return self.send(post) == HTTPStatus.OK
        except OSError:
            return False

    def _user(self, request: Request) -> str:
        return self._sessions.get(request.cookies.get(COOKIE, ""), "")

    def _nonce(self, session: str, asked: Mapping[str, str]) -> str:
        text = urlencode(asked).encode()
        return hmac.new(session.encode(), text, "sha256").hexdigest()[:10]


def _back(asked: Mapping[str, str], *, success: bool) -> str:
    """Return where the browser goes; the user id is not encoded, as in WooCommerce."""
    url = asked["return_url"]
    joint = "&" if urlsplit(url).query else "?"
    user_id = quote(asked["user_id"], safe="/:@!$'()*,;=&?+ ")
    return f"{url}{joint}success={int(success)}&user_id={user_id}"


def _page(template: str, status: int, **values: Any) -> Response:
    text = _PAGES.get_template(template).render(**values)
    return Response(text, status, content_type="text/html; charset=utf-8")

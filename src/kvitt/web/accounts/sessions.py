"""Sessions on the server: one row for each browser that is signed in.

The law: the cookie holds 165 random bits and the table only their digest, so that who
reads the table can sign in nowhere. A session ends twelve hours after signing in, and
two hours after it was last used, whichever comes first (ASVS 5.0, 7.3).

Django loads ``SessionStore`` by the name of this module (``SESSION_ENGINE``). Only its
synchronous half is ours: kvitt has no asynchronous view.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from kvitt.web.accounts import browsers
from kvitt.web.accounts.models import ConsoleSession

#: However much it is used.
LONGEST = timedelta(hours=12)
#: Unused.
IDLE = timedelta(hours=2)
#: How exactly it is known when a session was last used.
_GRAIN = timedelta(minutes=1)

_NUMBER, _BROWSER, _SINCE, _SEEN = (
    "kvitt_number",
    "kvitt_browser",
    "kvitt_since",
    "kvitt_seen",
)


class SessionStore(db.SessionStore):
    """Django's database sessions, under the digest of their key."""

    @classmethod
    def get_model_class(cls) -> type[ConsoleSession]:
        """Return the table."""
        return ConsoleSession

    def exists(self, session_key: str) -> bool:
        """Say whether there is such a session."""
        return bool(super().exists(digest(session_key)))

    def delete(self, session_key: str | None = None) -> None:
        """End a session; without a key, this one."""
        key = session_key or self.session_key
        if key is not None:
            ConsoleSession.objects.filter(session_key=digest(key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> ConsoleSession:
        """Return the row of this session, with what its list shows."""
        made = super().create_model_instance(data)
        row = ConsoleSession(
            session_key=digest(made.session_key),
            session_data=made.session_data,
            expire_date=made.expire_date,
        )
        row.user_id = data.get(USER_KEY)
        row.number = UUID(data[_NUMBER]) if _NUMBER in data else None
        row.browser = data.get(_BROWSER, "")
        row.signed_in_at = _moment(data, _SINCE)
        row.seen_at = _moment(data, _SEEN)
        return row

    def _get_session_from_db(self) -> ConsoleSession | None:
        found = ConsoleSession.objects.filter(
            session_key=digest(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            # As Django does: a key that nobody gave out is not taken over.
            self._session_key = None
        return found


def begin(request: HttpRequest, *, now: datetime) -> None:
    """Note when and where somebody signed in, and when that ends at the latest."""
    request.session[_NUMBER] = str(uuid4())
    request.session[_BROWSER] = browsers.name_of(request.headers.get("User-Agent", ""))
    request.session[_SINCE] = request.session[_SEEN] = now.timestamp()
    request.session.set_expiry(now + LONGEST)


def number_of(request: HttpRequest) -> UUID | None:
    """Return the number of the reader's own session."""
    number = request.session.get(_NUMBER)
    return UUID(number) if number else None


def open_sessions(user: User, *, now: datetime) -> "QuerySet[ConsoleSession]":
    """Return where the user is signed in, the latest used first."""
    rows = ConsoleSession.objects.filter(
        user=user, expire_date__gt=now, seen_at__gt=now - IDLE, number__isnull=False
    )
    return rows.order_by("-seen_at")


def end(user: User, *, but: UUID | None = None) -> int:
    """Sign the user out everywhere, but for one session; return how many ended."""
    rows = ConsoleSession.objects.filter(user=user)
    ended, _ = (rows.exclude(number=but) if but else rows).delete()
    return ended


def end_one(user: User, number: UUID) -> None:
    """End one session of the user."""
    ConsoleSession.objects.filter(user=user, number=number).delete()


def forget(*, now: datetime) -> int:
    """Delete the sessions that are over; return how many."""
    gone, _ = ConsoleSession.objects.filter(expire_date__lte=now).delete()
    return gone


class SessionWatch:
    """Ends what was not used for too long, and notes what is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the session before its page is made."""
        if request.user.is_authenticated:
            now = timezone.now()
            seen = _moment(request.session, _SEEN)
            if seen is None or now - seen > IDLE:
                logout(request)
            elif now - seen > _GRAIN:
                request.session[_SEEN] = now.timestamp()
        response = self._get_response(request)
        if request.user.is_authenticated:
            # What a signed-in person saw is in no cache afterwards (ASVS 5.0, 14.3.2).
            add_never_cache_headers(response)
        return response


def digest(key: str) -> str:
    """Return what a session is stored under: forty characters, as the column holds."""
    return sha256(f"session:{key}".encode()).hexdigest()[:40]


def _moment(data: Any, name: str) -> datetime | None:
    told = data.get(name)
    return datetime.fromtimestamp(told, UTC) if isinstance(told, float) else None

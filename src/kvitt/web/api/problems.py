"""Errors as ``application/problem+json`` (RFC 9457), each with a type that does not change.

The ``type`` is for programs, the ``detail`` for people; a sentence of the domain is passed
on as it is, because it says what to do next.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from kvitt.domain.errors import ConfigurationError, NotAllowedNow, UnreadableOrder

CONTENT_TYPE = "application/problem+json"
_TYPES = "/problems/"
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 400, 401, 403, 404
_CONFLICT, _PRECONDITION, _UNPROCESSABLE, _TOO_MANY = 409, 412, 422, 429
_UNAVAILABLE = 503
_SOME_FIELDS = "Some fields are missing or not right: see errors."
_TITLES = {
    _BAD_REQUEST: "The request cannot be read",
    _UNAUTHORIZED: "A key is needed",
    _FORBIDDEN: "This key may not do that",
    _NOT_FOUND: "There is no such thing",
    _CONFLICT: "This is not possible now",
    _PRECONDITION: "The order has changed",
    _UNPROCESSABLE: "The request is not complete or not right",
    _TOO_MANY: "Too many requests",
    _UNAVAILABLE: "kvitt cannot answer now",
}


class InvalidField(Schema):
    """A field that is not right."""

    field: str
    message: str


class Problem(Schema):
    """Why a request was not carried out (RFC 9457)."""

    type: str = Field(examples=["/problems/nothing_due"])
    title: str
    status: int
    detail: str
    errors: list[InvalidField] = Field(default_factory=list)


class Refusal(Exception):
    """A request that is answered with a problem. Never leaves the API."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[InvalidField] = (),
    ) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = list(errors)
        super().__init__(detail)


def not_found(what: str) -> Refusal:
    """Return the refusal for what there is not, or what the key may not see."""
    return Refusal(_NOT_FOUND, "not_found", f"There is no such {what}, or not for this key.")


def bad_request(code: str, detail: str) -> Refusal:
    """Return the refusal for a request that cannot be understood."""
    return Refusal(_BAD_REQUEST, code, detail)


def changed() -> Refusal:
    """Return the refusal for an order that is not as the caller has read it."""
    return Refusal(
        _PRECONDITION, "changed", "The order has changed since: read it again, then ask."
    )


def forbidden(detail: str) -> Refusal:
    """Return the refusal for a key without the scope."""
    return Refusal(_FORBIDDEN, "missing_scope", detail)


def invalid(field: str, message: str) -> Refusal:
    """Return the refusal for a field that is not right."""
    return Refusal(
        _UNPROCESSABLE,
        "invalid",
        _SOME_FIELDS,
        errors=[InvalidField(field=field, message=message)],
    )


def too_many(wait: int, *, limit: int, reset: int) -> Refusal:
    """Return the refusal for a key that calls too often.

    ``wait`` and ``reset`` are the seconds until one call, and all of them, are there again.
    """
    return Refusal(
        _TOO_MANY,
        "rate_limited",
        f"This key has called too often: try again in {wait} seconds.",
        headers={
            "Retry-After": str(wait),
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(reset),
        },
    )


def answer(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[InvalidField] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return a problem as a response."""
    problem = Problem(
        type=f"{_TYPES}{code}",
        title=_TITLES.get(status, "Something went wrong"),
        status=status,
        detail=detail,
        errors=errors or [],
    )
    return JsonResponse(
        problem.model_dump(), status=status, content_type=CONTENT_TYPE, headers=headers
    )


def install(api: NinjaAPI) -> None:
    """Have every error of an API answered as a problem."""

    @api.exception_handler(Refusal)
    def refused(_request: HttpRequest, error: Refusal) -> HttpResponse:
        return answer(
            error.status, error.code, error.detail, errors=error.errors, headers=error.headers
        )

    @api.exception_handler(NotAllowedNow)
    def not_allowed(_request: HttpRequest, error: NotAllowedNow) -> HttpResponse:
        return answer(_CONFLICT, error.code, str(error))

    @api.exception_handler(AuthenticationError)
    def nobody(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
        return answer(
            _UNAUTHORIZED,
            "unauthorized",
            "Send Authorization: Bearer and a key that is neither expired nor revoked.",
            headers={"WWW-Authenticate": 'Bearer realm="kvitt"'},
        )

    @api.exception_handler(ValidationError)
    def invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        return answer(
            _UNPROCESSABLE,
            "invalid",
            _SOME_FIELDS,
            errors=[_field(found) for found in error.errors],
        )

    @api.exception_handler(HttpError)
    def http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer(error.status_code, "http", str(error.message))

    @api.exception_handler(ConfigurationError)
    def unavailable(_request: HttpRequest, error: ConfigurationError) -> HttpResponse:
        return answer(_UNAVAILABLE, "unavailable", str(error))

    @api.exception_handler(UnreadableOrder)
    def unreadable(_request: HttpRequest, error: UnreadableOrder) -> HttpResponse:
        return answer(_CONFLICT, "unreadable", str(error))


def _field(found: dict[str, Any]) -> InvalidField:
    # The first parts say where Ninja looked: body, query, the parameter's own name.
    place = [str(part) for part in found["loc"] if part not in {"body", "query", "path"}]
    return InvalidField(field=".".join(place[-2:]), message=str(found["msg"]))

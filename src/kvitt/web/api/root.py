"""The API put together: its operations, its errors, its document."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from kvitt.version import __version__
from kvitt.web.accounts.guards import for_anybody
from kvitt.web.api import asking, following, orders, problems, shops
from kvitt.web.api.auth import allowance_of

_DESCRIPTION = """\
Everything the console can do, for programs. Authenticate with `Authorization: Bearer` and an
API key (`kvitt api-key add`). Amounts are taken in minor units of the order's currency.
Operations that move money need an `Idempotency-Key`: the same key with the same figures is
the same request, whatever happens between.
"""
#: What any operation may answer instead.
_PROBLEMS = (400, 401, 403, 404, 409, 422, 429, 503)


class Api(NinjaAPI):
    """Says with every answer what the caller may still call, and every error as a problem."""

    def create_response(self, request: HttpRequest, data: Any, **given: Any) -> HttpResponse:
        """Return a response with the rate's headers (draft-ietf-httpapi-ratelimit-headers)."""
        response = super().create_response(request, data, **given)
        allowance = allowance_of(request)
        if allowance is not None:
            response["RateLimit-Limit"] = str(allowance.limit)
            response["RateLimit-Remaining"] = str(allowance.remaining)
            response["RateLimit-Reset"] = str(allowance.reset)
        return response

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """Return the document, with the problems that every operation may answer."""
        schema = super().get_openapi_schema(**given)
        components = schema["components"].setdefault("schemas", {})
        shape = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(shape.pop("$defs", {}))
        components["Problem"] = shape
        problem = {
            "description": "Why not (RFC 9457)",
            "content": {
                problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
        for path in schema["paths"].values():
            for operation in path.values():
                for status in _PROBLEMS:
                    operation["responses"].setdefault(status, problem)
        return schema


api = Api(
    title="kvitt",
    version=__version__,
    description=_DESCRIPTION,
    docs_url=None,
    urls_namespace="api",
)
problems.install(api)
for _router in (orders.router, asking.router, following.router, shops.router):
    api.add_router("", _router)


def urlpatterns() -> list[URLPattern]:
    """Return the API's addresses: a key opens them, never a person's session."""
    patterns = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern)]
    for pattern in patterns:
        pattern.callback = for_anybody(pattern.callback)
    return patterns

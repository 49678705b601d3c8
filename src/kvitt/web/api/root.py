"""The API put together: its operations, its errors, its document."""

from functools import cache
from typing import Any

from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from kvitt.version import __version__
from kvitt.web.accounts.guards import for_anybody
from kvitt.web.accounts.rights import Right
from kvitt.web.api import (
    following,
    gateway,
    moved,
    orders,
    problems,
    reconciliation,
    reports,
    shops,
    webhooks,
)
from kvitt.web.api.auth import KeyAuth
from kvitt.web.api.headings import with_headings
from kvitt.web.api.strictness import Known, known_queries, strict

_DESCRIPTION = """\
Everything the console can do, for programs. Authenticate with `Authorization: Bearer` and an
API key (`kvitt api-key add`). Amounts are taken in minor units of the order's currency.
Operations that move money need an `Idempotency-Key`: the same key with the same figures is
the same request, whatever happens between.
"""
#: What any operation may answer instead.
_PROBLEMS = (400, 401, 403, 404, 409, 412, 422, 429, 503)


class Api(NinjaAPI):
    """Describes every error as a problem, and every operation with the scope it needs."""

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
        needed = scopes()
        for path in schema["paths"].values():
            for operation in path.values():
                for status in _PROBLEMS:
                    operation["responses"].setdefault(status, problem)
                if right := needed.get(operation["operationId"]):
                    operation["x-scope"] = right.value
        return schema


api = Api(
    title="kvitt",
    version=__version__,
    description=_DESCRIPTION,
    docs_url=None,
    urls_namespace="api",
)
problems.install(api)
_ROUTERS = (
    orders.router,
    moved.router,
    following.router,
    reports.router,
    shops.router,
    webhooks.router,
    gateway.router,
    reconciliation.router,
)
for _router in _ROUTERS:
    api.add_router("", _router)


def scopes() -> dict[str, Right]:
    """Return what each operation needs that a key opens, by the operation's id."""
    found = {}
    for router in _ROUTERS:
        for view in router.path_operations.values():
            for operation in view.operations:
                guard = operation.auth_param
                if isinstance(guard, KeyAuth) and operation.operation_id:
                    found[operation.operation_id] = guard.right
    return found


@cache
def _known() -> Known:
    return known_queries(api.get_openapi_schema()["paths"])


def urlpatterns() -> list[URLPattern]:
    """Return the API's addresses: a key opens them, never a person's session."""
    patterns = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern)]
    for pattern in patterns:
        pattern.callback = for_anybody(with_headings(strict(pattern.callback, _known)))
    return patterns

"""A query that means nothing is an error: a misspelt filter must not list everything."""

from collections.abc import Callable, Mapping
from functools import wraps

from django.http import HttpRequest, HttpResponseBase

from kvitt.web.api import problems

View = Callable[..., HttpResponseBase]
#: Method and address as Django has it (``api/v1/orders/<order_id>``) → names it knows.
Known = Mapping[tuple[str, str], frozenset[str]]


def known_queries(paths: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Known:
    """Return the names of each operation's query, from the paths of the API's document."""
    return {
        (method.upper(), path.strip("/").replace("{", "<").replace("}", ">")): frozenset(
            parameter["name"]
            for parameter in _parameters(operation)
            if parameter["in"] == "query"
        )
        for path, item in paths.items()
        for method, operation in item.items()
    }


def strict(view: View, known: Callable[[], Known]) -> View:
    """Return the view with a query refused (422) that the operation does not know."""

    @wraps(view)
    def judged(request: HttpRequest, *args: object, **given: object) -> HttpResponseBase:
        match = request.resolver_match
        names = known().get((request.method or "", match.route if match else ""))
        unknown = sorted(set(request.GET) - names) if names is not None else []
        if unknown:
            refusal = problems.invalid(unknown[0][:100], "There is no such query parameter.")
            return problems.answer(
                refusal.status, refusal.code, refusal.detail, errors=refusal.errors
            )
        return view(request, *args, **given)

    return judged


def _parameters(operation: Mapping[str, object]) -> list[dict[str, str]]:
    found = operation.get("parameters", [])
    return found if isinstance(found, list) else []

"""Reading a call's parameters: PHP's brackets in queries and forms, and JSON bodies."""

import json
import re
from collections.abc import Iterable
from typing import Any

from werkzeug.wrappers import Request

from kvitt.sandbox.shop.rest.answers import RestError

_KEYS = re.compile(r"\[([^\]]*)\]")
_SYNTAX_ERROR = 4


def unbracketed(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return `a[]=1&a[]=2&b[c]=3` as lists and dictionaries."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        head, _, tail = name.partition("[")
        keys = [head, *_KEYS.findall(f"[{tail}")] if tail else [head]
        _place(found, keys, value)
    return {name: _listed(value) for name, value in found.items()}


def of_query(request: Request) -> dict[str, Any]:
    """Return the parameters of the query."""
    return unbracketed(request.args.items(multi=True))


def of_call(request: Request) -> dict[str, Any]:
    """Return all parameters: the query's, then the form's, then the JSON body's."""
    params = of_query(request)
    params.update(unbracketed(request.form.items(multi=True)))
    if request.is_json:
        params.update(_json(request.get_data()))
    return params


def _json(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body)
    except ValueError:
        raise RestError(
            "rest_invalid_json",
            "Invalid JSON body passed.",
            status=400,
            data={"json_error_code": _SYNTAX_ERROR, "json_error_message": "Syntax error"},
        ) from None
    return parsed if isinstance(parsed, dict) else {}


def _place(found: dict[str, Any], keys: list[str], value: str) -> None:
    here = found
    for key in keys[:-1]:
        name = key or str(len(here))
        inner = here.setdefault(name, {})
        here = inner if isinstance(inner, dict) else here
    here[keys[-1] or str(len(here))] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    entries = {key: _listed(entry) for key, entry in value.items()}
    if all(key == str(place) for place, key in enumerate(entries)):
        return list(entries.values())
    return entries

"""The page of the library: every public name with its signature and what it says of itself."""

import enum
import inspect
import re
from typing import Any

import kvitt

_HEAD = """\
# The library

`import kvitt` loads nothing; each name is loaded when it is first used. What is named here is
public, everything else may change. The pure parts need no settings, no database and no Django.

## An order-management program asks kvitt

```python
from kvitt import Kvitt, NotAllowedNow


def ship(kvitt: Kvitt, number: str) -> str:
    order = kvitt.order(number)
    try:
        outcome = kvitt.capture(order, lines={"MUG-1": 1}, tracking=("SE123", "PostNord"))
    except NotAllowedNow as refusal:
        return str(refusal)
    return outcome.answer.text
```

`Kvitt.open(data_dir=…)` opens the installation that the settings describe, as a context
manager.

## Hooks: a line or a body adjusted before it is sent

Write a module that Python can import, and name it: `KVITT_HOOKS=my_shop:hooks`. A hook is a
function
of its arguments and of nothing else: a step must come out the same each time it is decided.

```python
from dataclasses import replace

from kvitt import Hooks, OrderLine, StoreOrder


def shorter(line: OrderLine, order: StoreOrder) -> OrderLine | None:
    return replace(line, name=line.name[:40])


hooks = Hooks(map_line=shorter)
```

## The clients alone

Both answer with the library's own values and raise its own errors. Nothing is sent here.

```python
from kvitt import PUBLIC_ONLY, Http, KlarnaClient, KlarnaCredentials, check_signature

with Http(policy=PUBLIC_ONLY) as http:
    client = KlarnaClient(
        http,
        credentials=KlarnaCredentials(username="PK12345_demo", password="secret"),
        base_url="https://api.playground.klarna.com",
        environment="playground",
        account="my shop",
    )

check_signature(
    b"{}", signature="amQ9VwyOmqcw3bkAmzwTVKuXxrggor7Xf5dIsE3zug0=", secrets=["hemligt"]
)
```

"""
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_LONGEST = 2_000


def page() -> str:
    """Return the page."""
    names = [name for name in kvitt.__all__ if not name.startswith("_")]
    return _HEAD + "## Every name\n\n" + "\n".join(_entry(name) for name in names)


def _entry(name: str) -> str:
    value = getattr(kvitt, name)
    if inspect.isclass(value):
        methods = [_method(name, each) for each in _methods(value)]
        shown = f"### `{name}`\n\n{_says(value)}\n"
        return shown + ("\n" + "\n".join(methods) + "\n" if methods else "")
    if inspect.isfunction(value):
        return f"### `{name}{_signature(value)}`\n\n{_says(value)}\n"
    return f"### `{name}`\n\n{type(value).__name__}: {_says(type(value))}\n"


def _methods(value: type) -> list[Any]:
    if issubclass(value, Exception | enum.Enum):
        return []
    return [
        each
        for name, each in vars(value).items()
        if not name.startswith("_") and (inspect.isfunction(each) or _is_class_method(each))
    ]


def _is_class_method(value: Any) -> bool:
    return isinstance(value, classmethod | staticmethod)


def _method(owner: str, value: Any) -> str:
    plain = value.__func__ if _is_class_method(value) else value
    return f"- `{owner}.{plain.__name__}{_signature(plain)}`: {_says(plain)}"


def _signature(value: Any) -> str:
    text = _ADDRESS.sub("", str(inspect.signature(value)))
    return re.sub(r"\b(?:kvitt\.[a-z_.]+|collections\.abc|datetime|uuid|typing)\.", "", text)


def _says(value: Any) -> str:
    text = inspect.getdoc(value) or ""
    return " ".join(text.split("\n\n")[0].split())[:_LONGEST]

"""Values of the domain as JSON and back, exactly.

The law: ``unpack(kind, pack(kind, value)) == value``. Decimals, dates and durations
are strings, money is minor units with its currency, a set is sorted so that equal
values look equal. A field that is missing gets its default, and one that is not
known any more is passed over: yesterday's rows are read by tomorrow's code.
"""

import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

#: Which of several classes a value was.
_TAG = "is"
_MICROSECOND = timedelta(microseconds=1)


class _Codec(NamedTuple):
    pack: Callable[[Any], Any]
    unpack: Callable[[Any], Any]


def pack(kind: Any, value: Any) -> Any:
    """Return a value of this kind as JSON."""
    return _codec(kind).pack(value)


def unpack(kind: type[T], packed: Any) -> T:
    """Return the value of this kind that was packed."""
    shape: Any = kind
    value: T = _codec(shape).unpack(packed)
    return value


def _same(value: Any) -> Any:
    return value


_SCALARS: Mapping[Any, _Codec] = {
    str: _Codec(_same, _same),
    int: _Codec(_same, _same),
    bool: _Codec(_same, _same),
    Decimal: _Codec(str, Decimal),
    datetime: _Codec(datetime.isoformat, datetime.fromisoformat),
    timedelta: _Codec(lambda span: span // _MICROSECOND, lambda us: timedelta(microseconds=us)),
}


@cache
def _codec(kind: Hashable) -> _Codec:
    """Return how this kind is written and read; worked out once for each kind."""
    plain = _plain(kind)
    if plain in _SCALARS:
        return _SCALARS[plain]
    origin = get_origin(plain)
    if origin in {Union, types.UnionType}:
        return _union(get_args(plain))
    if origin is not None:
        return _container(origin, get_args(plain))
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return _Codec(str, plain)
    if is_dataclass(plain):
        return _record(plain)
    raise TypeError(f"{plain!r} has no shape")


def _plain(kind: Any) -> Any:
    """Return what a NewType is of."""
    while hasattr(kind, "__supertype__"):
        kind = kind.__supertype__
    return kind


def _container(origin: Any, parts: tuple[Any, ...]) -> _Codec:
    item = _codec(parts[-1] if origin is not tuple else parts[0])
    if origin is tuple:
        return _Codec(
            lambda many: [item.pack(one) for one in many],
            lambda many: tuple(item.unpack(one) for one in many),
        )
    if origin is frozenset:
        return _Codec(
            lambda many: sorted(item.pack(one) for one in many),
            lambda many: frozenset(item.unpack(one) for one in many),
        )
    if issubclass(origin, Mapping):
        # A key of JSON is a string; ours are strings or whole numbers.
        key = int if _plain(parts[0]) is int else str
        return _Codec(
            lambda many: {str(name): item.pack(one) for name, one in many.items()},
            lambda many: {key(name): item.unpack(one) for name, one in many.items()},
        )
    raise TypeError(f"{origin!r} has no shape")


def _union(parts: tuple[Any, ...]) -> _Codec:
    kinds = [_plain(part) for part in parts if part is not types.NoneType]
    if len(kinds) > 1 and all(is_dataclass(kind) for kind in kinds):
        inner = _tagged({kind.__name__: _codec(kind) for kind in kinds})
    elif len(set(kinds)) == 1:
        inner = _codec(kinds[0])
    else:
        raise TypeError(f"{parts!r} cannot be told apart in JSON")
    return _Codec(
        lambda value: None if value is None else inner.pack(value),
        lambda packed: None if packed is None else inner.unpack(packed),
    )


def _tagged(codecs: Mapping[str, _Codec]) -> _Codec:
    def pack_tagged(value: Any) -> Any:
        name = type(value).__name__
        return {_TAG: name, **codecs[name].pack(value)}

    return _Codec(pack_tagged, lambda packed: codecs[packed[_TAG]].unpack(packed))


def _record(kind: Any) -> _Codec:
    @cache
    def codecs() -> Mapping[str, _Codec]:
        # Looked up when first used, for a plan may hold another plan.
        hints = get_type_hints(kind)
        return {field.name: _codec(hints[field.name]) for field in fields(kind)}

    needed = {
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    }

    def pack_record(value: Any) -> Any:
        return {name: codec.pack(getattr(value, name)) for name, codec in codecs().items()}

    def unpack_record(packed: Any) -> Any:
        return kind(
            **{
                name: codec.unpack(packed[name])
                for name, codec in codecs().items()
                if name in packed or name in needed
            }
        )

    return _Codec(pack_record, unpack_record)

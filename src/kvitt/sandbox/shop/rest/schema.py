"""What WooCommerce refuses before it looks any further: wrong types, values and dates.

A check takes a name and a value and returns a complaint or None; `check` gathers the complaints
of a call into one `rest_invalid_param`, worded as WordPress words them
(woocommerce-facts.md §12).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kvitt.sandbox.shop.rest.answers import RestError

_DATE = re.compile(
    r"^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?$"
)
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_TRUE_OR_FALSE = frozenset({"true", "false", "1", "0", "", "yes", "no"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong with one parameter."""

    code: str
    message: str
    data: Mapping[str, Any] | None = None


Check = Callable[[str, Any], Complaint | None]


def check(params: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
    """Raise when any parameter is not what it should be; unknown ones pass unseen."""
    found = {
        name: complaint
        for name, test in checks.items()
        if name in params and (complaint := test(name, params[name])) is not None
    }
    if not found:
        return
    details = {
        name: {"code": c.code, "message": c.message, "data": c.data}
        for name, c in found.items()
    }
    raise RestError(
        "rest_invalid_param",
        f"Invalid parameter(s): {', '.join(found)}",
        status=400,
        data={"params": {n: c.message for n, c in found.items()}, "details": details},
    )


def require(params: Mapping[str, Any], *names: str) -> None:
    """Raise when a parameter is missing."""
    missing = [name for name in names if name not in params]
    if missing:
        raise RestError(
            "rest_missing_callback_param",
            f"Missing parameter(s): {', '.join(missing)}",
            status=400,
            data={"params": missing},
        )


def one_of(choices: Sequence[str]) -> Check:
    """Accept one of some words."""

    def test(name: str, value: Any) -> Complaint | None:
        if value in choices:
            return None
        listed = f"{', '.join(choices[:-1])}, and {choices[-1]}"
        return Complaint(code="rest_not_in_enum", message=f"{name} is not one of {listed}.")

    return test


def words_of(choices: Sequence[str]) -> Check:
    """Accept a list, or a text with commas, of some words."""
    test_one = one_of(choices)

    def test(name: str, value: Any) -> Complaint | None:
        for place, word in enumerate(as_list(value)):
            complaint = test_one(f"{name}[{place}]", word)
            if complaint:
                return complaint
        return None

    return test


def integer(*, least: int | None = None, most: int | None = None) -> Check:
    """Accept a whole number within bounds."""

    def test(name: str, value: Any) -> Complaint | None:
        if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
            return _wrong_type(name, "integer")
        return _out_of_bounds(name, int(value), least, most)

    return test


def integers(name: str, value: Any) -> Complaint | None:
    """Accept a list, or a text with commas, of whole numbers."""
    for place, word in enumerate(as_list(value)):
        if not re.fullmatch(r"-?\d+", word):
            return _wrong_type(f"{name}[{place}]", "integer")
    return None


def text(name: str, value: Any) -> Complaint | None:
    """Accept a text; WordPress takes a number for one, too."""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return None
    return _wrong_type(name, "string")


def boolean(name: str, value: Any) -> Complaint | None:
    """Accept yes or no, also written as text."""
    if isinstance(value, bool) or str(value).lower() in _TRUE_OR_FALSE:
        return None
    return _wrong_type(name, "boolean")


def date(_name: str, value: Any) -> Complaint | None:
    """Accept a date with a time, with or without a zone."""
    if _DATE.match(str(value)):
        return None
    return Complaint(code="rest_invalid_date", message="Invalid date.")


def mapping(name: str, value: Any) -> Complaint | None:
    """Accept an object; PHP takes an empty list for one."""
    return None if isinstance(value, dict) or value == [] else _wrong_type(name, "object")


def address(name: str, value: Any) -> Complaint | None:
    """Accept an address whose e-mail, if any, is one."""
    complaint = mapping(name, value)
    if complaint or not isinstance(value, dict):
        return complaint
    email = value.get("email")
    if email and not _EMAIL.match(str(email)):
        return Complaint(code="rest_invalid_email", message="Invalid email address.")
    return None


def objects(name: str, value: Any) -> Complaint | None:
    """Accept a list of objects."""
    if not isinstance(value, list):
        return _wrong_type(name, "array")
    for place, entry in enumerate(value):
        complaint = mapping(f"{name}[{place}]", entry)
        if complaint:
            return complaint
    return None


def as_list(value: Any) -> list[str]:
    """Return a list, or a text cut at its commas, as words."""
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    if isinstance(value, dict):
        return [str(word) for word in value.values()]
    return [str(word) for word in value] if isinstance(value, list) else [str(value)]


def _wrong_type(name: str, wanted: str) -> Complaint:
    return Complaint(
        code="rest_invalid_type",
        message=f"{name} is not of type {wanted}.",
        data={"param": name},
    )


def _out_of_bounds(
    name: str, value: int, least: int | None, most: int | None
) -> Complaint | None:
    if (least is None or value >= least) and (most is None or value <= most):
        return None
    if least is not None and most is not None:
        limits = f"must be between {least} (inclusive) and {most} (inclusive)"
    elif least is not None:
        limits = f"must be greater than or equal to {least}"
    else:
        limits = f"must be less than or equal to {most}"
    return Complaint(code="rest_out_of_bounds", message=f"{name} {limits}")

"""Postal codes: does one have the shape its country gives it.

Klarna checks a postal code against the country's format (klarna-api.md §5.1). Countries
not in the table are not checked. Spaces inside a code do not matter.
"""

import re

_SHAPES = {
    "AT": r"\d{4}",
    "AU": r"\d{4}",
    "BE": r"\d{4}",
    "CA": r"[A-Z]\d[A-Z]\d[A-Z]\d",
    "CH": r"\d{4}",
    "CZ": r"\d{5}",
    "DE": r"\d{5}",
    "DK": r"\d{4}",
    "ES": r"\d{5}",
    "FI": r"\d{5}",
    "FR": r"\d{5}",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}",
    "IT": r"\d{5}",
    "NL": r"\d{4}[A-Z]{2}",
    "NO": r"\d{4}",
    "PL": r"\d{2}-?\d{3}",
    "PT": r"\d{4}-?\d{3}",
    "SE": r"\d{5}",
    "US": r"\d{5}(-\d{4})?",
}


def fits(code: str, *, country: str) -> bool:
    """Say whether a postal code may be one of the country's."""
    shape = _SHAPES.get(country.upper())
    return shape is None or bool(re.fullmatch(shape, code.replace(" ", "").upper()))

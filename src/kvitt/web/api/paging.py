"""What every list shares: which fields are given, and where the next page begins."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import Model
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from kvitt.web.api import bodies, headings, problems, schemas

Row = TypeVar("Row", bound=Model)


class Fields(bodies.Strict):
    """Which fields of each row are given."""

    #: Names of fields with commas between: the others are left out.
    fields: bodies.Text = Field(default="", max_length=500)


def turned(
    request: HttpRequest, found: Iterable[Row], *, limit: int
) -> tuple[list[Row], str | None]:
    """Return the rows of one page and the ``cursor`` of the next, which is linked to.

    ``found`` is one row longer than the page where there is a next one.
    """
    rows = list(found)
    shown = rows[:limit]
    after = str(shown[-1].pk) if len(rows) > len(shown) else None
    headings.link(request, next=after)
    return shown, after


def sparse(page: Schema, items: Sequence[Schema], fields: str, *, kind: type[Schema]) -> Any:
    """Return a page, or one with those fields only that are named. Raises Refusal (422)."""
    named = {name.strip() for name in fields.split(",") if name.strip()}
    if unknown := sorted(named - set(kind.model_fields)):
        raise problems.invalid("fields", f"There is no field {unknown[0]} here.")
    if not named:
        return page
    rows = [item.model_dump(mode="json", include=named) for item in items]
    ends = {name: value for name, value in page if name != "items"}
    return schemas.SparsePage(items=rows, **ends)

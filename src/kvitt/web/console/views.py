"""The lists that somebody keeps under a name: each an address of the list of orders.

``user`` is a person's row id.
"""

from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from kvitt.domain.errors import NotAllowedNow
from kvitt.web.console.models import SavedView
from kvitt.web.console.question import Question

#: More would not be found again.
MOST = 30
LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A kept list, as it is linked to."""

    pk: int
    name: str
    address: str
    current: bool


def of(user: int, question: Question) -> tuple[View, ...]:
    """Return the user's views; the one that shows the same list is the current one."""
    here = _kept(question)
    return tuple(
        View(pk=view.pk, name=view.name, address=view.query, current=view.query == here)
        for view in SavedView.objects.filter(user=user)
    )


def keep(user: int, name: str, query: str) -> SavedView:
    """Keep a list under a name, instead of what had that name. Raises NotAllowedNow."""
    name = " ".join(name.replace("\x00", "").split())[:LONGEST_NAME]
    if not name:
        raise NotAllowedNow("no_name", _("Give the view a name."))
    known = SavedView.objects.filter(user=user)
    if not known.filter(name=name).exists() and known.count() >= MOST:
        raise NotAllowedNow("too_many", _("Delete a view before you save another."))
    # Read and written anew, so that only what the list understands is kept.
    address = _kept(Question.read(QueryDict(query.removeprefix("?"))))
    view, _made = SavedView.objects.update_or_create(
        user_id=user, name=name, defaults={"query": address}
    )
    return view


def forget(user: int, view: int) -> bool:
    """Delete a view of the user's own; say whether there was one."""
    gone, _each = SavedView.objects.filter(user=user, pk=view).delete()
    return bool(gone)


def _kept(question: Question) -> str:
    """Return the address of the list without the page that is shown of it."""
    return replace(question, after="", before="").address

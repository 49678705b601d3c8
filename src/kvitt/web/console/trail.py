"""The list that a reader works through, carried along from page to page.

The law: which list it is stands in the address (``list``, the list's own query without its
place) and nowhere else, so that two tabs can work through two lists, and a link that is
passed on shows the same. It never says which page of the list: orders are found by their own
places in it (``listing.beside``).
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from kvitt.web.console.question import TABS, Question

#: The name in addresses and forms.
NAME = "list"
#: Longer than any list that pages lead to; django refuses what has more fields than it allows.
LONGEST = 1000


@dataclass(frozen=True)
class Trail:
    """One list of orders, as pages that come from it name it."""

    question: Question

    @cached_property
    def text(self) -> str:
        """Return the list's query; empty is every order, newest first."""
        return replace(self.question, after="", before="").address.removeprefix("?")

    @property
    def back(self) -> str:
        """Return the address of the list."""
        return reverse("console:orders") + (f"?{self.text}" if self.text else "")

    @property
    def title(self) -> Any:
        """Return the name of the list's tab; empty for all orders."""
        names = {tab.code: tab.title for tab in TABS if tab.code != "all"}
        return names.get(self.question.tab, "")

    def __str__(self) -> str:
        """Return what is put behind the address of a page so that it knows the list."""
        return f"?{urlencode({NAME: self.text})}" if self.text else ""


def of(request: HttpRequest) -> Trail:
    """Return the list that a request bears. Never fails: what cannot be read is left out."""
    text = request.POST.get(NAME) or request.GET.get(NAME, "")
    return Trail(Question.read(QueryDict(text[:LONGEST])))


def follow(request: HttpRequest, name: str, *places: object) -> HttpResponseRedirect:
    """Lead to a page, by its name, that is to know the list too."""
    return redirect(f"{reverse(name, args=places)}{of(request)}")

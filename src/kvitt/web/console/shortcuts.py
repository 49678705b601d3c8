"""The keys that do something, as the help lists them; ``console.js`` carries them out.

A page gives a key to a link, a button or a field with ``aria-keyshortcuts``; the keys that
go to a page are read from the navigation, and j, k and Enter walk through ``data-row``.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortcut:
    """One key, or two after each other, and what it does."""

    keys: tuple[str, ...]
    does: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Shortcuts that belong together."""

    title: Any
    shortcuts: tuple[Shortcut, ...]


GROUPS = (
    Group(
        title=_("On every page"),
        shortcuts=(
            Shortcut(keys=("/",), does=_("Go to the search field")),
            Shortcut(keys=("?",), does=_("Show this list")),
            Shortcut(keys=("g", "o"), does=_("Go to the orders")),
            Shortcut(keys=("g", "n"), does=_("Go to what needs attention")),
            Shortcut(keys=("g", "a"), does=_("Go to the activity")),
            Shortcut(keys=("g", "d"), does=_("Go to the overview")),
            Shortcut(keys=("g", "r"), does=_("Go to the reconciliation")),
            Shortcut(keys=("g", "i"), does=_("Go to the inbox")),
            Shortcut(keys=("g", "s"), does=_("Go to the settings")),
        ),
    ),
    Group(
        title=_("In lists"),
        shortcuts=(
            Shortcut(keys=("j",), does=_("Next row")),
            Shortcut(keys=("k",), does=_("Previous row")),
            Shortcut(keys=("Enter",), does=_("Open the row")),
        ),
    ),
    Group(
        title=_("On an order"),
        shortcuts=(
            Shortcut(keys=("j",), does=_("Next order of the list you came from")),
            Shortcut(keys=("k",), does=_("Previous order of the list you came from")),
            Shortcut(keys=("c",), does=pgettext_lazy("command", "Capture")),
            Shortcut(keys=("r",), does=pgettext_lazy("command", "Refund")),
            Shortcut(keys=("l",), does=_("Look again: read the shop and Klarna again")),
            Shortcut(keys=("Ctrl", "Enter"), does=_("Send the form that is being filled in")),
        ),
    ),
)

"""Which orders a search finds: by order number, customer, e-mail address or Klarna's ids.

The law: the cost of a search does not grow with the table. Every word has to begin one
of an order's indexed words, and a number that begins very many of them has to be one. A
rare word is followed to its orders; a common one is only asked of the orders that the list
comes by anyway. An e-mail address is looked for by its keyed mark, so it has to be whole.
"""

from collections.abc import Sequence
from operator import itemgetter

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from kvitt.adapters.database.models import Order, OrderTerm
from kvitt.adapters.database.vault import Vault

#: More words than this are not looked for.
MOST_WORDS = 5
#: A word of more orders than this is common: lists come by enough of them.
COMMON = 5_000
#: Sorts after every letter: the end of a range of words that begin alike.
_LAST = "\U0010ffff"


def narrow(orders: "QuerySet[Order]", search: str) -> "QuerySet[Order]":
    """Return those of the orders that the search finds; all of them for an empty one."""
    words = search.casefold().replace("#", " ").split()[:MOST_WORDS]
    for place, (count, wanted) in enumerate(sorted(map(_counted, words), key=itemgetter(0))):
        terms = OrderTerm.objects.filter(wanted)
        if place == 0 and count <= COMMON:
            # Read first and given as a list: a database that guesses how many there are
            # may walk through every order to compare it with them.
            found = list(terms.values_list("order", flat=True))
            orders = orders.filter(pk__in=found)
        else:
            orders = orders.filter(Exists(terms.filter(order=OuterRef("pk"))))
    return orders


def _counted(word: str) -> tuple[int, Q]:
    """Return how many terms a word finds, up to one more than is rare, and what finds them."""
    wanted = _meaning(word)
    count = _count(wanted)
    if count > COMMON and word.isdecimal():
        # Numbers that begin alike came at one time: a list in another order would pass by
        # all the rest before it came to them. So few digits mean the number itself.
        wanted = Q(term=word)
        count = _count(wanted)
    return count, wanted


def _meaning(word: str) -> Q:
    if "@" in word.strip("@"):
        return Q(term__in=_marks(word))
    if connection.vendor == "sqlite":
        # A range, because SQLite's LIKE ignores case and so cannot use the index
        # (https://www.sqlite.org/optoverview.html#the_like_optimization).
        return Q(term__gte=word, term__lt=f"{word}{_LAST}")
    return Q(term__startswith=word)


def _marks(address: str) -> Sequence[str]:
    return Vault.of(settings.KVITT).marks(address)


def _count(wanted: Q) -> int:
    return OrderTerm.objects.filter(wanted)[: COMMON + 1].count()

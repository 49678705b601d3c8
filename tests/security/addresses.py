"""Every address Django answers, found in its resolver, with something real to fill it.

An address of a new kind fails here until it says what fills the names in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from kvitt.web.accounts.guards import Rule, rule_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """One address."""

    #: As it is written in the lists of addresses: ``orders/<int:order_id>``.
    route: str
    view: Any

    @property
    def rule(self) -> Rule | None:
        """The rule its view was given."""
        return rule_of(self.view)

    @property
    def names(self) -> tuple[str, ...]:
        """The names in it."""
        return tuple(RoutePattern(self.route).converters)

    @property
    def of_the_api(self) -> bool:
        """Say whether it is one of the HTTP API, which asks for keys of its own."""
        return self.route.startswith("api/")

    def filled(self, values: Mapping[str, object]) -> str:
        """Return the address with these values for its names; what is not known is 1."""
        path = self.route
        for name in self.names:
            before, _, after = path.partition("<")
            _, _, after = after.partition(">")
            path = f"{before}{values.get(name, 1)}{after}"
        return f"/{path}"

    def __str__(self) -> str:
        return self.route or "/"


def every_address() -> list[Address]:
    """Return all of them."""
    return list(_below(get_resolver().url_patterns, ""))


def _below(patterns: Any, prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield Address(route=route, view=pattern.callback)

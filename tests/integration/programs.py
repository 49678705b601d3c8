"""A program with an API key, as the tests of the HTTP API call it."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.test import Client

from integration.worlds import World
from kvitt.web.accounts.rights import Right
from kvitt.web.api import keys
from kvitt.web.api.keys import NewKey

ALL = frozenset(Right) - {Right.PEOPLE}


class Caller:
    """A program with a key for the world's shop, or for every shop."""

    def __init__(
        self, world: World, *, scopes: frozenset[Right] = ALL, everywhere: bool = False
    ) -> None:
        self.world = world
        shops = None if everywhere else [world.shop]
        new = NewKey(name="erp", scopes=scopes, shops=shops, created_by="anna")
        self.row, self.token = keys.make(new, now=datetime.now(UTC))
        self.client = Client()

    def get(self, path: str, **query: Any) -> Any:
        """Read, and return the response."""
        return self.client.get(
            f"/api/v1{path}", query, headers={"Authorization": f"Bearer {self.token}"}
        )

    def send(self, method: str, path: str, body: Any, **headers: str) -> Any:
        """Write, and return the response."""
        return self.client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )

    def post(self, path: str, body: Any, *, key: str = "", **headers: str) -> Any:
        """Post, under a key of its own where none is given."""
        return self.send(
            "POST", path, body, **{"Idempotency-Key": key or str(uuid4()), **headers}
        )

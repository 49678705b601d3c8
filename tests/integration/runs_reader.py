"""The console's runs, as one person uses them in tests."""

from html import unescape
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integration.test_console_asks import said
from kvitt.adapters.database.models import Order, RunRow

REVIEW = "/runs/review"


class Reader:
    """Somebody who has just signed in."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)
        self.prove(timezone.now().timestamp())

    def prove(self, when: float) -> None:
        """Make this the time of the last proof of who is at the screen."""
        session = self.client.session
        session["kvitt_proved_at"] = when
        session.save()

    def review(self, command: str, *orders: Order, **more: str) -> Any:
        given = {"command": command, "order": [str(order.pk) for order in orders], **more}
        return self.client.get(REVIEW, given)

    def begin(self, review: Any, **changes: Any) -> Any:
        """Press the review's button, perhaps with something else in its form."""
        return self.client.post(REVIEW, {**form_of(review), **changes})

    def run(self, command: str, *orders: Order) -> RunRow:
        """Review and begin; return the run."""
        sent = self.begin(self.review(command, *orders))
        assert sent.status_code == 302, said(sent)
        return RunRow.objects.latest("pk")

    def stop(self, run: RunRow) -> Any:
        return self.client.post(reverse("console:stop-run", args=[run.uid]))

    def read(self, run: RunRow) -> str:
        return said(self.client.get(reverse("console:run", args=[run.uid])))


def form_of(review: Any) -> dict[str, list[str]]:
    """Return what the review's form sends."""
    found: dict[str, list[str]] = {}
    for part in review.content.decode().partition("<main")[2].split('<input type="hidden"')[1:]:
        name, value = part.split('name="')[1].split('"')[0], part.split('value="')[1]
        found.setdefault(name, []).append(unescape(value.split('"')[0]))
    found.pop("csrfmiddlewaretoken", None)
    return found

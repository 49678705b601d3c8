"""Signing in without the form, which has its own tests."""

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page


def signed_in(user: User) -> Client:
    """Sign somebody in who has just proved who they are."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["kvitt_proved_at"] = timezone.now().timestamp()
    session.save()
    return client


def become(page: Page, url: str, client: Client) -> None:
    """Give a page the session of a client, and no other."""
    page.context.clear_cookies()
    page.context.add_cookies(
        [
            {"name": name, "value": morsel.value, "url": url}
            for name, morsel in client.cookies.items()
        ]
    )

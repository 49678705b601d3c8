"""Whose attempt it is, and how a wait is told."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import ngettext

#: Waits up to this many seconds are told in seconds, longer ones in minutes.
COUNTED_IN_SECONDS = 90


def address_of(request: HttpRequest) -> str:
    """Return whose attempt it is. Behind our proxy everybody would share its address."""
    if settings.KVITT.behind_proxy:
        # Only the last one was added by our proxy; what stands before it anybody can send.
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    address: str = request.META.get("REMOTE_ADDR", "")
    return address


def please_wait(wait: timedelta) -> str:
    """Return in words how long to wait before the next attempt."""
    seconds = int(wait.total_seconds()) + 1
    minutes = -(-seconds // 60)
    if seconds <= COUNTED_IN_SECONDS:
        return ngettext(
            "Too many attempts. Wait %(count)d second and try again.",
            "Too many attempts. Wait %(count)d seconds and try again.",
            seconds,
        ) % {"count": seconds}
    return ngettext(
        "Too many attempts. Wait %(count)d minute and try again.",
        "Too many attempts. Wait %(count)d minutes and try again.",
        minutes,
    ) % {"count": minutes}

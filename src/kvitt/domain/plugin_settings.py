"""The settings of the shop's Klarna plugins, as our policy (plugin-behaviour.md §4.1).

Klarna Order Management and the plugins that carry it on (Klarna for WooCommerce, Kustom
Checkout) keep the same ``kom_`` settings inside their gateway's. To them a checkbox that
was never saved is ticked, and so it is here.
"""

from collections.abc import Mapping
from dataclasses import replace

from kvitt.domain.policy import ManualRefunds, Policy

_NONE: frozenset[str] = frozenset()
#: Kustom Checkout's switch for all of it, from 2.21.0.
_ENABLED = "kom_enabled"
_STATUS_PREFIX = "wc-"


def policy_from_plugin(settings: Mapping[str, str]) -> Policy:
    """Return the policy under which kvitt does what these settings had the plugin do.

    ``settings`` are a gateway's, by name, as WooCommerce stores them (``yes``, ``no``, a
    status); names that mean nothing to us are passed over.
    """
    if not _is_on(settings, _ENABLED):
        return Policy(
            capture_statuses=_NONE,
            cancel_statuses=_NONE,
            update_statuses=_NONE,
            manual_refunds=ManualRefunds.IGNORE,
        )
    policy = Policy()
    if status := _capture_status(settings):
        policy = replace(policy, capture_statuses=frozenset({status}))
    if not _is_on(settings, "kom_auto_capture"):
        policy = replace(policy, capture_statuses=_NONE)
    if not _is_on(settings, "kom_auto_cancel"):
        policy = replace(policy, cancel_statuses=_NONE)
    if not _is_on(settings, "kom_auto_update"):
        policy = replace(policy, update_statuses=_NONE)
    return policy


def _is_on(settings: Mapping[str, str], name: str) -> bool:
    """Say whether a checkbox is ticked; one that was never saved is."""
    return settings.get(name, "yes") == "yes"


def _capture_status(settings: Mapping[str, str]) -> str:
    """Return the status that captures, where the merchant has chosen one.

    The setting came with Klarna for WooCommerce 4.12.2, and its name is not published: it
    is known here by what it is about.
    """
    for name, value in sorted(settings.items()):
        if name.startswith("kom_") and "capture" in name and name.endswith("status"):
            return value.strip().removeprefix(_STATUS_PREFIX)
    return ""

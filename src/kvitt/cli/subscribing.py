"""``kvitt webhooks``: which programs are told of events, and what arrived.

They are made in the console or over the HTTP API, by whoever can be given a secret; here
they are looked after.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from cyclopts import App
from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.cli.telling import AsJson, print_rows
from kvitt.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from kvitt.adapters.database.models import Message, Subscriber
    from kvitt.adapters.database.subscribers import Subscribers

webhooks = App(name="webhooks", help="Webhooks that kvitt sends, and what of them arrived.")
console = Console(highlight=False)

MOST = 50
#: How the record of changes names whoever sits at this machine.
ACTOR = "cli"


@webhooks.command(name="list")
def list_webhooks(*, as_json: AsJson = False) -> None:
    """List who is told of what, and whether it arrives.

    Example: kvitt webhooks list
    """
    _set_up()
    from kvitt.adapters.database.models import Subscriber

    rows = [_told(row) for row in Subscriber.objects.select_related("shop")]
    print_rows(
        rows, as_json=as_json, nothing="Nobody has subscribed: see Settings in the console."
    )


@webhooks.command
def log(webhook: int, *, as_json: AsJson = False) -> None:
    """Show the last messages to a subscriber: what became of each, and when it is tried next.

    Example: kvitt webhooks log 1

    Parameters
    ----------
    webhook
        Its number in kvitt webhooks list.
    """
    _set_up()
    from kvitt.adapters.database import subscribers

    found = subscribers.messages(_row(webhook), before=None, size=MOST)
    print_rows(
        [_sent(row) for row in found], as_json=as_json, nothing="Nothing was to be told."
    )


@webhooks.command
def redeliver(webhook: int, message: UUID) -> None:
    """Tell a message again, under its own id.

    Example: kvitt webhooks redeliver 1 7d0f7a52-4f0d-5b5c-8f43-4b8f0b1f0e55

    Parameters
    ----------
    webhook
        Its number in kvitt webhooks list.
    message
        The message's id in kvitt webhooks log.
    """
    desk = _set_up()
    desk.redeliver(_row(webhook), message, actor=ACTOR)
    console.print("It is told again within seconds, if kvitt serve runs.")


@webhooks.command(name="test")
def try_out(webhook: int) -> None:
    """Send a message that only tries the address; kvitt webhooks log has the answer.

    Example: kvitt webhooks test 1

    Parameters
    ----------
    webhook
        Its number in kvitt webhooks list.
    """
    desk = _set_up()
    found = desk.try_out(_row(webhook), actor=ACTOR)
    console.print(f"Message {found.uid} goes out within seconds, if kvitt serve runs.")


@webhooks.command
def pause(webhook: int) -> None:
    """Deliver nothing to a subscriber for now; what happens meanwhile waits for 30 days.

    Example: kvitt webhooks pause 1

    Parameters
    ----------
    webhook
        Its number in kvitt webhooks list.
    """
    desk = _set_up()
    desk.pause(_row(webhook), actor=ACTOR)
    console.print(f"Webhook {webhook} is paused: kvitt webhooks enable {webhook} ends that.")


@webhooks.command
def enable(webhook: int) -> None:
    """Deliver again to a subscriber that was paused or switched off, with what has waited.

    Example: kvitt webhooks enable 1

    Parameters
    ----------
    webhook
        Its number in kvitt webhooks list.
    """
    desk = _set_up()
    desk.enable(_row(webhook), actor=ACTOR)
    console.print(f"Webhook {webhook} is delivered to again.")


@webhooks.command
def remove(webhook: int) -> None:
    """Tell a subscriber nothing more; what waits is dropped, and its log with it.

    Example: kvitt webhooks remove 1

    Parameters
    ----------
    webhook
        Its number in kvitt webhooks list.
    """
    desk = _set_up()
    desk.remove(_row(webhook), actor=ACTOR)
    console.print(f"Webhook {webhook} is removed.")


def _set_up() -> "Subscribers":
    settings = configuration.load_or_create()
    bootstrap.start_django(settings)
    bootstrap.migrate()
    from kvitt.adapters.database.subscribers import Subscribers
    from kvitt.adapters.database.vault import Vault

    return Subscribers(Vault.of(settings), lambda: datetime.now(UTC))


def _row(webhook: int) -> "Subscriber":
    from kvitt.adapters.database.models import Subscriber

    row = Subscriber.objects.filter(pk=webhook).first()
    if row is None:
        raise ConfigurationError(f"there is no webhook {webhook}: see kvitt webhooks list")
    return row


def _told(row: "Subscriber") -> dict[str, str]:
    how = "well"
    if row.disabled_at:
        how = f"switched off: {row.disabled_why}"
    elif row.failing_since:
        how = f"failing since {row.failing_since:%Y-%m-%d %H:%M}"
    return {
        "webhook": str(row.pk),
        "url": row.url,
        "events": ", ".join(row.events),
        "shop": row.shop.name if row.shop else "every shop",
        "how": how,
    }


def _sent(row: "Message") -> dict[str, str]:
    return {
        "message": str(row.uid),
        "event": row.event,
        "state": row.state,
        "attempts": str(row.attempts),
        "answer": str(row.status or row.error),
        "next": f"{row.due_at:%Y-%m-%d %H:%M}" if row.due_at else "",
    }

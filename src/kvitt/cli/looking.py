"""``kvitt sweep`` and ``kvitt drift``: ask the shops now what no message has told."""

from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.bootstrap import Parts

console = Console(highlight=False)


def sweep() -> None:
    """Ask each shop which orders have changed, and make those due that are news.

    kvitt serve does this every few minutes by itself, and looks at what is due.

    Example: kvitt sweep
    """
    parts = _open()
    with console.status("Asking the shops …"):
        found = parts.sweep()
    console.print(f"{found} orders are due; kvitt serve looks at them.")
    parts.connections.close()


def drift() -> None:
    """Look for open orders that are in no list of their shop any more, and make them due.

    kvitt serve does this by itself, some orders at a time.

    Example: kvitt drift
    """
    parts = _open()
    with console.status("Asking the shops …"):
        found = parts.drift()
    console.print(f"{found} orders are due; kvitt serve looks at them.")
    parts.connections.close()


def _open() -> Parts:
    settings = configuration.load_or_create()
    bootstrap.start_django(settings)
    bootstrap.migrate()
    return bootstrap.assemble(settings)

"""``kvitt sweep`` and ``kvitt drift``: ask the shops now what no message has told."""

from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.bootstrap import Parts
from kvitt.cli.telling import AsJson, print_json

console = Console(highlight=False)
#: What turns while shops are asked is nothing that a program should read.
waiting = Console(stderr=True)


def sweep(*, as_json: AsJson = False) -> None:
    """Ask each shop which orders have changed, and make those due that are news.

    kvitt serve does this every few minutes by itself, and looks at what is due.

    Example: kvitt sweep
    """
    parts = _open()
    with waiting.status("Asking the shops …"):
        found = parts.sweep()
    parts.connections.close()
    _tell(found, as_json=as_json)


def drift(*, as_json: AsJson = False) -> None:
    """Look for open orders that are in no list of their shop any more, and make them due.

    kvitt serve does this by itself, some orders at a time.

    Example: kvitt drift
    """
    parts = _open()
    with waiting.status("Asking the shops …"):
        found = parts.drift()
    parts.connections.close()
    _tell(found, as_json=as_json)


def _tell(due: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"due": due})
    else:
        console.print(f"{due} orders are due; kvitt serve looks at them.")


def _open() -> Parts:
    settings = configuration.load_or_create()
    bootstrap.start_django(settings)
    bootstrap.migrate()
    return bootstrap.assemble(settings)

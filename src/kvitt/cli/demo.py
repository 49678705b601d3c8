"""``kvitt demo``: the console, a worker, a practice shop and a practice Klarna on one port.

No account and no network. Everything lives in one folder, so that starting over is
removing it. What serves is in ``demo_process.py`` and is imported by the serving process
only: the one that supervises it stays small.
"""

import shutil
from pathlib import Path

from rich.console import Console

from kvitt.domain.errors import ConfigurationError
from kvitt.settings import DEMO_MARK
from kvitt.web.server import Running, free_port, serve

console = Console(highlight=False)

FOLDER = Path("kvitt-data") / "demo"
DEFAULT_PORT = 8000
THREADS = 16


def demo(
    *,
    port: int | None = None,
    host: str = "127.0.0.1",
    data: Path = FOLDER,
    reset: bool = False,
) -> None:
    """Try kvitt: a shop, a Klarna and the console on one port, with thirty orders.

    Example: kvitt demo --port 9000

    Parameters
    ----------
    port
        Port to listen at; without it 8000, or the next free one.
    host
        Address to listen at. The demo's passwords are printed below: keep it on this machine.
    data
        Folder the demo keeps its data in.
    reset
        Start over: remove what an earlier demo left there.
    """
    folder = data.absolute()
    if reset:
        _remove(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / DEMO_MARK).touch()
    chosen = free_port(host, port or DEFAULT_PORT, search=port is None)

    def start() -> Running:
        from kvitt.cli import demo_process

        return demo_process.start(folder, host=host, port=chosen)

    serve(start, host=host, port=chosen, threads=THREADS)
    console.print("Stopped. Your orders are kept; start again with: make demo")


def _remove(folder: Path) -> None:
    if not folder.exists():
        return
    if not (folder / DEMO_MARK).exists():
        raise ConfigurationError(
            f"{folder} was not made by kvitt demo: it is left alone; remove it yourself"
        )
    shutil.rmtree(folder)

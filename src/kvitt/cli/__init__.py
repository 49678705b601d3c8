"""The command line: one file per family of commands, each loaded when it is called.

An error of ours is one line that says what to do next; a traceback is a fault.
"""

import sys

from cyclopts import App

from kvitt import __version__
from kvitt.domain.errors import ConfigurationError, KvittError

EXIT_FAILED = 1
EXIT_CONFIGURATION = 4

app = App(
    name="kvitt",
    version=__version__,
    help="Keep WooCommerce orders and Klarna orders in step. Start with: kvitt demo",
    result_action="return_value",
)
app.command("kvitt.cli.demo:demo", name="demo")
app.command("kvitt.cli.serve:serve", name="serve")
app.command("kvitt.cli.serve:migrate", name="migrate")
app.command("kvitt.cli.users:users", name="user")
app.command("kvitt.cli.shops:shops", name="shop")
app.command("kvitt.cli.sandbox:sandbox", name="sandbox")
app.command("kvitt.cli.plan:plan", name="plan")


def main() -> None:
    """Run the command that was typed, and end with its exit code."""
    try:
        code = app()
    except ConfigurationError as error:
        print(f"kvitt: {error}", file=sys.stderr)  # noqa: T201 - a command line speaks
        sys.exit(EXIT_CONFIGURATION)
    except KvittError as error:
        print(f"kvitt: {error}", file=sys.stderr)  # noqa: T201 - a command line speaks
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)

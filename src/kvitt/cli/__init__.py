"""The command line: one file per family of commands, each loaded when it is called.

An error of ours is one line that says what to do next; a traceback is a fault.
"""

import sys

from cyclopts import App, Parameter

from kvitt.cli.words import STANDARD_INPUT
from kvitt.domain.errors import ConfigurationError, KvittError
from kvitt.version import __version__

EXIT_FAILED = 1
EXIT_CONFIGURATION = 4
EXIT_INTERRUPTED = 130


app = App(
    name="kvitt",
    version=__version__,
    help="Keep WooCommerce orders and Klarna orders in step. Start with: kvitt demo",
    result_action="return_value",
    default_parameter=Parameter(show_default=False),
)
app.command("kvitt.cli.demo:demo", name="demo")
app.command("kvitt.cli.serve:serve", name="serve")
app.command("kvitt.cli.work:work", name="work")
app.command("kvitt.cli.serve:migrate", name="migrate")
app.command("kvitt.cli.users:users", name="user")
app.command("kvitt.cli.connect:connect", name="connect")
app.command("kvitt.cli.doctor:doctor", name="doctor")
app.command("kvitt.cli.importing:take_in", name="import")
app.command("kvitt.cli.shops:shops", name="shop")
app.command("kvitt.cli.keys:keys", name="keys")
app.command("kvitt.cli.check:check", name="check")
app.command("kvitt.cli.sandbox:sandbox", name="sandbox")
app.command("kvitt.cli.plan:plan", name="plan")
app.command("kvitt.cli.journal:journal", name="journal")
app.command("kvitt.cli.health:health", name="health")
app.command("kvitt.cli.backups:backup", name="backup")
app.command("kvitt.cli.backups:restore", name="restore")
app.command("kvitt.cli.orders:orders", name="orders")
app.command("kvitt.cli.orders:show", name="show")
for _act in ("capture", "refund", "cancel", "update", "release", "extend", "resend"):
    app.command(f"kvitt.cli.acts:{_act}", name=_act)
for _wish in ("sync", "retry", "approve", "decline", "off", "on"):
    app.command(f"kvitt.cli.managing:{_wish}", name=_wish)


def main() -> None:
    """Run the command that was typed, and end with its exit code."""
    try:
        # A lone dash would be taken for an option without a name.
        code = app([STANDARD_INPUT if word == "-" else word for word in sys.argv[1:]])
    except KvittError as error:
        # A command line speaks by printing.
        print(f"kvitt: {error}", file=sys.stderr)  # noqa: T201
        stopped = isinstance(error, ConfigurationError)
        sys.exit(EXIT_CONFIGURATION if stopped else EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)

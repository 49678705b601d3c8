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


#: The same for every command (cli/asking.py, law 3).
_EXIT_CODES = (
    "A command ends with 0 when all is done, 1 when something was refused or is wrong, 2 when "
    "it was typed wrong, 3 when a request is still on its way (do not repeat it: see kvitt "
    "show), 4 when a setting is wrong, 130 when it was stopped with Ctrl-C. Each command's "
    "--help ends with an example."
)

app = App(
    name="kvitt",
    version=__version__,
    help="Keep WooCommerce orders and Klarna orders in step. Start with: kvitt demo",
    help_epilogue=_EXIT_CODES,
    result_action="return_value",
    default_parameter=Parameter(show_default=False),
)
#: Name → where it lives and what it does, said here so that no file is loaded to say it.
_COMMANDS = {
    "demo": ("demo:demo", "Try kvitt: a shop, a Klarna and the console, on this machine."),
    "serve": ("serve:serve", "Serve the console, webhooks and API, and keep orders in step."),
    "work": ("work:work", "Look at orders that are due, beside other machines."),
    "migrate": ("serve:migrate", "Bring the database to the shape of this version."),
    "user": ("users:users", "People who may sign in to the console."),
    "connect": ("connect:connect", "Connect a shop from its own page, with one click."),
    "doctor": ("doctor:doctor", "Ask each connection how it is, and what to do about it."),
    "import": ("importing:take_in", "Take in the orders that a shop has already."),
    "shop": ("shops:shops", "Shops that kvitt keeps in step."),
    "keys": ("keys:keys", "The keys that seal credentials."),
    "check": ("check:check", "Whether this installation works, and what it lacks."),
    "sandbox": ("sandbox:sandbox", "The practice Klarna and the practice shop alone."),
    "plan": ("plan:plan", "What kvitt would do with an order, and why."),
    "journal": ("journal:journal", "What was done at Klarna, and the proof of it."),
    "health": ("health:health", "Shops and accounts that do not answer, and since when."),
    "backup": ("backups:backup", "Copy the database while kvitt runs."),
    "restore": ("backups:restore", "Put a backup back, and read every order anew."),
    "sweep": ("looking:sweep", "Ask the shops now which orders have changed."),
    "drift": ("looking:drift", "Look for open orders that are in no list any more."),
    "export": ("exporting:exports", "Orders or the journal, a line each, as JSON or CSV."),
    "api-key": ("apikeys:api_keys", "Keys by which programs call the HTTP API."),
    "webhooks": (
        "subscribing:webhooks",
        "Webhooks that kvitt sends, and what of them arrived.",
    ),
    "orders": ("orders:orders", "List orders, with where both halves stand."),
    "show": ("orders:show", "Show one order: both halves, its lines, and the plan."),
    "capture": ("acts:capture", "Capture all that is due, some lines, or an amount."),
    "refund": ("acts:refund", "Refund all, some lines, or an amount, in the shop as well."),
    "cancel": ("acts:cancel", "Give up the whole authorization."),
    "update": ("acts:update", "Send Klarna the lines and total as they are now."),
    "release": ("acts:release", "Give up what is left after a part was captured."),
    "extend": ("acts:extend", "Ask for more time on the authorization."),
    "due-date": ("acts:due_date", "Give customers more time to pay."),
    "resend": ("acts:resend", "Have Klarna's message about a capture sent again."),
    "sync": ("managing:sync", "Read both halves anew, and do what follows."),
    "retry": ("managing:retry", "Try again what orders wait for."),
    "approve": ("managing:approve", "Allow what orders wait for."),
    "decline": ("managing:decline", "Leave out the refunds that wait for approval."),
    "off": ("managing:off", "Leave orders alone from now on."),
    "on": ("managing:on", "Take orders up again."),
}
for _name, (_place, _does) in _COMMANDS.items():
    app.command(f"kvitt.cli.{_place}", name=_name, help=_does)
app.register_install_completion_command(
    help="Install completion of commands and options for your shell (bash, zsh, fish)."
)


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

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
    "show), 4 when a setting is wrong, 130 when it was stopped with Ctrl-C."
)

app = App(
    name="kvitt",
    version=__version__,
    help="Keep WooCommerce orders and Klarna orders in step. Start with: kvitt demo",
    help_epilogue=_EXIT_CODES,
    result_action="return_value",
    default_parameter=Parameter(show_default=False),
)
#: Name → where it lives.
_COMMANDS = {
    "demo": "demo:demo",
    "serve": "serve:serve",
    "work": "work:work",
    "migrate": "serve:migrate",
    "user": "users:users",
    "connect": "connect:connect",
    "doctor": "doctor:doctor",
    "import": "importing:take_in",
    "shop": "shops:shops",
    "keys": "keys:keys",
    "check": "check:check",
    "sandbox": "sandbox:sandbox",
    "plan": "plan:plan",
    "journal": "journal:journal",
    "health": "health:health",
    "backup": "backups:backup",
    "restore": "backups:restore",
    "sweep": "looking:sweep",
    "drift": "looking:drift",
    "export": "exporting:exports",
    "api-key": "apikeys:api_keys",
    "webhooks": "subscribing:webhooks",
    "orders": "orders:orders",
    "show": "orders:show",
    "capture": "acts:capture",
    "refund": "acts:refund",
    "cancel": "acts:cancel",
    "update": "acts:update",
    "release": "acts:release",
    "extend": "acts:extend",
    "due-date": "acts:due_date",
    "resend": "acts:resend",
    "sync": "managing:sync",
    "retry": "managing:retry",
    "approve": "managing:approve",
    "decline": "managing:decline",
    "off": "managing:off",
    "on": "managing:on",
}
for _name, _place in _COMMANDS.items():
    app.command(f"kvitt.cli.{_place}", name=_name)
app.register_install_completion_command(
    help="Install completion of commands and options for your shell (bash, zsh, fish)."
)


def load_all() -> None:
    """Load every command, for what lists them all with what they do."""
    for name in _COMMANDS:
        app[name]


def main() -> None:
    """Run the command that was typed, and end with its exit code."""
    if not sys.argv[1:] or sys.argv[1] in app.help_flags:
        load_all()
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

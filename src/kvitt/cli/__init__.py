"""The command line: one file per family of commands, each loaded when it is called.

An error of ours is one line that says what to do next; a traceback is a fault.
"""

import os
import sys
from typing import NoReturn

from cyclopts import App, CycloptsError, Parameter

from kvitt.cli.words import STANDARD_INPUT
from kvitt.domain.errors import ConfigurationError, KvittError
from kvitt.version import __version__

EXIT_FAILED = 1
EXIT_TYPED_WRONG = 2
EXIT_CONFIGURATION = 4
EXIT_INTERRUPTED = 130
EXIT_UNHEARD = 141


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
    "simulate": "simulating:simulate",
    "api-key": "apikeys:api_keys",
    "webhooks": "subscribing:webhooks",
    "orders": "orders:orders",
    "show": "showing:show",
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
    # A lone dash would be taken for an option without a name.
    words = [STANDARD_INPUT if word == "-" else word for word in sys.argv[1:]]
    try:
        code = app(words, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as error:
        _end(EXIT_TYPED_WRONG, _typed_wrong(error))
    except ConfigurationError as error:
        _end(EXIT_CONFIGURATION, str(error))
    except KvittError as error:
        _end(EXIT_FAILED, str(error))
    except (KeyboardInterrupt, EOFError):
        # Ctrl-C, or Ctrl-D at a question.
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # Who read has enough. The interpreter must not find that out once more at its end:
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_UNHEARD)
    sys.exit(code if isinstance(code, int) else 0)


def _typed_wrong(error: CycloptsError) -> str:
    """Return in one line what was typed wrong, and where to read how it is typed."""
    error.verbose = False
    said = " ".join(str(error).split())
    command = " ".join(("kvitt", *(error.command_chain or ())))
    return f"{said} See {command} --help"


def _end(code: int, said: str) -> NoReturn:
    # A command line speaks by printing.
    print(f"kvitt: {said}", file=sys.stderr)  # noqa: T201
    sys.exit(code)

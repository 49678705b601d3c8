"""The command line: one file per family of commands, each loaded when it is called.

An error of ours is one line that says what to do next; a traceback is a fault.
"""

import os
import sys
from typing import NoReturn

from cyclopts import App, CycloptsError, Parameter

from kvitt.cli.contents import COMMANDS
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


def make(*, listing: bool = False) -> App:
    """Return the command line; one for ``listing`` says of commands what they do, unloaded."""
    made = App(
        name="kvitt",
        version=__version__,
        help="Keep WooCommerce orders and Klarna orders in step. Start with: kvitt demo",
        help_epilogue=_EXIT_CODES,
        result_action="return_value",
        default_parameter=Parameter(show_default=False),
    )
    for name, (place, line) in COMMANDS.items():
        made.command(f"kvitt.cli.{place}", name=name, help=line if listing else None)
    made.register_install_completion_command(
        help="Install completion of commands and options for your shell (bash, zsh, fish)."
    )
    return made


app = make()


def load_all() -> None:
    """Load every command, for what shows them all with their own help."""
    for name in COMMANDS:
        app[name]


def main() -> None:
    """Run the command that was typed, and end with its exit code."""
    typed = sys.argv[1:]
    listing = not typed or (len(typed) == 1 and typed[0] in app.help_flags)
    # A lone dash would be taken for an option without a name.
    words = [STANDARD_INPUT if word == "-" else word for word in typed]
    try:
        code = (make(listing=True) if listing else app)(
            words, exit_on_error=False, print_error=False
        )
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

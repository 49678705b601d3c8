"""``kvitt user``: who may sign in to the console, and as what."""

import getpass
import sys
from typing import TYPE_CHECKING

from cyclopts import App
from rich.console import Console
from rich.table import Table

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

users = App(name="user", help="People who may sign in to the console.")
console = Console(highlight=False)


@users.command
def add(name: str, *, role: str = "viewer") -> None:
    """Add a person, asking for a password (or reading one line of standard input).

    Parameters
    ----------
    name
        What the person signs in with.
    role
        viewer, operator, manager or owner.
    """
    _set_up()
    from django.contrib.auth.models import User

    from kvitt.web.accounts import roles

    wanted = _role(role)
    if User.objects.filter(username=name).exists():
        raise ConfigurationError(f"{name} exists already: use kvitt user password {name}")
    user = User(username=name)
    user.set_password(_password(user))
    user.save()
    roles.give(user, roles.Role(wanted))
    console.print(f"{name} may sign in as {wanted}.")


@users.command
def password(name: str) -> None:
    """Give a person a new password."""
    _set_up()
    user = _user(name)
    user.set_password(_password(user))
    user.save()
    console.print(f"{name} has a new password.")


@users.command
def role(name: str, new_role: str) -> None:
    """Give a person another role: viewer, operator, manager or owner."""
    _set_up()
    from kvitt.web.accounts import roles

    wanted = _role(new_role)
    roles.give(_user(name), roles.Role(wanted))
    console.print(f"{name} is {wanted} now.")


@users.command(name="list")
def list_users() -> None:
    """List everybody who may sign in."""
    _set_up()
    from django.contrib.auth.models import User

    table = Table("name", "role", "last sign-in", box=None)
    for user in User.objects.order_by("username"):
        groups = ", ".join(group.name for group in user.groups.all())
        seen = f"{user.last_login:%Y-%m-%d %H:%M}" if user.last_login else "never"
        table.add_row(user.username, groups or "none", seen)
    console.print(table)


def _set_up() -> None:
    bootstrap.start_django(configuration.load_or_create())
    bootstrap.migrate()


def _role(name: str) -> str:
    from kvitt.web.accounts.roles import Role

    if name not in set(Role):
        raise ConfigurationError(f"{name!r} is not a role: choose one of {', '.join(Role)}")
    return name


def _user(name: str) -> "User":
    from django.contrib.auth.models import User

    user = User.objects.filter(username=name).first()
    if user is None:
        raise ConfigurationError(f"there is nobody called {name}: see kvitt user list")
    return user


def _password(user: "User") -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if sys.stdin.isatty():
        typed = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != typed:
            raise ConfigurationError("the two passwords differ: nothing was changed")
    else:
        typed = sys.stdin.readline().rstrip("\n")
    try:
        validate_password(typed, user)
    except ValidationError as error:
        raise ConfigurationError(" ".join(error.messages)) from None
    return typed

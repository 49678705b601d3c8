"""``kvitt user``: who may sign in to the console, and as what."""

import getpass
import sys
from typing import TYPE_CHECKING

from cyclopts import App
from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.cli.telling import AsJson, print_rows
from kvitt.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from kvitt.web.accounts.models import Membership

#: Takes a role away instead of giving one.
NO_ROLE = "none"

users = App(name="user", help="People who may sign in to the console.")
console = Console(highlight=False)


@users.command
def add(name: str, *, role: str = "viewer", shop: int | None = None) -> None:
    """Add a person, asking for a password (or reading one line of standard input).

    Example: kvitt user add anna --role owner

    Parameters
    ----------
    name
        What the person signs in with.
    role
        viewer, operator, manager or owner.
    shop
        The shop the role is for, by its number in `kvitt shop list`; else every shop.
    """
    _set_up()
    from django.contrib.auth.models import User

    from kvitt.web.accounts import roles

    wanted, where = _role(role), _shop(shop)
    if User.objects.filter(username=name).exists():
        raise ConfigurationError(f"{name} exists already: use kvitt user password {name}")
    user = User(username=name)
    user.set_password(_password(user))
    user.save()
    roles.give(user, roles.Role(wanted), shop=where)
    console.print(f"{name} may sign in as {wanted}.")


@users.command
def password(name: str) -> None:
    """Give a person a new password.

    Example: kvitt user password anna
    """
    _set_up()
    user = _user(name)
    user.set_password(_password(user))
    user.save()
    console.print(f"{name} has a new password.")


@users.command
def role(name: str, new_role: str, *, shop: int | None = None) -> None:
    """Give a person another role: viewer, operator, manager, owner, or none.

    Example: kvitt user role anna operator --shop 1

    Parameters
    ----------
    name
        What the person signs in with.
    new_role
        viewer, operator, manager or owner; none takes the role away.
    shop
        The shop the role is for, by its number in `kvitt shop list`; else every shop.
    """
    _set_up()
    from kvitt.web.accounts import roles

    user, where = _user(name), _shop(shop)
    if new_role == NO_ROLE:
        roles.take(user, shop=where)
    else:
        roles.give(user, roles.Role(_role(new_role)), shop=where)
    console.print(f"{name} is {_told_of(user) or 'nothing'} now.")


@users.command(name="list")
def list_users(*, as_json: AsJson = False) -> None:
    """List everybody who may sign in.

    Example: kvitt user list
    """
    _set_up()
    from django.contrib.auth.models import User

    rows = [
        {
            "name": user.username,
            "role": _told_of(user) or "none",
            "last sign-in": f"{user.last_login:%Y-%m-%d %H:%M}" if user.last_login else "never",
        }
        for user in User.objects.order_by("username")
    ]
    print_rows(rows, as_json=as_json, nothing="Nobody may sign in yet: kvitt user add NAME")


def _told_of(user: "User") -> str:
    from kvitt.web.accounts.models import Membership

    held = Membership.objects.filter(user=user).select_related("shop").order_by("pk")
    return ", ".join(_told(member) for member in held)


def _told(member: "Membership") -> str:
    return f"{member.role} of {member.shop.name}" if member.shop else member.role


def _shop(shop: int | None) -> int | None:
    from kvitt.adapters.database.models import Shop

    if shop is not None and not Shop.objects.filter(pk=shop).exists():
        raise ConfigurationError(f"there is no shop {shop}: see kvitt shop list")
    return shop


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

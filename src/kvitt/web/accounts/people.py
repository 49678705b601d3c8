"""Accounts as their owners see them: invite, give and take roles, close, open again.

The law: somebody changes roles only in shops where they are an owner, and closes
accounts or resets what they sign in with only as an owner of every shop. One open
account always remains an owner of every shop. What cannot be done is ``NotAllowedNow``.

What an invitation or a reset hands out is a link that works once, for three days, shown
to the owner who asked for it and sent by nobody.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kvitt.domain.errors import NotAllowedNow
from kvitt.web.accounts import factor, roles, sessions
from kvitt.web.accounts.models import Invitation, Membership, SecondFactor
from kvitt.web.accounts.rights import Right, Role

logger = logging.getLogger(__name__)

#: How long the link of an invitation works.
INVITED_FOR = timedelta(days=3)
_TOKEN_BYTES = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """An account as a list shows it."""

    user: User
    #: Only those in shops the reader owns, and those in every shop.
    memberships: tuple[Membership, ...]
    second_factor: bool


def anybody() -> bool:
    """Say whether there is an account at all; an installation begins without one."""
    return User.objects.exists()


def people_for(owner: User) -> tuple[Person, ...]:
    """Return the accounts an owner may know of: all, or those with a role in their shops."""
    users = list(_known_to(owner).order_by("username"))
    held = Membership.objects.filter(user__in=users).select_related("shop").order_by("pk")
    shops = roles.shops_of(owner, Right.PEOPLE)
    confirmed = SecondFactor.objects.filter(user__in=users, confirmed_at__isnull=False)
    protected = set(confirmed.values_list("user", flat=True))
    return tuple(
        Person(
            user=user,
            memberships=tuple(
                one
                for one in held
                if one.user_id == user.pk
                and (shops is None or one.shop_id is None or one.shop_id in shops)
            ),
            second_factor=user.pk in protected,
        )
        for user in users
    )


def person_for(owner: User, user_id: int) -> Person | None:
    """Return one account, if the owner may know of it."""
    return next((one for one in people_for(owner) if one.user.pk == user_id), None)


@transaction.atomic
def set_role(owner: User, user: User, role: Role | None, *, shop: int | None) -> None:
    """Give a role in a shop, or in every shop; None takes it. Raises NotAllowedNow."""
    _check_owns(owner, shop)
    if role is None:
        roles.take(user, shop=shop)
    else:
        roles.give(user, role, shop=shop)
    if shop is None:
        _check_an_owner_is_left()
    logger.info(
        "a role was changed",
        extra={"user": user.pk, "by": owner.pk, "shop": shop, "role": role or "none"},
    )


@transaction.atomic
def close(owner: User, user: User) -> None:
    """Let an account sign in no more, and end its sessions. Raises NotAllowedNow."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    _check_an_owner_is_left()
    sessions.end(user)
    logger.info("an account was closed", extra={"user": user.pk, "by": owner.pk})


def reopen(owner: User, user: User) -> None:
    """Let an account sign in again."""
    User.objects.filter(pk=user.pk).update(is_active=True)
    logger.info("an account was opened again", extra={"user": user.pk, "by": owner.pk})


def remove_second_factor(owner: User, user: User) -> None:
    """Let somebody who lost their authenticator sign in with the password alone."""
    factor.remove(user)
    sessions.end(user)
    logger.info("a second factor was removed", extra={"user": user.pk, "by": owner.pk})


def invite(owner: User, role: Role, *, shop: int | None, now: datetime) -> str:
    """Return the token of a link by which somebody makes an account in this role.

    Raises NotAllowedNow.
    """
    _check_owns(owner, shop)
    logger.info("somebody was invited", extra={"by": owner.pk, "shop": shop, "role": role})
    return _hand_out(Invitation(role=role.value, shop_id=shop, expires_at=now + INVITED_FOR))


def invite_to_new_password(owner: User, user: User, *, now: datetime) -> str:
    """Return the token of a link by which somebody chooses a new password."""
    Invitation.objects.filter(user=user).delete()
    logger.info("a new password was allowed", extra={"user": user.pk, "by": owner.pk})
    return _hand_out(Invitation(user=user, expires_at=now + INVITED_FOR))


def invitation_of(token: str, *, now: datetime) -> Invitation | None:
    """Return the invitation that a link stands for, while it works."""
    found = Invitation.objects.filter(digest=_digest(token), expires_at__gt=now)
    return found.select_related("user", "shop").first()


@transaction.atomic
def accept(invitation: Invitation, *, name: str, password: str) -> User | None:
    """Make the account, or give the new password; None where the link was used meanwhile."""
    # The row count says which of two requests came first.
    gone, _counts = Invitation.objects.filter(pk=invitation.pk).delete()
    if not gone:
        return None
    user = invitation.user or User(username=name)
    user.set_password(password)
    user.save()
    sessions.end(user)
    if invitation.role:
        roles.give(user, Role(invitation.role), shop=invitation.shop_id)
    logger.info("an invitation was accepted", extra={"user": user.pk})
    return user


def forget(*, now: datetime) -> int:
    """Delete the invitations that are over; return how many."""
    gone, _counts = Invitation.objects.filter(expires_at__lte=now).delete()
    return gone


def _known_to(owner: User) -> "QuerySet[User]":
    shops = roles.shops_of(owner, Right.PEOPLE)
    if shops is None:
        return User.objects.all()
    here = Q(memberships__shop__in=shops) | Q(memberships__shop=None)
    return User.objects.filter(here, memberships__isnull=False).distinct()


def _check_owns(owner: User, shop: int | None) -> None:
    owns = (
        roles.may_everywhere(owner, Right.PEOPLE)
        if shop is None
        else roles.may(owner, Right.PEOPLE, shop)
    )
    if not owns:
        raise NotAllowedNow("not_an_owner", _("You give roles only where you are an owner."))


def _check_an_owner_is_left() -> None:
    owners = Membership.objects.filter(shop=None, role=Role.OWNER, user__is_active=True)
    if not (owners.exists() or User.objects.filter(is_superuser=True, is_active=True).exists()):
        raise NotAllowedNow(
            "last_owner",
            _("Somebody has to remain an owner of every shop: make another one first."),
        )


def _hand_out(invitation: Invitation) -> str:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    invitation.digest = _digest(token)
    invitation.save()
    return token


def _digest(token: str) -> str:
    return sha256(f"invitation:{token}".encode()).hexdigest()

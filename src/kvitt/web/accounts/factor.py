"""The second factor: codes of an authenticator (RFC 6238), and recovery codes.

The law: a code is taken once. Of an authenticator's codes that of this half minute, the
one before and the one after are taken, and none that is not newer than the last one
taken; a recovery code is used up by one conditional update. Secrets are sealed, recovery
codes are kept as digests.

The code itself is computed by ``cryptography``; the picture to scan by ``segno``, here,
so that the secret is sent to nobody.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from kvitt.adapters.database.vault import Vault
from kvitt.web.accounts.models import RecoveryCode, SecondFactor

ISSUER = "kvitt"
_SECONDS = 30
_DIGITS = 6
#: As RFC 4226 asks: 160 bits.
_SECRET_BYTES = 20
_CODES = 10
#: 120 bits: twenty-four letters and digits.
_CODE_BYTES = 15
_GROUP = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """What somebody needs to set their authenticator up."""

    #: For typing, in groups of four.
    secret: str = field(repr=False)
    #: The same to scan, as an SVG element.
    picture: str = field(repr=False)


def is_on(user: User) -> bool:
    """Say whether the user signs in with a second factor."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def begin(user: User) -> Beginning:
    """Return what is to be scanned: made anew, or begun and not yet confirmed."""
    factor, _ = SecondFactor.objects.get_or_create(
        user=user, defaults={"secret_sealed": _sealed(user, secrets.token_bytes(_SECRET_BYTES))}
    )
    key = _opened(user, factor)
    typed = base64.b32encode(key).decode("ascii").rstrip("=")
    uri = _totp(key).get_provisioning_uri(user.get_username(), ISSUER)
    picture = segno.make(uri, micro=False, error="m")
    return Beginning(
        secret=_grouped(typed),
        picture=picture.svg_inline(scale=4, light="#fff", svgclass=None, lineclass=None),
    )


@transaction.atomic
def confirm(user: User, code: str, *, now: datetime) -> tuple[str, ...]:
    """Switch the second factor on, where the code is right; return the recovery codes.

    Nothing is returned and nothing changed where the code is wrong.
    """
    if is_on(user) or not take_code(user, code, now=now):
        return ()
    SecondFactor.objects.filter(user=user).update(confirmed_at=now)
    return renew_codes(user)


@transaction.atomic
def renew_codes(user: User) -> tuple[str, ...]:
    """Make new recovery codes; the old ones open nothing from now on."""
    RecoveryCode.objects.filter(user=user).delete()
    codes = tuple(_new_code() for _ in range(_CODES))
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, code)) for code in codes
    )
    return codes


@transaction.atomic
def remove(user: User) -> None:
    """Switch the second factor off, and forget its codes."""
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


def check(user: User, code: str, *, now: datetime) -> bool:
    """Say whether this is a code of the authenticator or an unused recovery code."""
    return take_code(user, code, now=now) or _take_recovery_code(user, code, now=now)


def take_code(user: User, code: str, *, now: datetime) -> bool:
    """Take a code of the authenticator, once."""
    typed = "".join(code.split())
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None or not (typed.isascii() and typed.isdigit()):
        return False
    step = _step_of(_opened(user, factor), typed, now=now)
    if step is None:
        return False
    # Two requests with the same code: the row count says which of them came first.
    newer = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
    return newer.update(last_step=step) == 1


def codes_left(user: User) -> int:
    """Return how many recovery codes are unused."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _take_recovery_code(user: User, code: str, *, now: datetime) -> bool:
    unused = RecoveryCode.objects.filter(user=user, used_at=None, digest=_digest(user, code))
    return unused.update(used_at=now) == 1


def _step_of(key: bytes, typed: str, *, now: datetime) -> int | None:
    """Return the half minute whose code this is, if it is near enough."""
    present = int(now.timestamp()) // _SECONDS
    totp = _totp(key)
    found = None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(totp.generate(step * _SECONDS), typed.encode("ascii")):
            found = step
    return found


def _totp(key: bytes) -> TOTP:
    # SHA-1 is what authenticators assume; as an HMAC it is not weakened (RFC 6238 §1.2).
    return TOTP(key, _DIGITS, SHA1(), _SECONDS)  # noqa: S303


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode("ascii")
    return _grouped(text)


def _grouped(text: str) -> str:
    groups = (text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
    return " ".join(groups)


def _digest(user: User, code: str) -> str:
    """Digest a recovery code, however it was typed."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return sha256(f"recovery:{user.pk}:{plain}".encode()).hexdigest()


def _sealed(user: User, key: bytes) -> str:
    text = base64.b64encode(key).decode("ascii")
    return Vault.of(settings.KVITT).seal(text, context=context_of(user.pk))


def _opened(user: User, factor: SecondFactor) -> bytes:
    vault = Vault.of(settings.KVITT)
    return base64.b64decode(vault.open(factor.secret_sealed, context=context_of(user.pk)))


def context_of(user_id: int) -> str:
    """Return what the secret of a person's authenticator is sealed for."""
    return f"second factor of account {user_id}"

"""The file of encryption keys: read, added to, put in another order, shortened.

The law: the first key seals, all open. The file is replaced whole and at once, readable
by its owner only, and no function returns or prints a key. Where the keys come from the
environment there is no file, and whoever keeps the environment does by hand what the
functions here would do.
"""

import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from kvitt.domain.errors import ConfigurationError
from kvitt.settings import ENCRYPTION_FILE, KEY_BYTES, OWNER_ONLY, Settings

#: One that seals and one that is being replaced.
MOST_KEYS = 2
_MARK = 8


def marks(settings: Settings) -> tuple[str, ...]:
    """Return a short mark of each key, the sealing one first: it tells keys apart only."""
    return tuple(_mark(key.get_secret_value()) for key in settings.encryption_keys)


def add(settings: Settings) -> str:
    """Add a new key behind the present one, where it opens and does not seal yet.

    Returns its mark. Raises ConfigurationError.
    """
    keys = _keys(settings)
    if len(keys) >= MOST_KEYS:
        raise ConfigurationError(
            "a rotation is under way: finish it with kvitt keys rotate and kvitt keys drop"
        )
    new = new_key()
    _waiting(settings).write_text(_mark(new), encoding="ascii")
    _write(settings, [*keys, new])
    return _mark(new)


def promote(settings: Settings) -> bool:
    """Have a key that was added seal from now on, unless it does; say whether it was so.

    Raises ConfigurationError.
    """
    waiting = _waiting(settings)
    if not waiting.exists():
        return False
    keys = _keys(settings)
    # After a crash between the two steps below the key is in front already.
    if fresh := _mark(keys[-1]) == waiting.read_text(encoding="ascii"):
        _write(settings, [keys[-1], *keys[:-1]])
    waiting.unlink()
    return fresh


def is_waiting(settings: Settings) -> bool:
    """Say whether a key was added that does not seal yet."""
    return _waiting(settings).exists()


def keep_first(settings: Settings) -> None:
    """Forget every key but the one that seals."""
    _write(settings, _keys(settings)[:1])


def new_key() -> str:
    """Return a new key, as the settings take it."""
    return urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def path_of(settings: Settings) -> Path:
    """Return where the file is."""
    return settings.data_dir / ENCRYPTION_FILE


def _waiting(settings: Settings) -> Path:
    """Return the file that names the key which was added and does not seal yet."""
    return path_of(settings).with_suffix(".waiting")


def _keys(settings: Settings) -> list[str]:
    path = path_of(settings)
    try:
        keys = path.read_text(encoding="ascii").split()
    except FileNotFoundError:
        keys = []
    used = " ".join(key.get_secret_value() for key in settings.encryption_keys)
    if not hmac.compare_digest(" ".join(keys), used):
        raise ConfigurationError(
            "the keys come from KVITT_ENCRYPTION_KEYS and not from a file: change them there "
            "(kvitt keys make prints a new one; the first of them seals, all open)"
        )
    return keys


def _write(settings: Settings, keys: list[str]) -> None:
    """Replace the file, so that a power loss leaves the old one or the new one."""
    path = path_of(settings)
    with NamedTemporaryFile("w", encoding="ascii", dir=path.parent, delete=False) as file:
        os.fchmod(file.fileno(), OWNER_ONLY)
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def _mark(key: str) -> str:
    return sha256(f"mark:{key}".encode()).hexdigest()[:_MARK]

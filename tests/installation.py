"""The installation that the tests run in: a data directory and keys of its own.

The law: this is a module and not a conftest, because pytest loads each conftest under a name
of its own and forgets others that are called ``conftest``: one that a test imports is a
second copy, made in the middle of the run and dropped with all that it owns.
"""

import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings as django_settings

from kvitt import settings as configuration

#: 32 bytes, Base64; invented.
ENCRYPTION_KEY = "a3ZpdHQtdGVzdHMta3ZpdHQtdGVzdHMta3ZpdHQtISE="


def begin() -> Path:
    """Give this process, and those it starts, settings that no machine's own reach into.

    Returns the data directory, for ``end``.
    pytest-django reads Django's settings before any conftest; what it read is replaced.
    """
    for name in [name for name in os.environ if name.startswith(configuration.PREFIX)]:
        # KVITT_TEST_… tells the tests themselves something: where the browser is.
        if not name.startswith("KVITT_TEST_"):
            del os.environ[name]
    data_dir = tempfile.mkdtemp(prefix="kvitt-tests-")
    os.environ["KVITT_DATA_DIR"] = data_dir
    os.environ["KVITT_SECRET_KEY"] = "the tests sign with this and nothing else does"
    os.environ["KVITT_ENCRYPTION_KEYS"] = ENCRYPTION_KEY
    os.environ["KVITT_ENVIRONMENT"] = "playground"
    configuration.install(configuration.load())
    django_settings.KVITT = configuration.current()
    django_settings.SECRET_KEY = os.environ["KVITT_SECRET_KEY"]
    # Passwords of tests cost nothing; what real ones cost is looked at by tests/security.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Path(data_dir)


def end(data_dir: Path) -> None:
    """Take the data directory away; a thread that still writes there stops nothing."""
    shutil.rmtree(data_dir, ignore_errors=True)

"""What the comparison with the database needs."""

import pytest
from cryptography.fernet import Fernet

from kvitt.adapters.database.vault import Vault


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key()])

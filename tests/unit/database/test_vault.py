"""What is sealed, and how keys are replaced and lost."""

import pytest
from cryptography.fernet import Fernet

from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import ConfigurationError

OLD, NEW = Fernet.generate_key(), Fernet.generate_key()


def test_what_is_sealed_opens_and_is_not_readable() -> None:
    """The text comes back, and the sealed text does not show it."""
    sealed = Vault([OLD]).seal("cs_öppna", context="shop 1")

    assert "cs_" not in sealed
    assert Vault([OLD]).open(sealed, context="shop 1") == "cs_öppna"


def test_keys_are_replaced_without_a_pause() -> None:
    """A new key in front seals, and the old one still opens what it sealed."""
    sealed = Vault([OLD]).seal("secret", context="shop 1")
    resealed = Vault([NEW, OLD]).rotate(sealed)

    assert Vault([NEW, OLD]).open(sealed, context="shop 1") == "secret"
    assert Vault([NEW]).open(resealed, context="shop 1") == "secret"
    assert [Vault([NEW, OLD]).place_of(text) for text in (resealed, sealed, "")] == [0, 1, -1]


@pytest.mark.parametrize(
    ("sealed", "context"),
    [
        (Vault([OLD]).seal("secret", context="shop 1"), "shop 1"),
        (Vault([NEW]).seal("secret", context="shop 2"), "shop 1"),
        ("", "shop 1"),
        ("not sealed", "shop 1"),
    ],
    ids=["lost key", "another shop's", "empty", "garbage"],
)
def test_what_does_not_open_is_an_error(sealed: str, context: str) -> None:
    """A lost key or a moved text is said, and never taken for an empty secret."""
    with pytest.raises(ConfigurationError):
        Vault([NEW]).open(sealed, context=context)


def test_a_text_under_a_lost_key_is_not_sealed_anew() -> None:
    """Replacing keys stops at what no key opens."""
    with pytest.raises(ConfigurationError, match="put back the keys"):
        Vault([NEW]).rotate(Vault([OLD]).seal("secret", context="shop 1"))


@pytest.mark.parametrize("keys", [[], [b"short"]])
def test_a_vault_needs_a_whole_key(keys: list[bytes]) -> None:
    """No key and a damaged key stop at start-up."""
    with pytest.raises(ConfigurationError):
        Vault(keys)


def test_a_vault_does_not_show_its_keys() -> None:
    """What a vault looks like in an error page is nothing."""
    assert OLD.decode() not in repr(Vault([OLD]))

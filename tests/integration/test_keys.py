"""Replacing the encryption key: everything is sealed anew, and nothing is lost on the way."""

import stat
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.utils import timezone

from browser import console_orders
from kvitt.adapters import keyring
from kvitt.adapters.database import sealed
from kvitt.adapters.database.details import OrderReader
from kvitt.adapters.database.inbox import Inbox, Received
from kvitt.adapters.database.models import Delivery, DeliveryState, OrderTerm, Shop
from kvitt.adapters.database.repositories import AccountRepository, ShopRepository
from kvitt.adapters.database.vault import Vault
from kvitt.domain.errors import ConfigurationError
from kvitt.domain.ids import ShopId
from kvitt.settings import ENCRYPTION_FILE, Settings, load, load_or_create
from kvitt.web.accounts import factor
from running import command, environment

OLD, NEW = Fernet.generate_key(), Fernet.generate_key()
#: What the tests' installation has sealed with (conftest.py).
FIRST = b"a3ZpdHQtdGVzdHMta3ZpdHQtdGVzdHMta3ZpdHQtISE="


@pytest.fixture
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an installation that keeps its keys in a file."""
    monkeypatch.delenv("KVITT_ENCRYPTION_KEYS")
    return load_or_create(data_dir=tmp_path)


def again(settings: Settings) -> Settings:
    """Read the settings as a process that starts now would."""
    return load(data_dir=settings.data_dir)


def test_a_rotation_from_the_first_step_to_the_last(own_keys: Settings) -> None:
    """The new key opens first, then seals, and at last is the only one."""
    old = own_keys.encryption_keys[0].get_secret_value()

    mark = keyring.add(own_keys)
    added = again(own_keys)
    assert keyring.marks(added) == (keyring.marks(own_keys)[0], mark)
    assert added.encryption_keys[0].get_secret_value() == old

    assert keyring.promote(added)
    promoted = again(own_keys)
    assert keyring.marks(promoted)[0] == mark
    assert not keyring.promote(promoted), "a second rotation must not go back"

    keyring.keep_first(promoted)
    assert keyring.marks(again(own_keys)) == (mark,)
    mode = (own_keys.data_dir / ENCRYPTION_FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_third_key_is_not_added(own_keys: Settings) -> None:
    """A rotation is finished before another begins."""
    keyring.add(own_keys)

    with pytest.raises(ConfigurationError, match="under way"):
        keyring.add(again(own_keys))


def test_a_crash_in_the_middle_of_a_rotation_is_no_step_back(own_keys: Settings) -> None:
    """Stopped between its two steps, promoting goes on where it was."""
    mark = keyring.add(own_keys)
    keyring.promote(again(own_keys))
    (own_keys.data_dir / "encryption.waiting").write_text(mark)

    assert not keyring.promote(again(own_keys))
    assert keyring.marks(again(own_keys))[0] == mark


def test_keys_of_the_environment_are_not_changed_in_a_file(
    own_keys: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the environment holds the keys, the way to change them there is said."""
    monkeypatch.setenv("KVITT_ENCRYPTION_KEYS", keyring.new_key())

    with pytest.raises(ConfigurationError, match="kvitt keys make"):
        keyring.add(again(own_keys))


@pytest.mark.django_db
def test_everything_sealed_is_sealed_anew() -> None:
    """Credentials, orders, bodies, webhooks and second factors open with the new key alone."""
    now = timezone.now()
    stall = console_orders.open_stall(now)
    order = console_orders.held(stall)
    factor.begin(User.objects.create(username="anna"))
    Inbox(Vault([FIRST])).store([_unreadable(stall.shop)], {}, now=now)

    done = sealed.reseal(Vault([NEW, FIRST]))

    new = Vault([NEW])
    assert done.texts == done.changed > 8
    assert sealed.count_by_key(new) == {0: done.texts}
    assert sealed.reseal(Vault([NEW, FIRST])).changed == 0
    shop, account = (
        Shop.objects.get(),
        AccountRepository(new, lambda: now).account(stall.account),
    )
    keys = ShopRepository(new, lambda: now).store_credentials(shop)
    assert (keys.consumer_key, keys.consumer_secret) == ("ck_1", "cs_1")
    assert AccountRepository(new, lambda: now).credentials(account).password == "secret"
    order.refresh_from_db()
    assert OrderReader(new).detail(order).snapshot.store is not None


def test_every_table_is_looked_at() -> None:
    """A column that holds sealed text is found by its name, in every table there is."""
    found = {f"{model.__name__}.{name}" for model, name in sealed.columns()}

    assert {
        "Shop.consumer_secret_sealed",
        "KlarnaAccount.password_sealed",
        "Order.store_sealed",
        "IntentRow.body_sealed",
        "Delivery.body_sealed",
        "SecondFactor.secret_sealed",
    } <= found


@pytest.mark.django_db
def test_a_text_under_a_lost_key_stops_the_rotation() -> None:
    """What opens with no key is counted, and is not overwritten."""
    console_orders.open_stall(timezone.now())

    assert sealed.count_by_key(Vault([NEW]))[-1] == 5
    with pytest.raises(ConfigurationError, match="put back the keys"):
        sealed.reseal(Vault([NEW, OLD]))


@pytest.mark.django_db
def test_orders_are_found_by_address_after_the_old_key_is_gone() -> None:
    """The marks that an e-mail address is found by are made anew as well."""
    stall = console_orders.open_stall(timezone.now())
    console_orders.held(stall)
    before = set(OrderTerm.objects.values_list("term", flat=True))
    (mark,) = Vault([FIRST]).marks("astrid@example.test")[:1]

    sealed.reseal(Vault([NEW, FIRST]))

    after = set(OrderTerm.objects.values_list("term", flat=True))
    assert mark not in after
    assert after >= {term for term in before if len(term) != len(mark)}


def test_the_commands_lead_through_a_rotation(tmp_path: Path) -> None:
    """Each step of the installed command names the next, and none can be left out."""

    def run(word: str) -> str:
        done = subprocess.run(
            [str(command()), "keys", word],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=environment(KVITT_DATA_DIR=str(tmp_path)),
        )
        return done.stdout + done.stderr

    said = [run(word) for word in ("add", "drop", "rotate", "drop")]

    assert "kvitt keys rotate" in said[0]
    assert "the new key seals nothing yet" in said[1]
    assert "kvitt keys drop" in said[2]
    assert "One key is left" in said[3]
    (left,) = (tmp_path / ENCRYPTION_FILE).read_text().split()
    assert left not in "".join(said)


def _unreadable(shop: Shop) -> Received:
    return Received(
        shop=ShopId(shop.pk),
        received_at=timezone.now() - timedelta(hours=1),
        topic="order.updated",
        body_sha256="0" * 64,
        state=DeliveryState.UNREADABLE,
        body=b"\xff not JSON",
    )


@pytest.mark.django_db
def test_what_is_sealed_as_bytes_opens_as_it_did() -> None:
    """A body that could not be read is a column of bytes, and stays what it was."""
    stall = console_orders.open_stall(timezone.now())
    Inbox(Vault([FIRST])).store([_unreadable(stall.shop)], {}, now=timezone.now())

    sealed.reseal(Vault([NEW, FIRST]))

    kept = bytes(Delivery.objects.get().body_sealed or b"").decode("ascii")
    assert Vault([NEW]).open(kept, context=f"delivery {'0' * 64}") == "ÿ not JSON"

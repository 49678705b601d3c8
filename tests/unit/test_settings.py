"""What an installation is told, and what it says of what cannot work."""

import stat
from pathlib import Path

import pytest

from kvitt import settings
from kvitt.domain.errors import ConfigurationError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an installation that is told nothing but where its data lives."""
    for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "ENVIRONMENT", "CONFIG"):
        monkeypatch.delenv(f"KVITT_{name}", raising=False)
    monkeypatch.setenv("KVITT_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_nothing_needs_to_be_set(home: Path) -> None:
    """Every setting has a default; the database is a file in the data directory."""
    read = settings.load()

    assert read.database == f"sqlite:///{home / 'kvitt.sqlite3'}"
    assert (read.environment, read.debug) == ("live", False)


def test_reading_writes_nothing(home: Path) -> None:
    """Only a start makes files."""
    settings.load()

    assert not home.exists()


def test_a_first_start_makes_keys_that_only_their_owner_reads(home: Path) -> None:
    """Both keys are made with mode 0600, in a directory of mode 0700."""
    made = settings.load_or_create()

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in home.iterdir()}
    assert modes == {"secret.key": 0o600, "encryption.keys": 0o600}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert made.secret_key.get_secret_value()
    assert len(made.encryption_keys) == 1


def test_a_second_start_has_the_same_keys(home: Path) -> None:
    """What was sealed and signed before still opens."""
    first, second = settings.load_or_create(), settings.load_or_create()

    assert home.is_dir()
    assert first == second


def test_keys_that_are_given_are_not_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With both keys in the environment no key is written to disk."""
    monkeypatch.setenv("KVITT_SECRET_KEY", "given")
    monkeypatch.setenv("KVITT_ENCRYPTION_KEYS", f"{'a' * 43}= {'b' * 43}=")
    made = settings.load_or_create()

    assert list(home.iterdir()) == []
    assert len(made.encryption_keys) == 2


def test_the_environment_comes_before_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file sets what the environment does not."""
    home.mkdir()
    file = home / "kvitt.toml"
    file.write_text('port = 8100\nworker_threads = 7\nallowed_hosts = ["a.example"]\n')
    monkeypatch.setenv("KVITT_CONFIG", str(file))
    monkeypatch.setenv("KVITT_PORT", "8200")
    read = settings.load()

    assert (read.port, read.worker_threads, read.allowed_hosts) == (8200, 7, ("a.example",))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"port": "99999"}, "KVITT_PORT"),
        ({"environment": "production"}, "KVITT_ENVIRONMENT"),
        ({"public_url": "kvitt.example.com"}, "KVITT_PUBLIC_URL"),
        ({"encryption_keys": "hunter2"}, "KVITT_ENCRYPTION_KEYS"),
        ({"broker_url": "kafka://:hunter2@broker"}, "KVITT_BROKER_URL"),
        ({"engine": "celery"}, "KVITT_DATABASE_URL"),
        (
            {"engine": "celery", "database_url": "postgresql://kvitt:hunter2@db/kvitt"},
            "KVITT_BROKER_URL",
        ),
        ({"prot": 1}, "KVITT_PROT"),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_setting_that_cannot_work_is_named(given: dict[str, object], named: str) -> None:
    """The message names the setting, and never repeats a value that may be secret."""
    with pytest.raises(ConfigurationError, match=named) as raised:
        settings.load(**given)

    assert "hunter2" not in str(raised.value)


def test_a_damaged_key_file_stops_the_start(home: Path) -> None:
    """A key that was cut off is said, before anything is sealed with it."""
    home.mkdir()
    (home / "encryption.keys").write_text("abc\n")

    with pytest.raises(ConfigurationError, match="backup"):
        settings.load()


@pytest.mark.usefixtures("home")
def test_https_is_what_the_public_address_says() -> None:
    """Cookies are bound to TLS where browsers reach us over it, and the name is allowed."""
    public = settings.load(public_url="https://kvitt.example.com/")
    local = settings.load()

    assert (public.https, local.https) == (True, False)
    assert "kvitt.example.com" in public.hosts


@pytest.mark.usefixtures("home")
def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are printed or logged hold no key and no password."""
    monkeypatch.setenv("KVITT_SECRET_KEY", "s3cret-key")
    monkeypatch.setenv("KVITT_DATABASE_URL", "postgresql://kvitt:s3cret-pw@db/kvitt")
    monkeypatch.setenv("KVITT_BROKER_URL", "amqp://kvitt:s3cret-pw@broker/kvitt")

    assert "s3cret" not in repr(settings.load())


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"allow_local": True}, "for development"),
        ({"klarna_url": "http://127.0.0.1:8400", "environment": "playground"}, "ALLOW_LOCAL"),
    ],
)
def test_what_is_for_development_stays_out_of_live(given: dict[str, object], says: str) -> None:
    """An installation that moves real money calls no shop on its own machine."""
    with pytest.raises(ConfigurationError, match=says):
        settings.load(**given)


@pytest.mark.usefixtures("home")
def test_the_demo_and_the_switch_reach_this_machine() -> None:
    """Nothing else does."""
    assert settings.load(environment="demo").reaches_local
    assert settings.load(environment="playground", allow_local=True).reaches_local
    assert not settings.load(environment="playground").reaches_local

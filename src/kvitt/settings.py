"""What an installation is told by its environment and its file, read once.

One frozen ``Settings``. Every field may be given as ``KVITT_<NAME>`` in the
environment, or in the TOML file that ``KVITT_CONFIG`` names; the environment
wins. Reading never writes; ``load_or_create`` also makes the data directory
and the two keys that are missing, readable by their owner only.
"""

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from kvitt.domain.errors import ConfigurationError

PREFIX = "KVITT_"
SIGNING_FILE = "secret.key"
ENCRYPTION_FILE = "encryption.keys"
#: Its time is when the last backup was made.
BACKUP_STAMP = "last-backup"
#: Marks a folder that the demo has made: what opens it there is the demo, and no other.
DEMO_MARK = "kvitt-demo"
KEY_BYTES = 32
SIGNING_BYTES = 48
OWNER_ONLY = 0o600


class Environment(StrEnum):
    """Which money this installation moves, as the banner on every page says."""

    DEMO = "demo"
    PLAYGROUND = "playground"
    LIVE = "live"


class LogLevel(StrEnum):
    """From which severity on lines are written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Engine(StrEnum):
    """What drives the queue."""

    #: Threads of the serving process.
    THREADS = "threads"
    #: Processes on any number of machines, which a broker wakes.
    CELERY = "celery"


def _data_home() -> Path:
    # https://specifications.freedesktop.org/basedir-spec/latest/
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "kvitt"


class Settings(BaseSettings):
    """One installation's settings. Every one has a default: nothing must be set."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid"
    )

    #: Where the database and the keys live.
    data_dir: Path = Field(default_factory=_data_home)
    #: ``sqlite:///path`` or ``postgresql://user:password@host:port/name``;
    #: empty is an SQLite file in the data directory.
    database_url: SecretStr = SecretStr("")
    #: Signs sessions and forms. Made and kept in the data directory where not given.
    secret_key: SecretStr = SecretStr("")
    #: Encrypt credentials: the first seals, all open. Base64 of 32 bytes each.
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()

    #: Address to listen at; behind a proxy on the same machine, leave it.
    host: str = "127.0.0.1"
    #: Port to listen at.
    port: int = Field(default=8000, ge=0, le=65535)
    #: Processes of the web server. One is enough for thousands of webhooks a second.
    workers: int = Field(default=1, ge=1, le=64)
    #: Requests answered at once by each process.
    threads: int = Field(default=16, ge=1, le=256)
    #: Names this console is reached by, besides the one of ``public_url``.
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ("localhost", "127.0.0.1", "[::1]")
    #: Where browsers and shops reach us; ``https`` here makes cookies secure.
    public_url: str = ""
    #: A proxy in front of us ends TLS and sets ``X-Forwarded-Proto`` itself.
    behind_proxy: bool = False

    #: Who works on orders: threads of ``kvitt serve``, or celery on many machines.
    engine: Engine = Engine.THREADS
    #: ``redis://host:6379/0`` or ``amqp://user:password@host:5672/vhost``, for Celery only.
    broker_url: SecretStr = SecretStr("")
    #: Orders worked on at once; with Celery, by each ``kvitt work``.
    worker_threads: int = Field(default=4, ge=1, le=256)
    #: Orders of one shop worked on at once: a small PHP host takes one or two.
    shop_concurrency: int = Field(default=2, ge=1, le=256)
    #: How often the queue is asked when nothing rings.
    poll_seconds: float = Field(default=1.0, gt=0, le=3600)
    #: Longer than the longest chain of calls for one order, or two workers may meet there.
    lease_seconds: float = Field(default=300.0, ge=10, le=86400)
    #: How long records of webhooks are kept.
    delivery_days: int = Field(default=14, ge=1, le=3650)

    #: ``smtp://host``, ``smtp+tls://user:password@host:587`` (STARTTLS) or ``smtps://…``;
    #: ``file:///folder`` keeps mail instead of sending it. Empty: nobody is written to.
    mail_url: SecretStr = SecretStr("")
    #: Who mail is from.
    mail_from: str = "kvitt@localhost"
    #: A ``kvitt.Hooks`` that adjusts what Klarna is sent, as ``module:name``.
    hooks: str = ""

    #: demo, playground or live: the banner on every page, and whether live accounts may be
    #: connected.
    environment: Environment = Environment.LIVE
    #: Development only: shops, and a practice Klarna, on this machine may be called, by
    #: plain http too. The demo may always.
    allow_local: bool = False
    #: Development only: a practice Klarna on this machine, in place of Klarna's own hosts.
    klarna_url: str = ""
    #: Certificates (PEM) that are trusted besides the system's, for a shop with its own.
    ca_file: Path | None = None
    #: From which weight on lines are logged: DEBUG, INFO, WARNING or ERROR.
    log_level: LogLevel = LogLevel.INFO
    #: Development only: pages of errors show the code.
    debug: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what the caller says, then the environment, then the file."""
        del dotenv_settings, file_secret_settings
        file = os.environ.get(f"{PREFIX}CONFIG")
        if not file:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)

    @field_validator("allowed_hosts", "encryption_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Read a list written as words with commas or spaces between."""
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("public_url", "klarna_url")
    @classmethod
    def _reachable(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be like https://kvitt.example.com")
        return value.rstrip("/")

    @field_validator("broker_url")
    @classmethod
    def _brokered(cls, value: SecretStr) -> SecretStr:
        scheme = value.get_secret_value().partition("://")[0]
        if scheme not in {"", "redis", "rediss", "amqp", "amqps"}:
            raise ValueError("must be like redis://host:6379/0 or amqp://user:password@host")
        return value

    @field_validator("mail_url")
    @classmethod
    def _posted(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        place = parts.path if parts.scheme == "file" else parts.hostname
        known = parts.scheme in {"", "smtp", "smtp+tls", "smtps", "file"}
        if not known or (parts.scheme and not place):
            raise ValueError("must be like smtp+tls://user:password@mail.example.com:587")
        return value

    @field_validator("encryption_keys")
    @classmethod
    def _whole(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in keys:
            if not _is_key(key.get_secret_value()):
                raise ValueError("each must be the URL-safe Base64 of 32 bytes")
        return keys

    @model_validator(mode="after")
    def _real_money_stays_out(self) -> Self:
        if self.allow_local and self.environment is Environment.LIVE:
            raise ValueError("allow_local is for development: set KVITT_ENVIRONMENT=playground")
        if self.klarna_url and not self.reaches_local:
            raise ValueError("klarna_url needs KVITT_ALLOW_LOCAL=true")
        return self

    @property
    def reaches_local(self) -> bool:
        """Say whether shops on this machine may be called."""
        return self.allow_local or self.environment is Environment.DEMO

    @property
    def https(self) -> bool:
        """Say whether browsers reach us over TLS."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name we answer to."""
        public = urlsplit(self.public_url).hostname
        return (*self.allowed_hosts, public) if public else self.allowed_hosts

    @property
    def database(self) -> str:
        """The URL of the database, where none is given of a file in the data directory."""
        given = self.database_url.get_secret_value()
        return given or f"sqlite:///{self.data_dir / 'kvitt.sqlite3'}"

    @property
    def mail(self) -> str:
        """The URL of what takes mail; the demo keeps it in a folder. Empty sends none."""
        given = self.mail_url.get_secret_value()
        if given or self.environment is not Environment.DEMO:
            return given
        return (self.data_dir / "mail").as_uri()

    @property
    def address(self) -> str:
        """Where people find the console: for links in what they are sent."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def poll(self) -> timedelta:
        """How often the queue is asked when nothing rings."""
        return timedelta(seconds=self.poll_seconds)

    @property
    def lease(self) -> timedelta:
        """How long a worker may hold an order."""
        return timedelta(seconds=self.lease_seconds)

    def with_keys(self) -> Self:
        """Return these settings with the keys that the data directory holds."""
        found: dict[str, Any] = {}
        if not self.secret_key.get_secret_value():
            found["secret_key"] = SecretStr(_read(self.data_dir / SIGNING_FILE).strip())
        if not self.encryption_keys:
            keys = tuple(
                SecretStr(key) for key in _read(self.data_dir / ENCRYPTION_FILE).split()
            )
            if not all(_is_key(key.get_secret_value()) for key in keys):
                raise ConfigurationError(
                    f"{self.data_dir / ENCRYPTION_FILE} is damaged: each line must be the "
                    "URL-safe Base64 of 32 bytes; put the file back from a backup"
                )
            found["encryption_keys"] = keys
        return self.model_copy(update=found)


def load(**given: Any) -> Settings:
    """Read the settings, and the keys that exist. Raises ConfigurationError."""
    try:
        settings = _as_marked(Settings(**given), given).with_keys()
        _check_engine(settings)
    except ValidationError as error:
        raise ConfigurationError(_explain(error)) from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"the settings cannot be read: {error}") from error
    return settings


def _as_marked(settings: Settings, given: dict[str, Any]) -> Settings:
    """Return the demo's settings for a folder of the demo, unless something else is said."""
    said = "environment" in settings.model_fields_set
    if said or not (settings.data_dir / DEMO_MARK).exists():
        return settings
    return Settings(**{**given, "environment": Environment.DEMO})


def _check_engine(settings: Settings) -> None:
    """Refuse an engine without what it needs. Raises ConfigurationError."""
    if settings.engine is not Engine.CELERY:
        return
    if settings.database.startswith("sqlite"):
        raise ConfigurationError(
            "KVITT_ENGINE=celery needs PostgreSQL, which several machines can share: "
            "set KVITT_DATABASE_URL to postgresql://user:password@host:5432/name"
        )
    if not settings.broker_url.get_secret_value():
        raise ConfigurationError(
            "KVITT_ENGINE=celery needs a broker: set KVITT_BROKER_URL to "
            "redis://host:6379/0 or amqp://user:password@host:5672/vhost"
        )


def load_or_create(**given: Any) -> Settings:
    """Read the settings, and make the data directory and keys that are missing."""
    settings = load(**given)
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not settings.secret_key.get_secret_value():
            _create(settings.data_dir / SIGNING_FILE, length=SIGNING_BYTES)
        if not settings.encryption_keys:
            _create(settings.data_dir / ENCRYPTION_FILE, length=KEY_BYTES)
    except OSError as error:
        raise ConfigurationError(
            f"{settings.data_dir} cannot be written: {error.strerror}; "
            f"set {PREFIX}DATA_DIR to a directory of your own"
        ) from error
    return settings.with_keys()


_INSTALLED: list[Settings] = []


def install(settings: Settings) -> None:
    """Make these the settings of this process; before Django reads them."""
    _INSTALLED[:] = [settings]


def current() -> Settings:
    """Return the settings of this process, read on first use."""
    if not _INSTALLED:
        install(load())
    return _INSTALLED[0]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def _create(path: Path, *, length: int) -> None:
    """Write a new key, unless another process has just done so."""
    key = urlsafe_b64encode(secrets.token_bytes(length)).decode("ascii")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")


def _is_key(text: str) -> bool:
    try:
        return len(urlsafe_b64decode(text)) == KEY_BYTES
    except ValueError:
        return False


def _explain(error: ValidationError) -> str:
    """Name each setting that cannot work, and never its value."""
    problems = "; ".join(
        f"{_named(problem['loc'])}{problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    )
    return f"these settings cannot work: {problems}"


def _named(place: tuple[int | str, ...]) -> str:
    """Return a setting's name as it is given; nothing for settings that do not go together."""
    name = "_".join(str(part) for part in place).upper()
    return f"{PREFIX}{name}: " if name else ""

"""What was found in a shop, judged: what works, what does not, and how bad that is.

Pure. A finding is a code with the figures its words need; the words, with the next
step, are in ``web/console/shops/words.py``, for the console and the command line alike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from kvitt.domain.shop import Found

#: WooCommerce before this has no orders of its own tables and no HPOS at all.
OLDEST_WOOCOMMERCE = (7, 1)
#: A webhook that no shop has sent for this long is worth a word.
QUIET_AFTER = timedelta(days=7)
#: A shop sends its test message while a webhook is made, and it is counted a second later.
PING_TAKES = timedelta(minutes=1)


class Level(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    #: Worth knowing; nothing is missing.
    FACT = "fact"
    WARN = "warn"
    BAD = "bad"


class Finding(StrEnum):
    """What can be found. Stable: each has its words."""

    ANSWERS = "answers"
    WRITES = "writes"
    READ_ONLY = "read_only"
    HOOKS = "hooks"
    HOOKS_MISSING = "hooks_missing"
    NO_PUBLIC_URL = "no_public_url"
    PING = "ping"
    PING_AWAITED = "ping_awaited"
    NO_PING = "no_ping"
    HEARD = "heard"
    QUIET = "quiet"
    HEARD_ELSEWHERE = "heard_elsewhere"
    CRON = "cron"
    CRON_OFF = "cron_off"
    HPOS = "hpos"
    NO_HPOS = "no_hpos"
    OLD = "old"
    MONEY = "money"
    PRICES_WITH_TAX = "prices_with_tax"
    PRICES_WITHOUT_TAX = "prices_without_tax"
    NO_DECIMALS = "no_decimals"
    GATEWAY = "gateway"
    NO_GATEWAY = "no_gateway"
    MANAGES = "manages"
    MANAGES_UNSEEN = "manages_unseen"
    TAKEN_OVER = "taken_over"
    NOT_SECURE = "not_secure"
    ACCOUNT = "account"
    ACCOUNT_REFUSED = "account_refused"
    NO_ACCOUNT = "no_account"
    PAUSED = "paused"


_WORST_FIRST = (Level.BAD, Level.WARN, Level.GOOD, Level.FACT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One finding, with what its words are about."""

    code: Finding
    level: Level
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountSign:
    """A Klarna account of the shop, and whether Klarna has turned its credentials away."""

    label: str
    environment: str
    refused: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What is known of a shop besides what it said of itself."""

    url: str
    now: datetime
    #: The topics it was asked to tell of; empty where it cannot reach this installation.
    wanted_topics: tuple[str, ...] = ()
    subscribed_at: datetime | None = None
    #: The last ping, and the last delivery with a good signature.
    pinged_at: datetime | None = None
    heard_at: datetime | None = None
    #: The host of another address from which signed deliveries have come lately.
    heard_from: str = ""
    taken_over: bool = False
    paused: bool = False
    accounts: tuple[AccountSign, ...] = ()


def findings_of(found: Found | None, signs: Signs) -> tuple[Remark, ...]:
    """Return everything there is to say of a shop, what is worst first."""
    said = [*_connection(signs), *_accounts(signs)]
    if found is not None:
        said = [
            *_answers(found),
            *said,
            *_hooks(found, signs),
            *_shop(found),
            *_klarna(found, signs),
        ]
    return tuple(sorted(said, key=lambda remark: _WORST_FIRST.index(remark.level)))


def _answers(found: Found) -> Iterator[Remark]:
    facts = found.facts
    versions = {"woocommerce": facts.woocommerce, "wordpress": facts.wordpress}
    yield Remark(code=Finding.ANSWERS, level=Level.GOOD, about=versions)
    if found.writes:
        yield Remark(code=Finding.WRITES, level=Level.GOOD)
    else:
        yield Remark(code=Finding.READ_ONLY, level=Level.BAD)


def _connection(signs: Signs) -> Iterator[Remark]:
    if signs.paused:
        yield Remark(code=Finding.PAUSED, level=Level.WARN)
    if signs.url.startswith("http://"):
        yield Remark(code=Finding.NOT_SECURE, level=Level.WARN)
    if signs.heard_from:
        about = {"address": signs.heard_from}
        yield Remark(code=Finding.HEARD_ELSEWHERE, level=Level.WARN, about=about)


def _accounts(signs: Signs) -> Iterator[Remark]:
    for account in signs.accounts:
        about = {"label": account.label, "environment": account.environment}
        if account.refused:
            yield Remark(code=Finding.ACCOUNT_REFUSED, level=Level.BAD, about=about)
        else:
            yield Remark(code=Finding.ACCOUNT, level=Level.GOOD, about=about)
    if not signs.accounts:
        yield Remark(code=Finding.NO_ACCOUNT, level=Level.BAD)


def _hooks(found: Found, signs: Signs) -> Iterator[Remark]:
    if not signs.wanted_topics:
        # Somebody made the webhooks by hand: what arrives here is the proof that it can.
        if signs.heard_at is not None and signs.now - signs.heard_at <= QUIET_AFTER:
            yield Remark(code=Finding.HEARD, level=Level.GOOD)
        else:
            yield Remark(code=Finding.NO_PUBLIC_URL, level=Level.WARN)
        return
    missing = [topic for topic in signs.wanted_topics if topic not in found.topics]
    if missing:
        about = {"topics": ", ".join(missing)}
        yield Remark(code=Finding.HOOKS_MISSING, level=Level.BAD, about=about)
        return
    yield Remark(
        code=Finding.HOOKS, level=Level.GOOD, about={"count": str(len(signs.wanted_topics))}
    )
    yield _heard(signs)


def _heard(signs: Signs) -> Remark:
    since = signs.subscribed_at
    if signs.heard_at is not None and (since is None or signs.heard_at >= since):
        quiet = signs.now - signs.heard_at > QUIET_AFTER
        return Remark(
            code=Finding.QUIET if quiet else Finding.HEARD,
            level=Level.FACT if quiet else Level.GOOD,
        )
    if since is not None and signs.pinged_at is not None and signs.pinged_at >= since:
        return Remark(code=Finding.PING, level=Level.GOOD)
    if since is not None and signs.now - since < PING_TAKES:
        return Remark(code=Finding.PING_AWAITED, level=Level.FACT)
    return Remark(code=Finding.NO_PING, level=Level.WARN)


def _shop(found: Found) -> Iterator[Remark]:
    facts = found.facts
    cron = Finding.CRON if facts.cron else Finding.CRON_OFF
    yield Remark(code=cron, level=Level.GOOD if facts.cron else Level.WARN)
    if _version(facts.woocommerce) < OLDEST_WOOCOMMERCE:
        about = {"woocommerce": facts.woocommerce}
        yield Remark(code=Finding.OLD, level=Level.WARN, about=about)
    yield Remark(code=Finding.HPOS if facts.hpos else Finding.NO_HPOS, level=Level.FACT)
    money = {"currency": facts.currency, "decimals": str(facts.decimals)}
    code = Finding.MONEY if facts.decimals else Finding.NO_DECIMALS
    yield Remark(code=code, level=Level.FACT, about=money)
    if found.prices_include_tax is not None:
        with_tax = found.prices_include_tax
        code = Finding.PRICES_WITH_TAX if with_tax else Finding.PRICES_WITHOUT_TAX
        yield Remark(code=code, level=Level.FACT)


def _klarna(found: Found, signs: Signs) -> Iterator[Remark]:
    taking = [gateway for gateway in found.gateways if gateway.enabled]
    if not taking:
        yield Remark(code=Finding.NO_GATEWAY, level=Level.WARN)
    for gateway in taking:
        about = {"title": gateway.title, "id": f"{gateway.id} {gateway.version}".strip()}
        yield Remark(code=Finding.GATEWAY, level=Level.GOOD, about=about)
        if gateway.automatic:
            code = Finding.MANAGES if gateway.switchable else Finding.MANAGES_UNSEEN
            yield Remark(code=code, level=Level.WARN, about=about)
    if signs.taken_over and not found.managing:
        yield Remark(code=Finding.TAKEN_OVER, level=Level.GOOD)


def _version(text: str) -> tuple[int, ...]:
    parts = text.split(".")[:2]
    return tuple(int(part) for part in parts if part.isascii() and part.isdigit())

"""Faults on demand: by operation, order and nth call, or as a swarm from a seed.

How a fault looks on the wire, under any WSGI server:

- a *timeout* sleeps for `timeout_seconds` (before or after the work is done), and then
  ends like a reset;
- a *reset* promises more body than it sends and ends, which every server turns into a
  connection that breaks off. Our own server (`serve.py`) offers a real TCP reset and it is
  used when offered;
- a *truncated body* promises the whole body and sends half of it.

Law: a fault of the transport is drawn before anything else happens to the request, and is
never remembered under an idempotency key (klarna-api.md §3.4, §14).
"""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Phase(StrEnum):
    """When a fault strikes."""

    BEFORE = "before"  # the work is not done
    DURING = "during"  # the business rules refuse or lag
    AFTER = "after"  # the work is done, and the answer suffers


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What a named fault does."""

    name: str
    phase: Phase
    means: str
    status: int = 0
    html: bool = False
    code: str = ""
    text: str = ""
    pause: str = ""
    cut: str = ""
    #: Operations it makes sense for; empty is all.
    only: frozenset[str] = frozenset()


def _errors() -> list[Kind]:
    known = {
        409: ("CONFLICT", ""),
        429: ("TOO_MANY_REQUESTS", "Too many requests"),
        500: ("INTERNAL_SERVER_ERROR", "Unexpected server error"),
        502: ("TEMPORARILY_UNAVAILABLE", "Temporarily unavailable"),
        503: ("TEMPORARILY_UNAVAILABLE", "Temporarily unavailable"),
        504: ("TEMPORARILY_UNAVAILABLE", "Temporarily unavailable"),
    }
    json = [
        Kind(
            name=f"http_{status}",
            phase=Phase.BEFORE,
            means=f"answers {status} as JSON; nothing was done",
            status=status,
            code=code,
            text=text,
        )
        for status, (code, text) in known.items()
    ]
    html = [
        Kind(
            name=f"http_{status}_html",
            phase=Phase.BEFORE,
            means=f"answers {status} as an HTML page; nothing was done",
            status=status,
            html=True,
        )
        for status in (400, 403, 500, 502, 503, 504)
    ]
    after = [
        Kind(
            name=f"http_{status}_after_commit",
            phase=Phase.AFTER,
            means=f"does the work, then answers {status}",
            status=status,
            code=known[status][0],
            text=known[status][1],
        )
        for status in (500, 503)
    ]
    return [*json, *html, *after]


def _silences() -> list[Kind]:
    told = (
        ("timeout_before_commit", Phase.BEFORE, "timeout", "reset", "never answers; not done"),
        ("timeout_after_commit", Phase.AFTER, "timeout", "reset", "does it, never answers"),
        ("reset_before_commit", Phase.BEFORE, "", "reset", "hangs up; not done"),
        ("reset_after_commit", Phase.AFTER, "", "reset", "does it, then hangs up"),
        ("truncated_body", Phase.AFTER, "", "half", "does it, sends half the answer"),
        ("slow", Phase.DURING, "slow", "", "does it, slowly"),
    )
    return [
        Kind(name=name, phase=phase, means=means, pause=pause, cut=cut)
        for name, phase, pause, cut, means in told
    ]


def _refusals() -> list[Kind]:
    reads = frozenset({"get_order", "list_captures", "get_capture", "get_refund"})
    raises = frozenset({"update_authorization", "update_customer_details"})
    charges = frozenset({"create_capture"})
    told = (
        ("risk_reject", raises, "the risk check says no to a raise or a new address"),
        ("payment_method_failed", charges, "the customer could not be charged"),
        ("read_lag", reads, "reads see the order as it was a moment ago"),
    )
    return [
        Kind(name=name, phase=Phase.DURING, means=means, only=only)
        for name, only, means in told
    ]


#: Every fault by name.
KINDS: dict[str, Kind] = {k.name: k for k in (*_silences(), *_refusals(), *_errors())}

ANY = "*"
#: How far reads lag under `read_lag` when no `read_lag_ms` is configured.
LAG_MS = 1500


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A fault that strikes calls of an operation and an order, from the nth on."""

    rule_id: str
    name: str
    operation: str = ANY
    order_id: str = ANY
    nth: int = 1
    #: How often it strikes; 0 is until it is removed.
    times: int = 1
    seen: int = 0
    struck: int = 0

    @property
    def kind(self) -> Kind:
        """What it does."""
        return KINDS[self.name]

    @property
    def spent(self) -> bool:
        """Whether it will never strike again."""
        return bool(self.times) and self.struck >= self.times

    def fits(self, *, operation: str, order_id: str) -> bool:
        """Say whether a call is one of those it counts."""
        only = self.kind.only
        return (
            self.operation in {ANY, operation}
            and self.order_id in {ANY, order_id}
            and (not only or operation in only)
        )


class Faults:
    """The rules in force and the swarm; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: dict[str, Rule] = {}
        self._made = 0
        self._dice: random.Random | None = None
        self.swarm_seed = ""
        self.swarm_weights: dict[str, float] = {}

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, oldest first."""
        with self._lock:
            return tuple(self._rules.values())

    def add(
        self,
        name: str,
        *,
        operation: str = ANY,
        order_id: str = ANY,
        nth: int = 1,
        times: int = 1,
    ) -> Rule:
        """Put a fault in place; ValueError if there is none of that name."""
        if name not in KINDS:
            raise ValueError(f"there is no fault named {name}")
        if nth < 1 or times < 0:
            raise ValueError("nth counts from 1, and times is 0 or more")
        with self._lock:
            self._made += 1
            rule = Rule(
                rule_id=str(self._made),
                name=name,
                operation=operation,
                order_id=order_id,
                nth=nth,
                times=times,
            )
            self._rules[rule.rule_id] = rule
        return rule

    def remove(self, rule_id: str) -> bool:
        """Take a fault away; False if it was not there."""
        with self._lock:
            return self._rules.pop(rule_id, None) is not None

    def clear(self) -> None:
        """Take every fault away, and the swarm."""
        with self._lock:
            self._rules.clear()
        self.swarm(seed="", weights={})

    def swarm(self, *, seed: str, weights: Mapping[str, float]) -> None:
        """Let faults strike by chance, each with its probability, the same for a seed."""
        unknown = set(weights) - set(KINDS)
        total = sum(weights.values())
        if unknown or total > 1 or any(weight < 0 for weight in weights.values()):
            raise ValueError("weights are probabilities of known faults, at most 1 in sum")
        with self._lock:
            self.swarm_seed, self.swarm_weights = seed, dict(weights)
            # Reproducible on purpose: the seed makes a failed run happen again.
            self._dice = random.Random(seed) if weights else None  # noqa: S311

    def draw(self, *, operation: str, order_id: str) -> Kind | None:
        """Return the fault that strikes this call, if any; counts the call."""
        with self._lock:
            struck = None
            for rule in self._rules.values():
                if not rule.fits(operation=operation, order_id=order_id):
                    continue
                seen = rule.seen + 1
                strikes = struck is None and seen >= rule.nth and not rule.spent
                counted = replace(rule, seen=seen, struck=rule.struck + strikes)
                self._rules[rule.rule_id] = counted
                struck = rule.kind if strikes else struck
            return struck or self._draw_swarm(operation)

    def _draw_swarm(self, operation: str) -> Kind | None:
        if not self._dice:
            return None
        point = self._dice.random()
        for name, weight in sorted(self.swarm_weights.items()):
            point -= weight
            if point < 0:
                only = KINDS[name].only
                return KINDS[name] if not only or operation in only else None
        return None

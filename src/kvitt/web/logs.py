"""Log lines: one JSON object each, of fields that are on the list and no others.

The law: no line can hold a name, an address, a key or a body, because only
listed fields get through, and of an exception only its class and its place.
Of other libraries, which log free text, only warnings are written.
"""

import logging
import logging.config
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

#: Fields that name no person. Ids are row ids and the services' own ids.
ALLOWED = frozenset(
    "event level logger timestamp error place account attempts code correlation_id count"
    " delay environment intent job kind klarna_order_id order shop state status store_order_id"
    " worker user by role".split()
)
_PLACES = 3


def configure(settings: Mapping[str, Any]) -> None:
    """Send every record of this process through the list; called by Django."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "lines": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": PROCESSORS,
                    "foreign_pre_chain": [structlog.stdlib.ExtraAdder()],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
            "loggers": {"kvitt": {"level": settings["level"]}},
            # Other libraries say in free text what they do, the HTTP client whole addresses
            # with a shop's key in the query of one: only their warnings are wanted.
            "root": {"level": "WARNING", "handlers": ["stderr"]},
        }
    )


def place_of_error(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace an exception by its class and where it was raised: its text may quote data."""
    caught = event.pop("exc_info", None)
    if isinstance(caught, BaseException):
        caught = (type(caught), caught, caught.__traceback__)
    if isinstance(caught, tuple) and caught[0] is not None:
        event["error"] = caught[0].__name__
        event["place"] = _places(caught[2])
    return event


def only_allowed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop every field that is not on the list."""
    return {name: value for name, value in event.items() if name in ALLOWED}


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-_PLACES:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))


PROCESSORS: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    place_of_error,
    only_allowed,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]

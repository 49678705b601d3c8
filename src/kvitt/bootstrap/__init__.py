"""The only package that knows every part: adapters are wired into use cases here.

Each module puts one thing together:

- ``starting``: Django, and the shape of the database;
- ``stores``: what is stored, and ``network``: how the world is reached;
- ``looks``: what looks at one order, and ``desks``: what operators ask for;
- ``parts``: all of these, as one value;
- ``shops``: what connects shops and looks after the connections;
- ``jobs``: what comes round, with ``outgoing``: what tells other programs;
- ``engines``: what drives the parts, in this process or on many machines;
- ``doors``: what the console and the API are given.

The law: nothing is decided and nothing is sent here, and nobody below imports it.
"""

from kvitt.bootstrap.clocks import SystemClock
from kvitt.bootstrap.doors import open_console
from kvitt.bootstrap.engines import celery_of, engine_of
from kvitt.bootstrap.parts import Parts, assemble
from kvitt.bootstrap.shops import shops_of
from kvitt.bootstrap.starting import check_shape, migrate, start_django

__all__ = [
    "Parts",
    "SystemClock",
    "assemble",
    "celery_of",
    "check_shape",
    "engine_of",
    "migrate",
    "open_console",
    "shops_of",
    "start_django",
]

"""What tells other programs of events, put together; a part of ``bootstrap.py``'s work.

The law of that file holds here: this knows adapters and use cases, and nothing else
does. Django must be set up before ``postman_of`` is called.
"""

import random

from kvitt.adapters.addresses import PUBLIC_ONLY, WITH_LOOPBACK
from kvitt.adapters.http import Http, trusting
from kvitt.adapters.outgoing.courier import Courier
from kvitt.application.outgoing import Postman
from kvitt.application.ports import Clock
from kvitt.settings import Settings


def postman_of(settings: Settings, clock: Clock) -> Postman:
    """Return the job that delivers what is due."""
    from kvitt.adapters.database.outbox import Outbox
    from kvitt.adapters.database.vault import Vault

    http = Http(
        policy=WITH_LOOPBACK if settings.reaches_local else PUBLIC_ONLY,
        tls=trusting(settings.ca_file) if settings.ca_file else None,
    )
    return Postman(
        outbox=Outbox(Vault.of(settings), clock.now),
        courier=Courier(http=http, now=clock.now),
        clock=clock,
        dice=random.SystemRandom().randrange,
    )

"""What tells other programs of events, put together.

Models can be imported only once Django is set up.
"""

import random

from kvitt.adapters.http import Http
from kvitt.adapters.outgoing.courier import Courier
from kvitt.application.outgoing import Postman
from kvitt.application.ports import Clock
from kvitt.bootstrap import network
from kvitt.settings import Settings


def postman_of(settings: Settings, clock: Clock) -> Postman:
    """Return the job that delivers what is due."""
    from kvitt.adapters.database.outbox import Outbox
    from kvitt.adapters.database.vault import Vault

    http = Http(policy=network.policy_of(settings), tls=network.tls_of(settings))
    return Postman(
        outbox=Outbox(Vault.of(settings), clock.now),
        courier=Courier(http=http, now=clock.now),
        clock=clock,
        dice=random.SystemRandom().randrange,
    )

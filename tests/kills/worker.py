"""The process that is forked for every life of a worker: Django is loaded once.

It reads one JSON command a line and answers with one line. It holds no connection while it
forks, so that every child has its own.
"""

import json
import os
import sys

from kvitt import bootstrap
from kvitt import settings as configuration


def main() -> None:
    """Read commands until the end of the input."""
    settings = configuration.load_or_create()
    bootstrap.start_django(settings)
    bootstrap.migrate()
    # Models can be imported only once Django is set up.
    from django.db import connections

    from kills import lives

    bootstrap.assemble(settings).connections.close()
    connections.close_all()
    lives.say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            act = lives.ACTS.get(order["act"])
            if act is None:
                lives.live(settings, order)
            else:
                lives.say({"answer": act(settings, order)})
            os._exit(0)
        _, status = os.waitpid(child, 0)
        lives.say({"ended": os.waitstatus_to_exitcode(status)})


if __name__ == "__main__":
    main()

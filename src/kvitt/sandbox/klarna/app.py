"""The sandbox's Klarna as one WSGI application.

Klarna's own paths go to the gateway; `/` and everything under `/__sim` is the sandbox's,
so nothing of ours ever shadows a path of Klarna's. It works under any prefix.

Modelled on public documentation; never compared with the live service.
"""

import time
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request

from kvitt.sandbox.klarna import delivery, notices, regions
from kvitt.sandbox.klarna.books import Books
from kvitt.sandbox.klarna.control import rooms
from kvitt.sandbox.klarna.control.desk import Desk
from kvitt.sandbox.klarna.faults import Faults
from kvitt.sandbox.klarna.gateway import Gateway
from kvitt.sandbox.klarna.notices import Sender


class KlarnaApp:
    """Answers as Klarna does, and as the sandbox's control desk.

    `sender` posts notices to the shop; without one they are only kept. `pause` is how a
    slow or silent answer waits; a test passes in something that does not.
    """

    def __init__(
        self,
        books: Books,
        *,
        sender: Sender | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.books = books
        self.faults = Faults()
        self._sender = sender
        self._desk = Desk(books=books, faults=self.faults, tick=self.tick)
        self._gateway = Gateway(books, faults=self.faults, pause=pause)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""
        environ = regions.enter(environ)
        request = Request(environ)
        if rooms.is_ours(request.path):
            return rooms.answer(self._desk, request)(environ, start_response)
        parcel = self._gateway.answer(request)
        lower = self.books.settings.header_case == "lower"
        return delivery.send(parcel, environ, start_response, lower=lower)

    def tick(self) -> int:
        """Let the clock do what is due and send due notices; return how many were heard.

        Whoever hosts the sandbox calls this now and then: a request does it for the
        orders, but nobody posts a notification inside another request.
        """
        due = self.books.due_notices()
        heard = 0
        for notice in due if self._sender else ():
            status = self._post(notice)
            with self.books.writing() as now:
                told = notices.after_attempt(notice, status=status, now=now)
                self.books.notices.put(notice.notice_id, told)
            heard += status == notices.HEARD
        return heard

    def _post(self, notice: notices.Notice) -> int:
        if self._sender is None:
            return 0
        try:
            return self._sender(notice.url, notice.body)
        except OSError:
            # Nobody there: the same as not having been heard.
            return 0

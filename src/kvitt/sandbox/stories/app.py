"""The stories as a small WSGI application: a page with a button each, and a control API.

``/`` is for people and works without JavaScript; ``/__sim/stories`` is for programs. What
changes something must come from this site or from no browser at all.
"""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import jinja2
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from kvitt.sandbox.klarna.control import pages
from kvitt.sandbox.klarna.control.desk import is_own_site
from kvitt.sandbox.stories import STORIES, named
from kvitt.sandbox.stories.performance import Performance
from kvitt.sandbox.stories.player import Busy, Player
from kvitt.sandbox.stories.stage import Story

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_RULES = Map(
    [
        Rule("/", methods=["GET"], endpoint="page"),
        Rule("/static/<name>", methods=["GET"], endpoint="static"),
        Rule("/play/<name>", methods=["POST"], endpoint="press"),
        Rule("/__sim/stories", methods=["GET"], endpoint="list"),
        Rule("/__sim/stories/<name>", methods=["GET"], endpoint="show"),
        Rule("/__sim/stories/<name>/play", methods=["POST"], endpoint="play"),
    ]
)
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class StoriesApp:
    """The stories of one town behind one WSGI callable."""

    def __init__(self, player: Player) -> None:
        self._player = player

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if not is_own_site(request):
            text = "This form was sent from another site.\n"
            return Response(text, HTTPStatus.FORBIDDEN, _HEADERS, mimetype="text/plain")
        try:
            endpoint, values = _RULES.bind("stories").match(request.path or "/", request.method)
            return self._answer(request, endpoint, **values)
        except HTTPException as wrong:
            return _json({"error": wrong.description}, wrong.code or HTTPStatus.NOT_FOUND)
        except LookupError as unknown:
            return _json({"error": str(unknown.args[0])}, HTTPStatus.NOT_FOUND)

    def _answer(self, request: Request, endpoint: str, name: str = "") -> Response:
        match endpoint:
            case "page":
                return self._page(request)
            case "static":
                return pages.static(name)
            case "press":
                return self._press(request, named(name))
            case "play":
                return self._play(named(name))
            case "show":
                return _json(self._told(named(name)), HTTPStatus.OK)
            case _:
                told = [self._told(story) for story in STORIES]
                return _json({"playing": self._player.playing, "stories": told}, HTTPStatus.OK)

    def _play(self, story: Story) -> Response:
        try:
            self._player.play(story)
        except Busy as busy:
            return _json({"error": str(busy)}, HTTPStatus.CONFLICT)
        return _json(self._told(story), HTTPStatus.ACCEPTED)

    def _press(self, request: Request, story: Story) -> Response:
        try:
            self._player.play(story)
        except Busy as busy:
            return self._page(request, problem=str(busy))
        address = f"{request.root_path}/#{story.name}"
        return Response(status=HTTPStatus.SEE_OTHER, headers={**_HEADERS, "Location": address})

    def _page(self, request: Request, *, problem: str = "") -> Response:
        text = _ENVIRONMENT.get_template("stories.html").render(
            root=request.root_path,
            stories=[(story, self._player.last(story.name)) for story in STORIES],
            playing=self._player.playing,
            problem=problem,
        )
        status = HTTPStatus.CONFLICT if problem else HTTPStatus.OK
        return Response(text, status, _HEADERS, mimetype="text/html")

    def _told(self, story: Story) -> dict[str, Any]:
        return told(story, self._player.last(story.name))


def told(story: Story, performance: Performance | None) -> dict[str, Any]:
    """Return a story, and how its last performance went, for a program."""
    done = performance.done if performance else 0
    return {
        "name": story.name,
        "title": story.title,
        "teaches": story.teaches,
        "state": performance.state.value if performance else "",
        "trouble": performance.trouble if performance else "",
        "orders": [one.order_id for one in performance.stage.orders] if performance else [],
        "scenes": [
            {"says": scene.says, "done": place < done}
            for place, scene in enumerate(story.scenes)
        ],
    }


def _json(value: Mapping[str, Any], status: int) -> Response:
    text = json.dumps(value, ensure_ascii=False)
    return Response(text, status, _HEADERS, mimetype="application/json")


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("kvitt.sandbox.stories"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

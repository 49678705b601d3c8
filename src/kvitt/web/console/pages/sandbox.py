"""The practice ground of the demo: four walkthroughs whose steps tick themselves."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Order
from kvitt.settings import Environment
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import places, practice, rows
from kvitt.web.console.practice import Ticked, Walkthrough

#: Code of a walkthrough → row id of its order and how long its timeline was.
_KEY = "kvitt_practice"


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest) -> HttpResponse:
    """Show the walkthroughs."""
    return render(request, "console/sandbox.html", _context(request))


@require_safe
@requires(Right.SEE)
def live(request: HttpRequest) -> HttpResponse:
    """Show the part that ticks by itself."""
    return render(request, "console/parts/walkthroughs.html", _context(request))


@require_POST
@requires(Right.SEE)
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a walkthrough with a fresh order, or begin it anew."""
    _only_in_the_demo()
    walkthrough = practice.ALL.get(code)
    if walkthrough is None:
        raise Http404
    order = practice.order_for(walkthrough, shops=roles.shops_of(request.user))
    if order is None:
        messages.warning(
            request, _("No order fits: place a new one in the sandbox shop, and begin again.")
        )
    else:
        begun = {**request.session.get(_KEY, {}), code: [order.pk, order.chain_length]}
        request.session[_KEY] = begun
    return redirect("console:sandbox")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A walkthrough with the order it was begun with, if it was."""

    walkthrough: Walkthrough
    order: Order | None
    number: str
    #: The order's page in the practice shop.
    shop: str
    steps: tuple[Ticked, ...]

    @property
    def under_way(self) -> bool:
        """Say whether steps are left of what was begun."""
        return self.order is not None and not all(step.done for step in self.steps)


def _context(request: HttpRequest) -> dict[str, object]:
    _only_in_the_demo()
    begun = request.session.get(_KEY, {})
    shown: list[Shown] = []
    for code, walkthrough in practice.ALL.items():
        row, after = begun.get(code, (0, 0))
        order = reads.get_order(row, shops=roles.shops_of(request.user)) if row else None
        shown.append(
            Shown(
                walkthrough=walkthrough,
                order=order,
                number=rows.number_of(order) if order else "",
                shop=places.places_of(order).shop if order else "",
                steps=_steps(walkthrough, order, after),
            )
        )
    return {
        "section": "sandbox",
        "shown": shown,
        "under_way": any(one.under_way for one in shown),
    }


def _steps(walkthrough: Walkthrough, order: Order | None, after: int) -> tuple[Ticked, ...]:
    if order is None:
        return tuple(Ticked(text=step.text, done=False) for step in walkthrough.steps)
    return practice.steps_of(walkthrough, order, after=after)


def _only_in_the_demo() -> None:
    if settings.KVITT.environment is not Environment.DEMO:
        raise Http404

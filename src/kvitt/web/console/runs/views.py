"""The pages of runs: the review, one run, and the list of them."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kvitt.adapters.database.models import RunRow
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.runs import Run, RunCommand
from kvitt.web import bulk
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.recent import recently_signed_in
from kvitt.web.accounts.rights import Right
from kvitt.web.console import export
from kvitt.web.console.question import ID_DIGITS
from kvitt.web.console.runs import results, reviewing, sheet
from kvitt.web.console.runs.wording import WORDING, in_words, totals


def addresses() -> list[URLPattern]:
    """Return the addresses of runs."""
    return [
        path("runs", listed, name="runs"),
        path("runs/review", review, name="review-run"),
        path("runs/<uuid:run_id>", show, name="run"),
        path("runs/<uuid:run_id>/live", live, name="run-live"),
        path("runs/<uuid:run_id>/stop", stop, name="stop-run"),
        path("runs/<uuid:run_id>.csv", download, name="run-results"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.LOOK_AGAIN)
def review(request: HttpRequest) -> HttpResponseBase:
    """Show what a run will do and what it will not; by POST, begin it."""
    command = reviewing.command_in(request)
    # Only to look moves nothing by itself, and needs no proof of who is there.
    return (_review if command is RunCommand.SYNC else _proved)(request, command)


def _review(request: HttpRequest, command: RunCommand | None) -> HttpResponse:
    if request.method == "POST" and command is not None:
        return _begin(request, command)
    context = reviewing.context(request, command, key=uuid4())
    return render(request, "console/runs/review.html", context)


_proved = recently_signed_in(_review)


def _begin(request: HttpRequest, command: RunCommand) -> HttpResponse:
    """Begin what was reviewed, once, and show how far it comes."""
    key = reviewing.key_in(request.POST)
    try:
        wanted = reviewing.wanted_in(request, command)
        run = Run(id=key, command=command, actor=request.user.get_username())
        bulk.current().begin(run, wanted)
    except NotAllowedNow as refusal:
        context = reviewing.context(request, command, key=uuid4(), refusal=str(refusal))
        return render(request, "console/runs/review.html", context, status=409)
    return redirect("console:run", key)


@require_safe
@requires(Right.SEE)
def listed(request: HttpRequest) -> HttpResponse:
    """List the runs, the newest first."""
    mark = request.GET.get("before", "")
    before = int(mark) if mark.isdecimal() and len(mark) <= ID_DIGITS else None
    runs, following = results.page(
        before=before, now=timezone.now(), shops=roles.shops_of(request.user)
    )
    context = {
        "section": "activity",
        "runs": [
            {
                "run": each.run,
                "progress": each.progress,
                "wording": WORDING[RunCommand(each.run.command)],
            }
            for each in runs
        ],
        "next": following,
        "first": before,
    }
    return render(request, "console/runs/list.html", context)


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show how far a run has come, order by order."""
    return render(request, "console/runs/run.html", _context(request, run_id))


@require_safe
@requires(Right.SEE)
def live(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show the part that changes by itself, for a page that is open."""
    return render(request, "console/runs/run_live.html", _context(request, run_id))


@require_POST
@requires(Right.LOOK_AGAIN)
def stop(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Ask no more, and take back what was not sent."""
    run = _run(request, run_id)
    if not _may_stop(request, run):
        raise PermissionDenied
    taken = bulk.current().stop(run_id, actor=request.user.get_username())
    said = ngettext(
        "Stopped. %(count)d request was taken back before it was sent.",
        "Stopped. %(count)d requests were taken back before they were sent.",
        taken,
    )
    messages.success(request, said % {"count": taken})
    return redirect("console:run", run_id)


@require_safe
@requires(Right.SEE)
def download(request: HttpRequest, run_id: UUID) -> StreamingHttpResponse:
    """Send the results of a run as a file for a spreadsheet."""
    run = _run(request, run_id)
    form = request.GET.get("form", export.PLAIN)
    lines = export.lines(
        results.items_of(run, now=timezone.now(), shops=roles.shops_of(request.user)),
        form=form if form in export.FORMS else export.PLAIN,
        columns=sheet.COLUMNS,
    )
    name = f"run-{timezone.localtime(run.created_at):%Y-%m-%d-%H%M}.csv"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _context(request: HttpRequest, run_id: UUID) -> dict[str, Any]:
    run = _run(request, run_id)
    command = RunCommand(run.command)
    items = results.items_of(run, now=timezone.now(), shops=roles.shops_of(request.user))
    progress = results.progress_of(items)
    wording = WORDING[command]
    done = [
        each.amount for each in items if wording.sums and each.outcome is results.Outcome.DONE
    ]
    return {
        "section": "activity",
        "run": run,
        "wording": wording,
        "items": items,
        "progress": progress,
        "sums": in_words(totals(amount for amount in done if amount)),
        "several_shops": len({each.order.shop_id for each in items}) > 1,
        "may_stop": progress.waiting and not run.stopped_at and _may_stop(request, run),
        "may_repeat": progress.undone and roles.may_somewhere(request.user, wording.right),
    }


def _may_stop(request: HttpRequest, run: RunRow) -> bool:
    """Say whether the reader has the command's right in every shop of the run."""
    right = WORDING[RunCommand(run.command)].right
    return all(roles.may(request.user, right, shop) for shop in results.shops_in(run))


def _run(request: HttpRequest, run_id: UUID) -> RunRow:
    found = results.find(run_id, shops=roles.shops_of(request.user))
    if found is None:
        raise Http404
    return found

"""The page of the reconciliation, its file, and comparing again."""

from typing import Any
from uuid import UUID, uuid4

from babel.dates import format_skeleton
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kvitt.adapters.database import reads, reconciliation
from kvitt.domain.books import Reconciliation
from kvitt.domain.period import Month
from kvitt.domain.runs import MOST, Run, RunCommand, Wanted
from kvitt.web import bulk
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import export, text
from kvitt.web.console.reconciliation import sheet
from kvitt.web.console.reconciliation.asked import Asked
from kvitt.web.console.reconciliation.wording import REASONS, difference_of


def addresses() -> list[URLPattern]:
    """Return the addresses of the reconciliation."""
    return [
        path("reconciliation", show, name="reconciliation"),
        path("reconciliation.csv", download, name="reconciliation-file"),
        path("reconciliation/compare-again", compare_again, name="compare-again"),
    ]


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest) -> HttpResponse:
    """Show whether shop and Klarna agree on a month's orders, and where they do not."""
    asked = Asked.read(request.GET)
    shops = roles.shops_of(request.user)
    question = asked.within(shops)
    found = reconciliation.reconcile(question)
    page = reconciliation.differences(question, after=asked.after)
    context = {
        "section": "reconciliation",
        "asked": asked,
        "code": str(asked.month),
        "months": [{"code": str(month), "name": _name_of(month)} for month in asked.months],
        "before": asked.of(asked.month.before),
        "after": asked.of(asked.month.after) if asked.month < asked.today else "",
        "shops": reads.visible_shops(shops).only("pk", "name"),
        "found": found,
        "reasons": _reasons(asked, found),
        "all_reasons": asked.because(None),
        "rows": [difference_of(order) for order in page.orders],
        "next": asked.following(page.next) if page.next else "",
        "capturable": roles.shops_of(request.user, Right.CAPTURE),
        "may_compare": bulk.installed() is not None,
        "key": uuid4(),
        "most": MOST,
    }
    return render(request, "console/reconciliation/page.html", context)


@require_safe
@requires(Right.SEE)
def download(request: HttpRequest) -> StreamingHttpResponse:
    """Send the differences that the address asks for as a file for a spreadsheet."""
    asked = Asked.read(request.GET)
    form = request.GET.get("form", export.PLAIN)
    lines = export.lines(
        reconciliation.every_difference(asked.within(roles.shops_of(request.user))),
        form=form if form in export.FORMS else export.PLAIN,
        columns=sheet.COLUMNS,
    )
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="reconciliation-{asked.month}.csv"'
        },
    )


@require_POST
@requires(Right.LOOK_AGAIN)
def compare_again(request: HttpRequest) -> HttpResponse:
    """Have the orders that were read longest ago read again, as a run that can be followed."""
    asked = Asked.read(request.POST)
    question = asked.within(roles.shops_of(request.user, Right.LOOK_AGAIN))
    orders = reconciliation.longest_unread(question, most=MOST)
    if not orders:
        messages.info(request, _("Every order of this month is being looked at already."))
        return redirect(reverse("console:reconciliation") + asked.address)
    run = Run(id=_key_in(request), command=RunCommand.SYNC, actor=request.user.get_username())
    bulk.current().begin(run, [Wanted(order=order, request=None) for order in orders])
    return redirect("console:run", run.id)


def _name_of(month: Month) -> str:
    """Return a month as the reader's language writes it: "November 2026"."""
    return format_skeleton("yMMMM", month.first, locale=text.locale())


def _reasons(asked: Asked, found: Reconciliation) -> list[dict[str, Any]]:
    """Return each reason with how many orders it has, and where they are listed."""
    return [
        {
            "name": REASONS[verdict].name,
            "times": times,
            "address": asked.because(verdict),
            "chosen": verdict is asked.reason,
        }
        for verdict, times in found.reasons.items()
    ]


def _key_in(request: HttpRequest) -> UUID:
    """Return the key that the page was given, so that a double click is one run."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()

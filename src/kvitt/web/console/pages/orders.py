"""The list of orders."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvitt.adapters.database import health, reads
from kvitt.domain.money import Money
from kvitt.domain.runs import MOST
from kvitt.web import bulk
from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import own_account, person_of, requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import export, listing, views, words
from kvitt.web.console.question import SEARCH_LIMIT, SORTS, TABS, Question
from kvitt.web.console.rows import row_of
from kvitt.web.console.runs import wording
from kvitt.web.console.trail import Trail

#: What a column of the database holds; no order has it.
LARGEST = 2**63 - 1


@require_safe
@own_account
def home(request: HttpRequest) -> HttpResponse:
    """Go to the orders: what an operator comes for."""
    del request
    return redirect("console:orders")


@require_safe
@requires(Right.SEE)
def of_shop(request: HttpRequest, store_order_id: int) -> HttpResponse:
    """Go to the order that the shop calls so; a search where there is none, or several."""
    number = min(store_order_id, LARGEST)
    seen = reads.visible(roles.shops_of(request.user))
    found = seen.filter(store_order_id=number).values_list("pk", flat=True)[:2]
    if len(found) == 1:
        return redirect("console:order", found[0])
    search = Question(search=str(store_order_id)[:SEARCH_LIMIT])
    return redirect(reverse("console:orders") + search.address)


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest) -> HttpResponse:
    """List the orders that the address asks for."""
    now = timezone.now()
    question = Question.read(request.GET)
    shops = roles.shops_of(request.user)
    away = health.away()
    found = listing.page(question, now=now, shops=shops)
    counts = listing.count(now=now, shops=shops)
    whole = listing.whole(question, now=now, shops=shops)
    read = [order.looked_at for order in found.orders if order.looked_at]
    tab = next(tab for tab in TABS if tab.code == question.tab)
    return render(
        request,
        "console/orders.html",
        {
            "section": "orders",
            "question": question,
            "trail": Trail(question),
            "tab": tab,
            "tabs": [
                {"tab": each, "count": counts[each.code], "address": question.on(each.code)}
                for each in TABS
            ],
            "rows": [
                row_of(order, now=now, waits=away.sentence(order, now=now))
                for order in found.orders
            ],
            "whole": whole,
            "whole_amount": Money(whole.minor, question.currency) if whole else None,
            "previous": found.previous and question.page(before=found.previous),
            "next": found.next and question.page(after=found.next),
            "looked_at": max(read, default=None),
            "shops": reads.visible_shops(shops).only("pk", "name"),
            "store_statuses": words.STORE,
            "klarna_statuses": words.KLARNA,
            "sorts": SORTS,
            "views": views.of(person_of(request).pk, question),
            "bulk": wording.offered(request.user) if bulk.installed() else {},
            "tab_count": None if question.narrowed else counts[question.tab],
            "most": MOST,
        },
    )


@require_safe
@requires(Right.SEE)
def download(request: HttpRequest) -> StreamingHttpResponse:
    """Send the whole list that the address asks for as a file for a spreadsheet."""
    question = Question.read(request.GET)
    now, shops = timezone.now(), roles.shops_of(request.user)
    form = request.GET.get("form", export.PLAIN)
    lines = export.lines(
        listing.every(question, now=now, shops=shops),
        form=form if form in export.FORMS else export.PLAIN,
    )
    name = f"orders-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )

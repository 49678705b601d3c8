"""The list of orders."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvitt.adapters.database.models import Shop
from kvitt.web.accounts.roles import Right, requires
from kvitt.web.console import listing, words
from kvitt.web.console.question import SORTS, TABS, Question
from kvitt.web.console.rows import row_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Go to the orders: what an operator comes for."""
    del request
    return redirect("console:orders")


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest) -> HttpResponse:
    """List the orders that the address asks for."""
    now = timezone.now()
    question = Question.read(request.GET)
    found = listing.page(question, now=now)
    counts = listing.count(now=now)
    tab = next(tab for tab in TABS if tab.code == question.tab)
    return render(
        request,
        "console/orders.html",
        {
            "section": "orders",
            "question": question,
            "tab": tab,
            "tabs": [
                {"tab": each, "count": counts[each.code], "address": question.on(each.code)}
                for each in TABS
            ],
            "rows": [row_of(order, now=now) for order in found.orders],
            "previous": found.previous and question.page(before=found.previous),
            "next": found.next and question.page(after=found.next),
            "looked_at": max(
                (each.looked_at for each in found.orders if each.looked_at), default=None
            ),
            "shops": Shop.objects.only("pk", "name"),
            "store_statuses": words.STORE,
            "klarna_statuses": words.KLARNA,
            "sorts": SORTS,
        },
    )

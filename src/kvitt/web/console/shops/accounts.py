"""The pages of a shop's Klarna accounts: one is added, given a new key, or changed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kvitt.adapters.database.models import KlarnaAccount
from kvitt.domain.errors import NotConnectable
from kvitt.domain.ids import ShopId
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console.shops import desk
from kvitt.web.console.shops.forms import AccountForm, NewKeyForm, Plain, ServesForm
from kvitt.web.console.shops.troubles import said_of_trouble
from kvitt.web.console.shops.words import Words

UNPROCESSABLE = 422


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.CONFIGURE)
def add(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Add a Klarna account to a connected shop."""
    connecting, trouble = desk.current().connecting, None
    form = AccountForm(request.POST or None, live_allowed=connecting.live_allowed)
    if form.is_bound and form.is_valid():
        trouble = _tried(lambda: connecting.accounts.add(ShopId(shop_id), form.account()))
        if trouble is None:
            messages.success(request, _("The Klarna account is connected."))
            return redirect("console:shop", shop_id=shop_id)
    context = {"section": "shops", "form": form, "trouble": trouble, "shop_id": shop_id}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "console/shops/account.html", context, status=status)


@never_cache
@require_safe
@requires(Right.CONFIGURE)
def show(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show what can be changed of an account."""
    return _page(request, _account(account_id))


@never_cache
@sensitive_post_parameters()
@require_POST
@requires(Right.CONFIGURE)
def replace(request: HttpRequest, account_id: int) -> HttpResponse:
    """Give an account a new key; what waits for it is done then."""
    form, account = NewKeyForm(request.POST), _account(account_id)
    if not form.is_valid():
        return _page(request, account, credentials=form)
    trouble = _tried(
        lambda: desk.current().connecting.accounts.replace_credentials(
            account_id, form.account()
        )
    )
    if trouble is not None:
        return _page(request, account, credentials=form, trouble=trouble)
    messages.success(
        request, _("The new key works. What was waiting for this account is done now.")
    )
    return redirect("console:shop", shop_id=account.shop_id)


@require_POST
@requires(Right.CONFIGURE)
def serve(request: HttpRequest, account_id: int) -> HttpResponse:
    """Say for which countries and currencies an account is."""
    form, account = ServesForm(request.POST), _account(account_id)
    if not form.is_valid():
        return _page(request, account, serves=form)
    desk.current().connecting.accounts.serve(account_id, **form.cleaned_data)
    messages.success(request, _("New orders go by this from now on."))
    return redirect("console:shop", shop_id=account.shop_id)


@require_POST
@requires(Right.CONFIGURE)
def remove(request: HttpRequest, account_id: int) -> HttpResponse:
    """Forget an account that no order was made with."""
    account = _account(account_id)
    trouble = _tried(lambda: desk.current().connecting.accounts.remove(account_id))
    if trouble is not None:
        return _page(request, account, trouble=trouble)
    messages.success(request, _("The Klarna account is forgotten."))
    return redirect("console:shop", shop_id=account.shop_id)


def _account(account_id: int) -> KlarnaAccount:
    return KlarnaAccount.objects.select_related("shop").get(pk=account_id)


def _tried(act: Callable[[], object]) -> Words | None:
    """Do something to an account; return what is wrong where it was refused."""
    try:
        act()
    except NotConnectable as refusal:
        return said_of_trouble(refusal.code, refusal.about)
    return None


def _page(
    request: HttpRequest,
    account: KlarnaAccount,
    *,
    credentials: Plain | None = None,
    serves: Plain | None = None,
    trouble: Words | None = None,
) -> HttpResponse:
    served = {
        "countries": ", ".join(account.countries),
        "currencies": ", ".join(account.currencies),
    }
    context = {
        "section": "shops",
        "account": account,
        "credentials": credentials or NewKeyForm(),
        "serves": serves or ServesForm(initial=served),
        "trouble": trouble,
        "may_remove": not account.orders.exists(),
    }
    wrong = trouble is not None or credentials is not None or serves is not None
    status = UNPROCESSABLE if wrong else 200
    return render(request, "console/shops/account_change.html", context, status=status)

"""The pages on which a shop is connected: its address, its consent, its Klarna account."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from kvitt.domain.errors import NotConnectable
from kvitt.domain.newcomer import Attempt
from kvitt.web.accounts.guards import for_anybody, requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console.shops import desk
from kvitt.web.console.shops.forms import AccountForm, AddressForm, KeyForm
from kvitt.web.console.shops.troubles import said_of_trouble

#: A key that a shop posts is about 250 bytes; nothing longer is read.
LARGEST_GRANT = 4096
UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.CONFIGURE, everywhere=True)
def begin(request: HttpRequest) -> HttpResponse:
    """Ask for the shop's address, and look whether a shop is there."""
    form, trouble = AddressForm(request.POST or None), None
    if form.is_bound and form.is_valid():
        try:
            attempt = desk.current().connecting.begin(
                form.cleaned_data["address"], actor=request.user.get_username()
            )
        except NotConnectable as refusal:
            trouble = said_of_trouble(refusal.code, refusal.about)
        else:
            return redirect("console:connect-attempt", attempt_id=attempt.uid)
    context = {"section": "shops", "form": form, "trouble": trouble}
    return _answer(request, "console/shops/connect.html", context, wrong=form.is_bound)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.CONFIGURE, everywhere=True)
def attempt(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Lead from the shop's consent to its Klarna account, and to the connected shop."""
    found = _attempt(attempt_id)
    if found.finished and found.shop is not None:
        return redirect("console:shop", shop_id=found.shop)
    if found.is_over(timezone.now()):
        messages.warning(request, said_of_trouble("attempt_over").what)
        return redirect("console:connect")
    if found.key is None:
        return _ask_for_key(request, found)
    return _ask_for_account(request, found)


@csrf_exempt
@never_cache
@sensitive_post_parameters()
@require_POST
@for_anybody
def callback(request: HttpRequest, nonce: str) -> HttpResponse:
    """Take the key that a shop's own server hands over.

    WooCommerce keeps the key only if the answer is exactly 200 (woocommerce-facts.md §11).
    Everything that is not taken gets the same answer.
    """
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > LARGEST_GRANT:
        return _not_taken()
    taken = desk.current().connecting.accept(nonce, request.body)
    return HttpResponse() if taken else _not_taken()


def _not_taken() -> HttpResponse:
    answer = HttpResponse(status=404)
    # Django logs the address of what is not found, and this one may still open a door
    # (``django.utils.log.log_response`` passes over what is marked).
    answer.__dict__["_has_been_logged"] = True
    return answer


def _attempt(uid: UUID) -> Attempt:
    found = desk.current().connecting.attempt(uid)
    if found is None:
        raise Http404
    return found


def _ask_for_key(request: HttpRequest, found: Attempt) -> HttpResponse:
    """Send the operator to the shop's consent page, or take a key made by hand."""
    form, trouble = KeyForm(request.POST or None), None
    connecting = desk.current().connecting
    if form.is_bound and form.is_valid():
        try:
            connecting.give_key(found.uid, form.key())
        except NotConnectable as refusal:
            trouble = said_of_trouble(refusal.code, refusal.about)
        else:
            return redirect("console:connect-attempt", attempt_id=found.uid)
    context = {
        "section": "shops",
        "attempt": found,
        "form": form,
        "trouble": trouble,
        "consent_url": connecting.consent_url(found),
        "is_secure": connecting.public_url.startswith("https://"),
        # What WooCommerce adds to the address it sends the browser back to.
        "came_back": request.GET.get("success", ""),
    }
    return _answer(request, "console/shops/consent.html", context, wrong=form.is_bound)


def _ask_for_account(request: HttpRequest, found: Attempt) -> HttpResponse:
    """Take the Klarna account, where one is needed, and finish."""
    connecting = desk.current().connecting
    needed = connecting.needs_account(found)
    form, trouble = (
        AccountForm(request.POST or None, live_allowed=connecting.live_allowed),
        None,
    )
    if request.method == "POST" and (not needed or form.is_valid()):
        try:
            shop = connecting.finish(found.uid, form.account() if needed else None)
        except NotConnectable as refusal:
            trouble = said_of_trouble(refusal.code, refusal.about)
        else:
            messages.success(request, _("%(name)s is connected.") % {"name": found.name})
            return redirect("console:shop", shop_id=shop)
    context = {
        "section": "shops",
        "attempt": found,
        "form": form if needed else None,
        "trouble": trouble,
    }
    wrong = request.method == "POST"
    return _answer(request, "console/shops/klarna.html", context, wrong=wrong)


def _answer(
    request: HttpRequest, template: str, context: dict[str, object], *, wrong: bool
) -> HttpResponse:
    status = UNPROCESSABLE if wrong else 200
    return render(request, template, context, status=status)

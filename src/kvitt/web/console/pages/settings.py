"""What a person chooses for themselves, what is kept how long, and the rules of each shop."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Shop
from kvitt.web.accounts import recent, roles
from kvitt.web.accounts.guards import own_account, person_of, requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import preferences, rules
from kvitt.web.console.preferences import SettingsForm
from kvitt.web.console.rules import RulesForm

UNREADY = 422


@require_http_methods(["GET", "HEAD", "POST"])
@own_account
def show(request: HttpRequest) -> HttpResponse:
    """Show what the person has chosen, and keep a new choice."""
    person = person_of(request)
    if request.method == "POST":
        form = SettingsForm(request.POST)
        if form.is_valid():
            form.save(person)
            # In the language that the next page will be in.
            with translation.override(form.cleaned_data["language"] or get_language()):
                messages.success(request, _("Your settings are saved."))
            return redirect("console:settings")
    else:
        form = SettingsForm.of(person, preferences.of(request))
    configured = roles.shops_of(request.user, Right.CONFIGURE)
    context = {
        "section": "settings",
        "form": form,
        "shops": reads.visible_shops(configured).only("pk", "name"),
        "configures": roles.may_somewhere(request.user, Right.CONFIGURE),
        "delivery_days": settings.KVITT.delivery_days,
    }
    status = UNREADY if form.errors else 200
    return render(request, "console/settings.html", context, status=status)


@require_safe
@requires(Right.CONFIGURE)
def show_rules(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Show the rules of a shop."""
    shop = _shop(shop_id)
    return _rules(request, shop, RulesForm.of(rules.policy_of(shop)))


@require_http_methods(["POST"])
@requires(Right.CONFIGURE)
@recent.recently_signed_in
def change_rules(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Give a shop new rules."""
    shop = _shop(shop_id)
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _rules(request, shop, form)
    policy = form.policy(rules.policy_of(shop))
    actor = request.user.get_username()
    if rules.save(shop.pk, policy, actor=actor, now=timezone.now()):
        messages.success(request, _("The rules are changed. They apply from the next look on."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("console:rules", shop_id)


def _rules(request: HttpRequest, shop: Shop, form: RulesForm) -> HttpResponse:
    context: dict[str, Any] = {
        "section": "settings",
        "shop": shop,
        "form": form,
        "rows": [(field, rules.default_of(field.name)) for field in form],
        "changes": rules.history(shop),
    }
    status = UNREADY if form.errors else 200
    return render(request, "console/rules.html", context, status=status)


def _shop(shop_id: int) -> Shop:
    shop = Shop.objects.filter(pk=shop_id).first()
    if shop is None:
        raise Http404
    return shop

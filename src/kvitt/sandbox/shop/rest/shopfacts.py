"""What a tool asks a shop when it connects: taxes, currencies, settings, gateways, status."""

from typing import Any

from kvitt.sandbox.shop.catalogue import TaxRate
from kvitt.sandbox.shop.rest import currencies, listing, schema, systemstatus, views
from kvitt.sandbox.shop.rest.answers import Answer, Call, RestError

Json = dict[str, Any]


def taxes(call: Call) -> Answer:
    """Answer the tax table."""
    schema.check(call.params, listing.PAGING)
    return listing.page(call, call.desk.books.tax_rates(), lambda rate: _tax(call, rate))


def tax(call: Call, rate_id: int) -> Answer:
    """Answer one tax rate."""
    rate = call.desk.books.get(TaxRate, rate_id)
    if rate is None:
        raise RestError("woocommerce_rest_invalid_id", "Invalid resource ID.", status=404)
    return Answer(body=_tax(call, rate))


def currency_list(call: Call) -> Answer:
    """Answer every currency."""
    return Answer(body=[_currency(call, code) for code in currencies.CODES])


def currency(call: Call, code: str) -> Answer:
    """Answer one currency; `current` is the shop's."""
    wanted = call.desk.books.settings.currency if code == "current" else code.upper()
    if wanted not in currencies.CODES:
        raise RestError(
            "woocommerce_rest_data_invalid_currency",
            "There are no currencies matching these parameters.",
            status=404,
        )
    return Answer(body=_currency(call, wanted))


def setting(call: Call, group: str, name: str) -> Answer:
    """Answer one of the settings a tool reads on connecting."""
    settings = call.desk.books.settings
    known: dict[tuple[str, str], Json] = {
        ("tax", "woocommerce_prices_include_tax"): _prices_include_tax(
            included=settings.prices_include_tax
        ),
        ("general", "woocommerce_currency"): _plain(name, settings.currency),
        ("general", "woocommerce_price_num_decimals"): _plain(name, str(settings.decimals)),
        ("general", "woocommerce_default_country"): _plain(name, settings.country),
    }
    found = known.get((group, name))
    if found is None:
        raise RestError("rest_setting_setting_invalid", "Invalid setting.", status=404)
    links = call.lens.links(
        f"settings/{group}/{name}",
        collection=f"settings/{group}",
        allow=("GET", "POST", "PUT", "PATCH"),
    )
    return Answer(body={**found, "group_id": group, "_links": links})


def status(call: Call) -> Answer:
    """Answer the system status; a read key suffices."""
    return Answer(body=systemstatus.report(call.desk.books))


def _tax(call: Call, rate: TaxRate) -> Json:
    return {
        "id": rate.id,
        "country": rate.country,
        "state": rate.state,
        "postcode": "",
        "city": "",
        "rate": f"{rate.rate:.4f}",
        "name": rate.name,
        "priority": rate.priority,
        "compound": rate.compound,
        "shipping": rate.shipping,
        "order": rate.order,
        "class": rate.tax_class or "standard",
        "postcodes": [],
        "cities": [],
        "_links": call.lens.links(
            f"taxes/{rate.id}", collection="taxes", allow=views.READ_WRITE
        ),
    }


def _currency(call: Call, code: str) -> Json:
    links = call.lens.links(
        f"data/currencies/{code}", collection="data/currencies", allow=("GET",)
    )
    return {
        "code": code,
        "name": currencies.name(code),
        "symbol": currencies.symbol(code),
        "_links": links,
    }


def _plain(name: str, value: str) -> Json:
    return {"id": name, "label": name, "description": "", "type": "text", "value": value}


def _prices_include_tax(*, included: bool) -> Json:
    return {
        "id": "woocommerce_prices_include_tax",
        "label": "Prices entered with tax",
        "description": "",
        "type": "radio",
        "default": "no",
        "options": {
            "yes": "Yes, I will enter prices inclusive of tax",
            "no": "No, I will enter prices exclusive of tax",
        },
        "tip": "Whether the catalogue's prices bear the tax of the shop's own country.",
        "value": "yes" if included else "no",
    }

"""Lists: pages and their headers, the fields asked for, and the filters on orders.

Unknown filters are ignored without a word, a page past the end is empty with a total of 0,
`modified_after` is exclusive, and a zone together with `dates_are_gmt` is converted twice: all
of it measured (woocommerce-facts.md §9).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from kvitt.sandbox.shop import statuses
from kvitt.sandbox.shop.catalogue import Settings
from kvitt.sandbox.shop.records import Address, Order
from kvitt.sandbox.shop.rest import schema
from kvitt.sandbox.shop.rest.answers import Answer, Call

R = TypeVar("R")

PAGING: dict[str, schema.Check] = {
    "page": schema.integer(least=1),
    "per_page": schema.integer(least=1, most=100),
    "offset": schema.integer(),
    "order": schema.one_of(("asc", "desc")),
}

ORDER_FILTERS: dict[str, schema.Check] = {
    **PAGING,
    "status": schema.words_of(("any", "trash", *statuses.WRITABLE)),
    "after": schema.date,
    "before": schema.date,
    "modified_after": schema.date,
    "modified_before": schema.date,
    "dates_are_gmt": schema.boolean,
    "customer": schema.integer(),
    "product": schema.integer(),
    "dp": schema.integer(),
    "include": schema.integers,
    "exclude": schema.integers,
    "orderby": schema.one_of(("date", "id", "include", "title", "slug", "modified")),
}


def page(call: Call, records: Sequence[R], view: Callable[[R], Any]) -> Answer:
    """Return one page of records with its headers."""
    size = int(call.params.get("per_page", 10))
    number = int(call.params.get("page", 1))
    start = int(call.params.get("offset") or (number - 1) * size)
    shown = records[start : start + size]
    # Past the end WooCommerce counts nothing at all.
    total = len(records) if shown or number == 1 else 0
    pages = -(-total // size)
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    neighbours = [(number - 1, "prev")] if number > 1 else []
    if number < pages:
        neighbours.append((number + 1, "next"))
    if neighbours:
        links = (f'<{_address_of(call, at)}>; rel="{rel}"' for at, rel in neighbours)
        headers["Link"] = ", ".join(links)
    return Answer(body=[view(record) for record in shown], headers=headers)


def only_fields(body: Any, wanted: Any) -> Any:
    """Return what `_fields` asks for; of one record the links stay in any case."""
    if wanted is None:
        return body
    names = schema.as_list(wanted)
    if isinstance(body, list):
        return [_picked(record, names) for record in body]
    links = {"_links": body["_links"]} if "_links" in body else {}
    return {**_picked(body, names), **links}


def orders(call: Call) -> list[Order]:
    """Return the orders a list asks for, in its order."""
    params, settings = call.params, call.desk.books.settings
    tests = _tests(params, settings)
    found = [o for o in call.desk.books.orders() if all(test(o) for test in tests)]
    by = str(params.get("orderby", "date"))
    sort_key = _SORTS.get(by, _SORTS["date"])
    return sorted(found, key=sort_key, reverse=params.get("order", "desc") == "desc")


def moment(value: str, settings: Settings, *, as_gmt: bool) -> datetime:
    """Return the moment a filter means, double conversion included."""
    parsed = datetime.fromisoformat(value.upper())
    offset = timedelta(minutes=settings.utc_offset_minutes)
    if parsed.tzinfo is None:
        utc = parsed.replace(tzinfo=UTC)
        return utc if as_gmt else utc - offset
    utc = parsed.astimezone(UTC)
    return utc + offset if as_gmt else utc


_SORTS: dict[str, Callable[[Order], Any]] = {
    "date": lambda order: (order.created, order.id),
    "modified": lambda order: (order.modified, order.id),
    "id": lambda order: order.id,
}

Test = Callable[[Order], bool]


def _tests(params: Mapping[str, Any], settings: Settings) -> list[Test]:
    tests = [_of_status(schema.as_list(params.get("status", "any")))]
    tests += _of_dates(params, settings)
    for name, keep in (("include", True), ("exclude", False)):
        if params.get(name):
            tests.append(_of_ids({int(i) for i in schema.as_list(params[name])}, keep=keep))
    if params.get("search"):
        tests.append(_of_words(str(params["search"]), settings))
    if params.get("customer"):
        tests.append(_of_customer(int(params["customer"])))
    if params.get("product"):
        tests.append(_of_product(int(params["product"])))
    return tests


def _of_status(wanted: Sequence[str]) -> Test:
    if "any" in wanted:
        return lambda order: order.status not in statuses.HIDDEN
    return lambda order: order.status in wanted


def _of_ids(ids: set[int], *, keep: bool) -> Test:
    return lambda order: (order.id in ids) == keep


def _of_customer(customer_id: int) -> Test:
    return lambda order: order.customer_id == customer_id


def _of_product(product_id: int) -> Test:
    return lambda order: any(
        product_id in {line.product_id, line.variation_id} for line in order.lines
    )


def _of_dates(params: Mapping[str, Any], settings: Settings) -> Iterable[Test]:
    gmt = str(params.get("dates_are_gmt", "")).lower() in {"1", "true", "yes"}
    for name, field in (("after", "created"), ("modified_after", "modified")):
        if params.get(name):
            yield _later(field, moment(str(params[name]), settings, as_gmt=gmt))
    for name, field in (("before", "created"), ("modified_before", "modified")):
        if params.get(name):
            yield _earlier(field, moment(str(params[name]), settings, as_gmt=gmt))


def _later(field: str, limit: datetime) -> Test:
    return lambda order: bool(getattr(order, field) > limit)


def _earlier(field: str, limit: datetime) -> Test:
    return lambda order: bool(getattr(order, field) < limit)


def _of_words(search: str, settings: Settings) -> Test:
    sought = search.lower()

    def test(order: Order) -> bool:
        texts = [order.number, *(line.name for line in order.lines)]
        texts += [order.transaction_id] if settings.hpos else []
        for address in (order.billing, order.shipping):
            texts.append(_text_of(address))
        return any(sought in text.lower() for text in texts)

    return test


def _text_of(address: Address) -> str:
    return " ".join(getattr(address, name) for name in Address.__dataclass_fields__)


def _picked(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the fields asked for; a dotted name works inside objects, not inside lists."""
    picked: dict[str, Any] = {}
    for key, value in record.items():
        inner = [name.partition(".")[2] for name in names if name.startswith(f"{key}.")]
        if key in names:
            picked[key] = value
        elif inner and isinstance(value, dict):
            picked[key] = _picked(value, inner)
    return picked


def _address_of(call: Call, number: int) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in call.query.items():
        if name == "status" or isinstance(value, list):
            words = schema.as_list(value)
            pairs += [(f"{name}[{place}]", word) for place, word in enumerate(words)]
        elif name != "page":
            pairs.append((name, str(value)))
    query = "&".join(f"{quote(n)}={quote(v)}" for n, v in [*pairs, ("page", str(number))])
    return f"{call.lens.base}/{call.path}?{query}"

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from contract.sandbox_shop.stage import SAMPLES, Json, Stage, same
from kvitt.sandbox.shop.catalogue import Product

#: What was sent between the captured steps 21 and 22, by the order's system notes.
TRANSITIONS = (
    "completed",
    "pending",
    "processing",
    "cancelled",
    "processing",
    "refunded",
    "processing",
    "failed",
    "on-hold",
    "completed",
    "cancelled",
)


def with_our_ids(value: Any, ids: dict[int, int]) -> Any:
    """Return a captured request with our ids in place of the captured ones."""
    if isinstance(value, list):
        return [with_our_ids(entry, ids) for entry in value]
    if isinstance(value, dict):
        return {
            name: ids.get(entry, entry) if name == "id" else with_our_ids(entry, ids)
            for name, entry in value.items()
        }
    return value


def learn_ids(ours: Json, theirs: Json, ids: dict[int, int]) -> None:
    """Remember which of our ids stands for which captured one."""
    for name in ("line_items", "shipping_lines", "fee_lines", "meta_data"):
        for mine, captured in zip(ours[name], theirs[name], strict=True):
            ids[captured["id"]] = mine["id"]


def steps(first: int, last: int) -> Iterator[str]:
    """Yield the names of captured edits from one number to another."""
    for path in sorted((SAMPLES / "put").glob("*.json")):
        if first <= int(path.name[:2]) <= last:
            yield f"put/{path.stem}"


def replay(
    stage: Stage, order_id: int, names: Iterator[str], sample: Callable[[str], Any]
) -> None:
    """Send captured edits one after another and compare every answer."""
    ids: dict[int, int] = {}
    for name in names:
        theirs = sample(name)
        before = stage.call("GET", f"orders/{order_id}").get_json()
        if not ids:
            _first_ids(before, theirs["body"], ids)
        stage.later()
        response = stage.call(
            "PUT", f"orders/{order_id}", with_our_ids(theirs["request"]["body"], ids)
        )
        ours = response.get_json()

        assert response.status_code == theirs["status"], name
        same(ours, theirs["body"])
        learn_ids(ours, theirs["body"], ids)


def _first_ids(before: Json, theirs: Json, ids: dict[int, int]) -> None:
    for name in ("line_items", "shipping_lines"):
        for mine, captured in zip(before[name], theirs[name], strict=False):
            ids[captured["id"]] = mine["id"]


def test_twenty_one_edits_in_a_row_answer_as_captured(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """Quantities, totals, removals, fees, shipping, coupons, meta and an empty PUT."""
    first = sample("put/01_qty_only_keeps_total")["body"]
    line = {**first["line_items"][0], "quantity": 8}
    order_id = stage.order({**first, "line_items": [line]}, status="on-hold")["id"]

    replay(stage, order_id, steps(1, 21), sample)


def test_any_status_may_follow_any_other_and_notes_say_so(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """The system notes of a day of changes are the captured ones, in the captured order."""
    last = sample("put/22_after_refunded_status")["body"]
    first = sample("put/01_qty_only_keeps_total")["body"]
    line = {**first["line_items"][0], "quantity": 8}
    order_id = stage.order({**first, "line_items": [line]}, status="on-hold")["id"]
    replay(stage, order_id, steps(1, 20), sample)
    stage.call("PUT", f"orders/{order_id}", {"status": "on-hold"})
    stage.call("POST", f"orders/{order_id}/notes", {"note": "hej"})
    for status in TRANSITIONS:
        stage.later()
        response = stage.call("PUT", f"orders/{order_id}", {"status": status})
        assert response.status_code == 200

    theirs = sample("notes/system_notes_after_transitions")["body"]
    ours = stage.call("GET", f"orders/{order_id}/notes").get_json()

    assert _texts(ours) == _texts(theirs)
    same(stage.call("GET", f"orders/{order_id}").get_json(), last)


def test_lines_are_edited_over_rest_in_any_status(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """A processing and a completed order take line edits, and `set_paid` changes nothing."""
    first = sample("put/23_edit_line_in_processing")["body"]
    order_id = stage.order(first)["id"]
    replay(stage, order_id, steps(23, 23), sample)
    stage.call("PUT", f"orders/{order_id}", {"status": "completed"})
    replay(stage, order_id, steps(24, 26), sample)


def test_a_line_of_a_deleted_product_can_be_edited(
    stage: Stage, sample: Callable[[str], Any]
) -> None:
    """A line whose product is gone keeps its tax class and takes new amounts."""
    theirs = sample("put/27_edit_deleted_product_line")["body"]
    gone = stage.books.put(Product(id=47, name="Snart borta", sku="X", price=Decimal(80)))
    line = {**theirs["line_items"][0], "product_id": gone.id, "quantity": 2}
    lines = [line, *theirs["line_items"][1:]]
    order_id = stage.order({**theirs, "line_items": lines})["id"]
    stage.books.remove(gone)

    replay(stage, order_id, steps(27, 27), sample)


def _texts(notes: list[Json]) -> list[tuple[str, str]]:
    return [(n["author"], n["note"]) for n in sorted(notes, key=lambda note: note["id"])]

"""Orders with anything in any place are read, or are unreadable: nothing else."""

from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kvitt.domain.errors import MalformedReply, UnreadableOrder
from unit.adapters import samples
from unit.adapters.woocommerce.orders import meta, one, parse

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NAMES = sorted(set(samples.body_of("get_order/many")) - {"id"})


@given(st.sampled_from(NAMES), JSON)
def test_no_field_of_any_shape_raises_anything_else(name: str, value: object) -> None:
    """Whatever stands in a field, the order is read or is unreadable."""
    with suppress(UnreadableOrder):
        assert parse(one(**{name: value})).number


@given(st.sampled_from(sorted(samples.body_of("refunds/04_line_items"))), JSON)
def test_no_refund_of_any_shape_raises_anything_else(name: str, value: object) -> None:
    """Whatever stands in a refund, it is read or makes its order unreadable."""
    document = {**samples.body_of("refunds/04_line_items"), name: value}
    with suppress(UnreadableOrder, MalformedReply):
        assert len(parse(one(), [document]).refunds) == 1


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "_wc_klarna_order_id",
                "_kom_disconnect",
                "_wc_klarna_capture_id",
                "_kco_added_surcharge",
                "_ywgc_applied_gift_cards",
                "_wc_shipment_tracking_items",
                "_wc_klarna_country",
            ]
        ),
        JSON,
    )
)
def test_no_meta_of_any_shape_stops_an_order(values: dict[str, Any]) -> None:
    """Meta data is other plugins', and never makes an order unreadable."""
    for total in ("125.00", "100.00", "150.00"):
        assert parse(one(total=total, meta_data=meta(**values))).number

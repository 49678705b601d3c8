"""Ids as their own types, so that a refund's id is never passed as an order's."""

from typing import NewType

#: Row id of a connected shop in our database.
ShopId = NewType("ShopId", int)
#: WooCommerce's order id: unique within one shop.
StoreOrderId = NewType("StoreOrderId", int)
#: WooCommerce's refund id: unique within one shop.
StoreRefundId = NewType("StoreRefundId", int)
#: Klarna's ``order_id``: 8-4-4-4-12 hex, not always a valid UUID version (klarna-api.md §5).
KlarnaOrderId = NewType("KlarnaOrderId", str)
CaptureId = NewType("CaptureId", str)
RefundId = NewType("RefundId", str)

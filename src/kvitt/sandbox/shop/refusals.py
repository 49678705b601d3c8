"""What WooCommerce says no to, with the code, the text and the HTTP status it says it with."""


class ShopError(Exception):
    """A wish the shop refuses. `code` is without the REST prefix only where REST adds none."""

    def __init__(self, message: str, *, code: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status


class UnknownOrder(ShopError):
    """There is no order with this id."""

    def __init__(self, order_id: int) -> None:
        super().__init__(
            "Invalid ID.", code="woocommerce_rest_shop_order_invalid_id", status=404
        )
        self.order_id = order_id

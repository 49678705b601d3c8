"""Addresses of the console."""

from django.urls import path

from kvitt.web.console.pages import attention, order, orders

app_name = "console"

urlpatterns = [
    path("", orders.home, name="home"),
    path("orders", orders.show, name="orders"),
    path("orders/<int:order_id>", order.show, name="order"),
    path("orders/<int:order_id>/live", order.live, name="live"),
    path("orders/<int:order_id>/look-again", order.look_again, name="look-again"),
    path("orders/<int:order_id>/retry", order.retry, name="retry"),
    path("shop-orders/<int:store_order_id>", orders.of_shop, name="of-shop"),
    path("attention", attention.show, name="attention"),
    path("attention/retry", attention.retry_all, name="retry-all"),
]

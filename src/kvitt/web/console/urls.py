"""Addresses of the console."""

from django.urls import include, path

from kvitt.web.console.asking import views as asking
from kvitt.web.console.notices import views as notices
from kvitt.web.console.pages import (
    activity,
    attention,
    dashboard,
    inbox,
    keys,
    managing,
    order,
    orders,
    sandbox,
    settings,
    tokens,
    views,
)
from kvitt.web.console.reconciliation import views as reconciliation
from kvitt.web.console.runs import views as runs
from kvitt.web.console.webhooks import views as webhooks

app_name = "console"

urlpatterns = [
    path("", include("kvitt.web.console.shops.urls")),
    path("", orders.home, name="home"),
    path("orders", orders.show, name="orders"),
    path("orders.csv", orders.download, name="download"),
    path("orders/views", views.keep, name="keep-view"),
    path("orders/views/<int:view_id>/forget", views.forget, name="forget-view"),
    path("orders/<int:order_id>", order.show, name="order"),
    path("orders/<int:order_id>/live", order.live, name="live"),
    path("orders/<int:order_id>/look-again", order.look_again, name="look-again"),
    path("orders/<int:order_id>/retry", order.retry, name="retry"),
    path("orders/<int:order_id>/leave-alone", managing.leave_alone, name="leave-alone"),
    path("orders/<int:order_id>/take-up", managing.take_up, name="take-up"),
    path("orders/<int:order_id>/approve", attention.approve, name="approve"),
    path("orders/<int:order_id>/decline", attention.decline, name="decline"),
    path("orders/<int:order_id>/assign", attention.assign, name="assign"),
    path("orders/<int:order_id>/snooze", attention.snooze, name="snooze"),
    path("orders/<int:order_id>/calls/<uuid:call_id>", activity.one, name="call"),
    path(
        "orders/<int:order_id>/calls/<uuid:call_id>/settle", activity.settle, name="settle-call"
    ),
    path("shop-orders/<int:store_order_id>", orders.of_shop, name="of-shop"),
    path("attention", attention.show, name="attention"),
    path("attention/retry", attention.retry_all, name="retry-all"),
    path("activity", activity.show, name="activity"),
    path("overview", dashboard.show, name="dashboard"),
    path("inbox", inbox.show, name="inbox"),
    path("inbox/<int:shop_id>/<int:delivery_id>", inbox.one, name="delivery"),
    path("sandbox", sandbox.show, name="sandbox"),
    path("sandbox/live", sandbox.live, name="sandbox-live"),
    path("sandbox/<str:code>/begin", sandbox.begin, name="begin"),
    path("settings", settings.show, name="settings"),
    path("settings/rules/<int:shop_id>", settings.show_rules, name="rules"),
    path("settings/rules/<int:shop_id>/change", settings.change_rules, name="change-rules"),
    path("settings/tokens", tokens.show, name="tokens"),
    path("settings/tokens/make", tokens.make, name="make-token"),
    path("settings/tokens/<int:key_id>/revoke", tokens.revoke, name="revoke-token"),
    path("help/keys", keys.show, name="keys"),
    *notices.addresses(),
    *webhooks.addresses(),
    *asking.addresses(),
    *reconciliation.addresses(),
    *runs.addresses(),
]

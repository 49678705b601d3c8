"""Addresses of the shops' pages; part of the console's."""

from django.urls import path

from kvitt.web.console.shops import accounts, connecting, handover, importing, shop

urlpatterns = [
    path("shops", shop.index, name="shops"),
    path("shops/connect", connecting.begin, name="connect"),
    path("shops/connect/<uuid:attempt_id>", connecting.attempt, name="connect-attempt"),
    # Told to shops; beyond the slash is what nobody can guess.
    path("connect/woo/<str:nonce>", connecting.callback, name="connect-callback"),
    path("shops/<int:shop_id>", shop.show, name="shop"),
    path("shops/<int:shop_id>/check", shop.check, name="shop-check"),
    path("shops/<int:shop_id>/vouch", shop.vouch, name="shop-vouch"),
    path("shops/<int:shop_id>/move", shop.move, name="shop-move"),
    path("shops/<int:shop_id>/pause", shop.pause, name="shop-pause"),
    path("shops/<int:shop_id>/resume", shop.resume, name="shop-resume"),
    path("shops/<int:shop_id>/connect-again", shop.connect_again, name="connect-again"),
    path("shops/<int:shop_id>/accounts/add", accounts.add, name="add-account"),
    path("shops/accounts/<int:account_id>", accounts.show, name="account"),
    path("shops/accounts/<int:account_id>/key", accounts.replace, name="account-key"),
    path("shops/accounts/<int:account_id>/serves", accounts.serve, name="account-serves"),
    path("shops/accounts/<int:account_id>/remove", accounts.remove, name="account-remove"),
    path("shops/<int:shop_id>/hand-over", handover.show, name="hand-over"),
    path("shops/<int:shop_id>/take-over", handover.take_over, name="take-over"),
    path("shops/<int:shop_id>/hand-back", handover.hand_back, name="hand-back"),
    path("orders/<int:order_id>/take-over", handover.take_over_order, name="take-order"),
    path("shops/<int:shop_id>/import", importing.show, name="import"),
    path("shops/<int:shop_id>/import/start", importing.start, name="import-start"),
    path("shops/<int:shop_id>/import/approve", importing.approve, name="import-approve"),
]

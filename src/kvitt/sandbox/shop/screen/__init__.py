"""The sandbox shop's order screen: what a merchant sees and presses, as in WooCommerce.

`app` is the WSGI application, `asides` what it is told of the world around it. Pages are read
from the engine's snapshots (`listing`, `order_view`, `item_rows`, `totals_block`), and every
change is one form post that ends at the engine's desk (`order_posts`, `bulk`). The law: every
page and every change works without JavaScript; the script only saves reloads.
"""

from kvitt.sandbox.shop.screen.app import ScreenApp
from kvitt.sandbox.shop.screen.asides import Asides

__all__ = ["Asides", "ScreenApp"]

"""Addresses inside the order screen, made from where the request found the shop.

The same paths and query words as WordPress, so that a bookmark reads like one of a real shop.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

STATIC = "/wp-admin/static/"
ADMIN = "/wp-admin/admin.php"
POST = "/wp-admin/post.php"
AJAX = "/wp-admin/admin-ajax.php"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes addresses; `root` is what stands before the shop's own paths, such as `/shop`."""

    root: str

    def home(self) -> str:
        """The sandbox shop's front page."""
        return f"{self.root}/"

    def static(self, name: str) -> str:
        """A stylesheet or script."""
        return f"{self.root}{STATIC}{name}"

    def admin(self, page: str, **query: str | int) -> str:
        """A page of the admin; empty values are left out."""
        kept = {key: value for key, value in query.items() if value not in {"", 0}}
        return f"{self.root}{ADMIN}?{urlencode({'page': page, **kept})}"

    def orders(self, **query: str | int) -> str:
        """The list of orders."""
        return self.admin("wc-orders", **query)

    def products(self) -> str:
        """The list of products."""
        return self.admin("products")

    def order(self, order_id: int, **query: str | int) -> str:
        """The page of one order."""
        return self.admin("wc-orders", action="edit", id=order_id, **query)

    def notes(self, order_id: int) -> str:
        """The order's notes alone, for the script to look at."""
        query = urlencode({"action": "order_notes", "id": order_id})
        return f"{self.root}{AJAX}?{query}"

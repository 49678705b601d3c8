"""What the order screen is told of the world around it: where else to go, and its secret.

Values only. An empty address means that the page says nothing about that place.
"""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Asides:
    """Addresses of the neighbours, who is at the desk, and the key that signs forms."""

    #: Signs the token in every form. Whoever knows it can forge one.
    secret: str
    #: The one user of a shop without log-in; notes written here bear this name.
    user: str = "admin"
    console_url: str = ""
    #: The console's page of one order, with `{order_id}` where the number goes.
    console_order_url: str = ""
    klarna_url: str = ""
    #: Klarna's page of one order, with `{klarna_order_id}` where the id goes.
    klarna_order_url: str = ""
    #: Where histories can be played in this shop.
    stories_url: str = ""
    #: Seconds between two looks at an open order page's notes.
    notes_pace: float = 1.5

    def console_page(self, order_id: int) -> str:
        """Return where the console shows an order, or nothing."""
        return self.console_order_url.replace("{order_id}", str(order_id))

    def klarna_page(self, klarna_order_id: str) -> str:
        """Return where the sandbox Klarna shows an order, or nothing."""
        if not klarna_order_id:
            return ""
        safe = quote(klarna_order_id, safe="")
        return self.klarna_order_url.replace("{klarna_order_id}", safe)

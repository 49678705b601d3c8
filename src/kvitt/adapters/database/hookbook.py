"""What is known here of each shop's webhooks: where they go, and what was refused."""

from dataclasses import dataclass
from datetime import datetime

from kvitt.adapters.database.models import RejectCounter, Shop
from kvitt.adapters.database.repositories import ShopRepository
from kvitt.domain.ids import ShopId

#: As the webhook front counts it.
BAD_SIGNATURE = "bad_signature"


@dataclass(frozen=True, kw_only=True, slots=True)
class HookAddress:
    """Where a shop's webhooks go, and what they are signed with."""

    url: str
    secret: str

    def __repr__(self) -> str:
        return "HookAddress(…)"


@dataclass(frozen=True, kw_only=True, slots=True)
class HookBook:
    """Fits the Protocol of ``application/webhooks.py`` by shape."""

    repository: ShopRepository
    #: Where shops reach us; empty where they cannot.
    public_url: str

    def shops(self) -> list[ShopId]:
        """Return the shops whose webhooks are kept."""
        return self.repository.shops()

    def hook(self, shop: ShopId) -> HookAddress | None:
        """Return where its webhooks go; None where no shop can reach us."""
        if not self.public_url:
            return None
        row = self.repository.shop(shop)
        return HookAddress(
            url=f"{self.public_url}/hooks/{row.hook_token}",
            secret=self.repository.hook_secrets(row)[0],
        )

    def replace_secret(self, shop: ShopId, secret: str) -> None:
        """Sign with a new secret from now on; the one before is accepted as well."""
        self.repository.rotate_hook_secret(shop, secret)

    def wrongly_signed_at(self, shop: ShopId) -> datetime | None:
        """Return when it last delivered with a wrong signature, if nothing good came since."""
        counted = RejectCounter.objects.filter(shop=shop, reason=BAD_SIGNATURE)
        last = counted.order_by("-last_at").values_list("last_at", flat=True).first()
        heard = Shop.objects.values_list("heard_at", flat=True).get(pk=shop)
        return last if last is not None and (heard is None or last > heard) else None

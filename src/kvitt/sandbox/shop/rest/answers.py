"""What a REST call is and what it gets: the call, the answer, and the refusal.

The shape of a refusal is WordPress's `{code, message, data}`. For refunds `data` is a bare
number, because WooCommerce passes its status in the wrong place (woocommerce-facts.md §7, §12).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kvitt.sandbox.shop.catalogue import ApiKey
from kvitt.sandbox.shop.desk import OrderDesk
from kvitt.sandbox.shop.refusals import ShopError
from kvitt.sandbox.shop.rest.views import Lens
from kvitt.sandbox.shop.webhooks import Deliverer

Json = dict[str, Any]


class RestError(Exception):
    """A call that is refused."""

    def __init__(
        self, code: str, message: str, *, status: int, data: Any = None, bare: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        extra = dict(data or {})
        self.data: Any = bare if bare is not None else {"status": status, **extra}

    def body(self) -> Json:
        """Return the JSON of the refusal."""
        return {"code": self.code, "message": self.message, "data": self.data}


def of_shop(error: ShopError) -> RestError:
    """Return a refusal of the shop as REST puts it."""
    return RestError(error.code, error.message, status=error.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call gets when nothing is wrong."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: who asks, for what path, with which parameters."""

    desk: OrderDesk
    deliverer: Deliverer
    key: ApiKey
    #: Query, form and JSON parameters together; JSON wins.
    params: Mapping[str, Any]
    #: The query's parameters alone, for links to other pages.
    query: Mapping[str, Any]
    path: str

    @property
    def lens(self) -> Lens:
        """How this call wants amounts to look: `dp`, or the shop's decimals."""
        places = self.params.get("dp")
        bench = self.desk.bench
        decimals = bench.books.settings.decimals if places in {None, ""} else int(str(places))
        return Lens(bench=bench, places=decimals)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a parameter that is yes or no."""
        value = self.params.get(name, default)
        return value is True or str(value).lower() in {"1", "true", "yes"}

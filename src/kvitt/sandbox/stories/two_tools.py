"""The story of two tools on one order: the shop's own plugin acts, and so might another."""

from typing import TYPE_CHECKING

from kvitt.sandbox import plugin_line
from kvitt.sandbox.histories import CAPTURED, refund, set_status
from kvitt.sandbox.shop import kom
from kvitt.sandbox.stories.people import MUGS, SHIRTS, one
from kvitt.sandbox.stories.stage import Scene, Stage, Story, asked_about, both, each, every

if TYPE_CHECKING:
    from kvitt.sandbox.town import Town


def _switch_on(stage: Stage) -> None:
    town = stage.town
    if not isinstance(town.desk.gateway, kom.OrderManagement):
        kom.activate(town.desk, plugin_line.to(town.klarna, town.merchant_id))
    each(set_status("completed"))(stage)


def _switch_off(stage: Stage) -> None:
    plugin = stage.town.desk.gateway
    if isinstance(plugin, kom.OrderManagement):
        kom.deactivate(stage.town.desk, plugin)


def _refunded(town: "Town", order_id: int, klarna_id: str) -> bool:
    del order_id
    record = town.books.order(klarna_id)
    return record is not None and record.refunded_amount > 0


TWO_TOOLS = Story(
    name="two-tools",
    title="Two tools on one order",
    teaches=(
        "The shop's own plugin, Klarna Order Management, is switched on again by an update. "
        "It captures when the order is completed, and refunds with the button. Whoever else "
        "watches the order finds both done, writes them down as done, and sends neither. One "
        "capture, one refund; still, switch one of the two tools off."
    ),
    baskets=one(SHIRTS, MUGS),
    scenes=(
        Scene(
            says="Klarna Order Management is on. The order is completed, and it captures.",
            happens=_switch_on,
        ),
        Scene(
            says="The other tool took nothing. 100.00 is refunded with the plugin's button.",
            ready=both(every(CAPTURED), asked_about),
            happens=each(refund(amount="100.00", reason="Late delivery")),
        ),
        Scene(
            says="It has looked again, and refunded nothing. The plugin is switched off.",
            ready=both(every(_refunded), asked_about),
            happens=_switch_off,
        ),
    ),
    undo=_switch_off,
)

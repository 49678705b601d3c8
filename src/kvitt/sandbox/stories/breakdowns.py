"""Stories of things that break and are mended: an answer, the shop's cron, a key."""

from datetime import datetime

from kvitt.sandbox.checkout import Basket
from kvitt.sandbox.histories import CAPTURED, set_status
from kvitt.sandbox.shop.catalogue import Settings as ShopSettings
from kvitt.sandbox.stories.people import LAMP, MUGS, SHIRTS, basket, one
from kvitt.sandbox.stories.stage import (
    Scene,
    Stage,
    Story,
    asked_about,
    both,
    each,
    every,
    noted,
    refused,
)

#: What the key is lengthened by, so that the old one no longer opens anything.
_CHANGED = "-changed-overnight"


def _lose_the_answer(stage: Stage) -> None:
    for placed in stage.orders:
        stage.town.klarna.faults.add(
            "reset_after_commit", operation="create_capture", order_id=placed.klarna_id
        )
    each(set_status("completed"))(stage)


def _mend_the_line(stage: Stage) -> None:
    ours = {placed.klarna_id for placed in stage.orders}
    for rule in stage.town.klarna.faults.rules:
        if rule.order_id in ours:
            stage.town.klarna.faults.remove(rule.rule_id)


LOST_ANSWER = Story(
    name="lost-answer",
    title="Lost answer after a capture",
    teaches=(
        "Klarna captures the money, and the line breaks before it can say so. Nobody can tell "
        "from the outside whether it worked. The same call is sent again under the same key, "
        "and Klarna repeats its first answer instead of capturing twice. There is one capture "
        "and one note, as if nothing had happened."
    ),
    baskets=one(LAMP),
    scenes=(
        Scene(
            says="Completed, and Klarna's answer to the capture will be lost.",
            happens=_lose_the_answer,
        ),
        Scene(
            says="It was asked again: one capture, one note.",
            ready=both(every(CAPTURED), noted),
        ),
    ),
    undo=_mend_the_line,
)


def _kill_cron(stage: Stage) -> None:
    stage.town.desk.books.change_settings(cron_pace=None)
    each(set_status("completed"))(stage)


def _revive_cron(stage: Stage) -> None:
    stage.town.desk.books.change_settings(cron_pace=ShopSettings().cron_pace)


DEAD_CRON = Story(
    name="dead-cron",
    title="Shop with dead cron",
    teaches=(
        "The shop's own scheduler has stopped, as it does on many small hosts, and with it "
        "every message the shop would send. The order is completed and nobody is told. The "
        "shop is asked now and then which orders have changed, so the capture comes some "
        "minutes later instead of never."
    ),
    baskets=one(MUGS),
    scenes=(
        Scene(
            says="The shop's cron dies. The order is completed.",
            ready=asked_about,
            happens=_kill_cron,
        ),
        Scene(
            says="The change was found without a message: captured.",
            ready=both(every(CAPTURED), noted),
        ),
    ),
    undo=_revive_cron,
)


def _three_orders(now: datetime) -> tuple[Basket, ...]:
    del now
    return (basket(MUGS), basket(SHIRTS), basket(LAMP))


def _revoke(stage: Stage) -> None:
    _set_password(stage, _password(stage) + _CHANGED)
    each(set_status("completed"))(stage)


def _put_back(stage: Stage) -> None:
    _set_password(stage, _password(stage))


def _password(stage: Stage) -> str:
    """Return the password as it is when nobody has changed it."""
    town = stage.town
    return town.books.settings.merchant(town.merchant_id).password.removesuffix(_CHANGED)


def _set_password(stage: Stage, password: str) -> None:
    stage.town.books.change_merchant(stage.town.merchant_id, password=password)


KEY_REVOKED = Story(
    name="key-revoked",
    title="Key revoked overnight",
    teaches=(
        "Somebody replaces the Klarna API key overnight. In the morning three orders are "
        "completed, and Klarna refuses the first call. Nothing is lost: the account is left "
        "alone from then on, with one alarm instead of a note on every order, and the orders "
        "wait. Put the new key in, and they go on by themselves, each captured once. In this "
        "story the old key is simply made valid again, which is noticed some minutes later."
    ),
    baskets=_three_orders,
    scenes=(
        Scene(
            says="Klarna's key is revoked. Three orders are completed in the morning.",
            happens=_revoke,
        ),
        Scene(
            says="Klarna has refused the key, and is left alone. The key is valid again.",
            ready=refused,
            happens=_put_back,
        ),
        Scene(says="Every order is captured, once.", ready=both(every(CAPTURED), noted)),
    ),
    undo=_put_back,
)

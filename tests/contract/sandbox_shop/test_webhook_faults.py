import threading

from contract.sandbox_shop.stage import Answers, Stage
from kvitt.sandbox.shop.app import ShopApp
from kvitt.sandbox.shop.books import Pending
from kvitt.sandbox.shop.desk import ScreenForm
from kvitt.sandbox.shop.webhooks import OutgoingPost


def changed(stage: Stage, order_id: int) -> None:
    """Change an order so that one delivery is queued."""
    stage.call("PUT", f"orders/{order_id}", {})


def test_a_failed_delivery_is_lost(stage: Stage) -> None:
    """Nothing is sent again after a 500, also when the next one works."""
    order_id = stage.mug()["id"]
    stage.listen("order.updated")
    stage.world.status = 500
    changed(stage, order_id)
    stage.delivered()
    stage.world.status = 200

    assert stage.delivered() == []


def test_a_success_forgets_failures_and_a_redirect_is_one(stage: Stage) -> None:
    """A 302 counts as delivered and sets the count of failures to nothing."""
    order_id = stage.mug()["id"]
    stage.listen("order.updated")
    for status, failures in ((304, 1), (0, 2), (302, 0)):
        stage.world.status = status
        changed(stage, order_id)
        stage.delivered()
        assert stage.books.webhooks()[0].failure_count == failures


def test_a_change_during_a_delivery_is_told_anew(stage: Stage) -> None:
    """What happens while a delivery is under way is queued again."""
    order_id = stage.mug()["id"]
    stage.listen("order.updated")

    def change_again(post: OutgoingPost) -> int:
        stage.world.posts.append(post)
        if len(stage.world.posts) == 1:
            changed(stage, order_id)
        return 200

    stage.app.deliverer.send = change_again
    changed(stage, order_id)

    assert stage.app.deliverer.deliver_due() == 1
    assert stage.app.deliverer.deliver_due() == 1
    assert stage.app.deliverer.deliver_due() == 0


def test_faults_drop_double_delay_and_turn_round(stage: Stage) -> None:
    """Each fault does what its name says, the counted ones as often as told."""
    first, second = stage.mug()["id"], stage.mug()["id"]
    stage.listen("order.updated")
    faults = stage.app.deliverer.faults
    faults.drop = 1
    changed(stage, first)
    dropped = stage.delivered()
    faults.double = 1
    changed(stage, first)
    doubled = stage.delivered()
    faults.delay = 60
    changed(stage, first)
    delayed = stage.delivered()
    stage.later(61)
    late = stage.delivered()
    faults.delay, faults.disorder = 0, True
    changed(stage, first)
    changed(stage, second)
    stage.delivered()

    assert [len(run) for run in (dropped, doubled, delayed, late)] == [0, 2, 0, 1]
    assert f'"id":{second}'.encode() in stage.world.posts[0].body


def test_private_addresses_are_refused_by_a_real_shop(stage: Stage) -> None:
    """Without the sandbox's switch nothing goes to a loopback address."""
    order_id = stage.mug()["id"]
    stage.listen("order.updated")
    stage.books.change_settings(allow_private_delivery=False)
    changed(stage, order_id)

    assert stage.delivered() == []
    assert stage.books.webhooks()[0].failure_count == 1


def test_a_shop_whose_cron_is_dead_delivers_when_an_admin_page_is_opened(
    stage: Stage,
) -> None:
    """With cron dead the thread waits for a visit, however much is queued."""
    arrived = threading.Event()

    class Waiting(Answers):
        def send(self, post: OutgoingPost) -> int:
            arrived.set()
            return super().send(post)

    order_id = stage.mug()["id"]
    stage.listen("order.updated")
    stage.books.change_settings(cron_pace=None)
    app = ShopApp(stage.desk, send=Waiting().send)
    app.deliverer.start()
    try:
        changed(stage, order_id)
        before = len(stage.books.every(Pending))
        stage.desk.admin_visited()

        assert before == 1
        assert arrived.wait(timeout=10)
    finally:
        app.deliverer.stop()


def test_a_living_cron_delivers_by_itself_and_stops_cleanly(stage: Stage) -> None:
    """A started deliverer sends what is queued, and stopping it ends its thread."""
    arrived = threading.Event()

    def send(_post: OutgoingPost) -> int:
        arrived.set()
        return 200

    order_id = stage.mug()["id"]
    stage.listen("order.updated")
    stage.books.change_settings(cron_pace=0.0)
    app = ShopApp(stage.desk, send=send)
    app.deliverer.start()
    try:
        changed(stage, order_id)

        assert arrived.wait(timeout=10)
    finally:
        app.deliverer.stop()
    assert "shop-cron" not in {thread.name for thread in threading.enumerate()}


def test_a_hand_made_order_is_told_as_updated_before_created(stage: Stage) -> None:
    """Opening the form tells nobody; its first save tells both, in the odd order."""
    stage.listen("order.created", "order.updated")
    draft = stage.desk.new_order()
    opened = stage.delivered()
    stage.desk.save_screen(draft.id, ScreenForm(status="processing"), by="admin")

    assert opened == []
    assert stage.delivered() == ["order.updated", "order.created"]
    assert stage.desk.bench.order(draft.id).paid is None

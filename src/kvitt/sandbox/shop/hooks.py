"""Which webhooks a happening in the shop queues.

One delivery waits for each webhook and order: what happens again before it leaves changes what
it will say, since the body is built when it is sent (woocommerce-facts.md §10).
"""

from datetime import timedelta

from kvitt.sandbox.shop.books import Pending, ShopBooks

CREATED = "order.created"
UPDATED = "order.updated"
DELETED = "order.deleted"
RESTORED = "order.restored"

TOPICS = (CREATED, UPDATED, DELETED, RESTORED)


def announce(books: ShopBooks, topic: str, order_id: int, *, delay: float = 0) -> None:
    """Queue a delivery to every active webhook of a topic that has none waiting."""
    with books.locked():
        waiting = {(p.webhook_id, p.order_id) for p in books.every(Pending)}
        for webhook in books.webhooks():
            if webhook.topic != topic or webhook.status != "active":
                continue
            if (webhook.id, order_id) in waiting:
                continue
            books.put(
                Pending(
                    id=books.next_id_of(Pending),
                    webhook_id=webhook.id,
                    order_id=order_id,
                    due=books.instant() + timedelta(seconds=delay),
                )
            )
    books.stirred.set()


def admin_visited(books: ShopBooks) -> None:
    """Let the queue run once, as an opened admin page does in a shop without cron."""
    books.visited.set()
    books.stirred.set()

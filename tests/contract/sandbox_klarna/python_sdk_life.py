"""Lives one order through the generated Python SDK (klarna-api.md §16.2), as a process.

Arguments: base URL, user, password, order id. Prints what came of each call as JSON.
"""

import json
import sys
from typing import Any

from klarna.configuration import Configuration, Environment, Server
from klarna.exceptions.api_exception import ApiException
from klarna.http.auth.basic_auth import BasicAuthCredentials
from klarna.klarna_client import KlarnaClient

NOBODY_S = "00000000-0000-4000-8000-000000000000"


def client(user: str, password: str) -> Any:
    return KlarnaClient(
        environment=Environment.ENVIRONMENT2,
        basic_auth_credentials=BasicAuthCredentials(user, password),
    )


def refused(call: Any, *args: Any) -> dict[str, Any]:
    """Return the class, the status and the code of what the SDK raises."""
    try:
        call(*args)
    except ApiException as error:
        return {
            "class": type(error).__name__,
            "status": error.response_code,
            "code": getattr(error, "error_code", ""),
        }
    return {"class": "", "status": 0, "code": ""}


def live(klarna: Any, order_id: str) -> dict[str, Any]:
    """Acknowledge, change, capture in parts with one key twice, refund, release."""
    told: dict[str, Any] = {"at_first": klarna.orders.get_order(order_id).body.status}
    klarna.orders.acknowledge_order(order_id)
    klarna.orders.extend_authorization_time(order_id)
    klarna.orders.update_merchant_references(order_id, {"merchant_reference1": "py-1"})
    first = klarna.captures.capture_order(
        order_id, {"captured_amount": 500}, klarna_idempotency_key="k-1"
    )
    again = klarna.captures.capture_order(
        order_id, {"captured_amount": 500}, klarna_idempotency_key="k-1"
    )
    headers = [
        {name.lower(): value for name, value in made.headers.items()} for made in (first, again)
    ]
    told["capture_ids"] = [found["capture-id"] for found in headers]
    told["statuses"] = [first.status_code, again.status_code]
    told["refund"] = klarna.refunds.refund_order(order_id, {"refunded_amount": 200}).status_code
    told["over"] = refused(klarna.refunds.refund_order, order_id, {"refunded_amount": 301})
    klarna.orders.release_remaining_authorization(order_id)
    told["at_last"] = klarna.orders.get_order(order_id).body.status
    return told


def main() -> None:
    """Live the order, then be refused in two ways."""
    url, user, password, order_id = sys.argv[1:]
    Configuration.environments[Environment.ENVIRONMENT2][Server.DEFAULT] = url
    klarna = client(user, password)
    told = live(klarna, order_id)
    told["unknown"] = refused(klarna.orders.get_order, NOBODY_S)
    told["stranger"] = refused(client(user, "wrong").orders.get_order, order_id)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()

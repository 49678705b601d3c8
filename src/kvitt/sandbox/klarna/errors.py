"""Klarna's refusals, and the words they come in.

Law: status and code are the contract; the texts are log decoration that Klarna
forbids anyone to parse (klarna-api.md §0, §4.3). One error class, because every
refusal ends the same way: as a JSON body with these three fields.
"""

from http import HTTPStatus
from typing import Any

OK = HTTPStatus.OK
BAD_REQUEST = HTTPStatus.BAD_REQUEST


class KlarnaError(Exception):
    """A request refused, with what the error body says about it."""

    def __init__(self, status: int, code: str, *messages: str) -> None:
        super().__init__(f"{status} {code}: {'; '.join(messages)}")
        self.status = status
        self.code = code
        self.messages = messages

    def body(self, correlation_id: str) -> dict[str, Any]:
        """Return the error body of §4.1."""
        return {
            "error_code": self.code,
            "error_messages": list(self.messages),
            "correlation_id": correlation_id,
        }


#: What follows "Order {oid} cannot be found." in each operation.
_AFTERTHOUGHTS = {
    "acknowledge": ". Acknowledgement not possible.",
    "update_authorization": ". Order authorization cannot be updated",
    "update_customer_details": ". Customer details cannot be updated.",
    "add_shipping_info": ". Shipping info cannot be added to order {oid}.",
    "add_capture_shipping_info": ". Shipping info cannot be added to capture {cid}.",
    "extend_authorization_time": ". Authorization time cannot be extended.",
    "release_remaining_authorization": ". Remaining authorization cannot be released.",
    "cancel": ". Cancel not possible.",
    "create_capture": ". Capture not possible.",
    "extend_due_date": ". Due date cannot be extended.",
}


def no_such_order(operation: str, *, oid: str, cid: str = "") -> KlarnaError:
    """Return the 404 of an order-scoped call; refund calls use another code (§4.2)."""
    if operation == "create_refund":
        return KlarnaError(404, "NOT_FOUND", f"Order {oid} cannot be found")
    if operation == "update_merchant_references":
        text = "Order cannot be found. Merchant references cannot be updated."
    else:
        text = f"Order {oid} cannot be found" + _AFTERTHOUGHTS.get(operation, "").format(
            oid=oid, cid=cid
        )
    return KlarnaError(404, "NO_SUCH_ORDER", text)


def no_such_capture(operation: str, *, cid: str) -> KlarnaError:
    """Return the 404 of a capture-scoped call."""
    tail = {
        "add_capture_shipping_info": f"Shipping info cannot be added to capture {cid}",
        "trigger_send_out": "Send-out not possible.",
        "extend_due_date": "Due date cannot be extended.",
        "update_capture_details": "Customer details cannot be updated.",
    }.get(operation, "")
    return KlarnaError(404, "NO_SUCH_CAPTURE", f"Capture could not be found. {tail}".strip())


def no_such_refund(*, oid: str, rid: str) -> KlarnaError:
    """Return the 404 of a refund look-up, the same for an unknown order."""
    return KlarnaError(404, "NOT_FOUND", f"Refund {rid} cannot be found for order {oid}")


def not_allowed(text: str) -> KlarnaError:
    """Return the general refusal of a state or a risk decision."""
    return KlarnaError(403, "NOT_ALLOWED", text)


def capture_not_allowed(text: str, *, code: str = "CAPTURE_NOT_ALLOWED") -> KlarnaError:
    """Return the refusal of a capture."""
    return KlarnaError(403, code, text)


def cancel_not_allowed(text: str) -> KlarnaError:
    """Return the refusal of a cancellation."""
    return KlarnaError(403, "CANCEL_NOT_ALLOWED", text)


def refund_not_allowed(text: str) -> KlarnaError:
    """Return the refusal of a refund."""
    return KlarnaError(403, "REFUND_NOT_ALLOWED", text)


def conflict() -> KlarnaError:
    """Return the refusal of a call that is being carried out already."""
    return KlarnaError(409, "CONFLICT")


def too_large() -> KlarnaError:
    """Return the refusal of a body over 1 MB."""
    return KlarnaError(413, "REQUEST_TOO_LARGE", "Request is too large")


def too_many_requests() -> KlarnaError:
    """Return the refusal of a merchant that asks too often."""
    return KlarnaError(429, "TOO_MANY_REQUESTS", "Too many requests")


#: The page Klarna's gateway shows to bad credentials (§2). It is HTML, and it bears
#: no correlation id: a client has to live with both.
UNAUTHORIZED_PAGE = (
    "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
    "<center><h1>401 Authorization Required</h1></center>\r\n"
    "<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n"
)

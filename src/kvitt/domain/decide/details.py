"""Details: order number, delivery address and tracking, which move no money."""

from dataclasses import replace

from kvitt.domain.agreement import Agreement
from kvitt.domain.decide.view import NOTHING, OPEN, Aim, Finding, View
from kvitt.domain.fingerprint import address_digest
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.steps import AddTracking, Kind, SetCustomer, SetReferences


def references(view: View) -> Finding:
    """Give Klarna's order the shop's number, where it has none or only the id."""
    klarna, order = view.klarna, view.order
    if view.aim is Aim.CANCEL or klarna.status is KlarnaStatus.CANCELLED:
        return NOTHING
    if klarna.merchant_reference1 == order.number or not order.number:
        return NOTHING
    step = SetReferences(
        amount=klarna.order_amount,
        merchant_reference1=order.number,
        merchant_reference2=str(order.id),
        nth=view.count(Kind.REFERENCES),
        reason=f"Klarna's order is given the shop's order number, {order.number}.",
    )
    return Finding(actions=(step,))


def address(view: View) -> Finding:
    """Send a delivery address that has changed since it was agreed on."""
    agreement = view.agreement
    if not view.situation.policy.send_address or agreement is None or not agreement.address:
        return NOTHING
    if view.aim is Aim.CANCEL or view.klarna.status not in OPEN or _is_known(view, agreement):
        return NOTHING
    return Finding(actions=(_customer(view, nth=view.count(Kind.CUSTOMER)),))


def tracking(view: View) -> Finding:
    """Announce the parcel on the last capture, unless it was announced with it."""
    number, captures = view.order.tracking_number, view.klarna.captures
    if not number or not captures or any(number in c.tracking for c in captures):
        return NOTHING
    step = AddTracking(
        amount=captures[-1].amount,
        capture_id=captures[-1].id,
        tracking_number=number,
        tracking_company=view.order.tracking_company,
        reason=f"The parcel {number} is announced to Klarna.",
    )
    return Finding(actions=(step,))


def _is_known(view: View, agreement: Agreement) -> bool:
    """Say whether Klarna has the address: as agreed, or as we sent it last."""
    sent = view.count(Kind.CUSTOMER)
    if sent:
        return view.record_of(_customer(view, nth=sent - 1)) is not None
    return address_digest(view.order.shipping_address) == agreement.address


def _customer(view: View, *, nth: int) -> SetCustomer:
    return SetCustomer(
        amount=view.klarna.order_amount,
        address=replace(view.order.shipping_address),
        nth=nth,
        reason="The delivery address has changed in the shop.",
    )

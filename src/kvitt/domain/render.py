"""A plan as people and programs read it: text, Markdown, JSON."""

from kvitt.domain.intents import Intent, Scope
from kvitt.domain.lines import Json
from kvitt.domain.plan import Action, Adopt, Adopted, Agree, Hold, Plan
from kvitt.domain.steps import Kind

_ADOPTED = {
    Adopted.CAPTURE: "capture",
    Adopted.REFUND: "refund",
    Adopted.CANCEL: "cancellation",
}
#: Calls that move no money, so that an amount would mislead.
_WITHOUT_MONEY = {
    Kind.EXTEND: "Extend the authorization",
    Kind.REFERENCES: "Send the order number",
    Kind.CUSTOMER: "Send the delivery address",
    Kind.TRACKING: "Send the tracking number",
    Kind.RESEND: "Send Klarna's message again",
    Kind.DUE_DATE: "Give more time to pay",
}


def render_json(plan: Plan, *, scope: Scope | None = None) -> dict[str, Json]:
    """Return the plan as the API gives it; with a scope, each call has its key and body."""
    return {
        "in_step": plan.in_step,
        "steps": [_action_json(action, scope=scope) for action in plan.steps],
        "hold": _hold_json(plan.hold),
        "guard": plan.guard.value if plan.guard else None,
        "wish": plan.wish.value if plan.wish else None,
        "wanted": plan.wanted,
        "reason": plan.reason,
        "would": render_json(plan.would, scope=scope) if plan.would else None,
    }


def render_text(plan: Plan) -> str:
    """Return the plan as a terminal shows it."""
    lines = [
        f"{number}. {title_of(action)}\n   {reason_of(action)}"
        for number, action in enumerate(plan.steps, start=1)
    ]
    if plan.guard:
        lines.insert(0, f"Left alone ({plan.guard.value}).")
    if plan.hold:
        lines += [
            f"Waits ({plan.hold.code.value}): {plan.hold.wanted}",
            f"   Why: {plan.hold.why}",
            f"   Next: {plan.hold.next_step}",
        ]
    elif not plan.steps:
        lines.append(plan.reason)
    if plan.would:
        lines.append(render_text(plan.would))
    return "\n".join(lines)


def render_markdown(plan: Plan) -> str:
    """Return the plan as Markdown, for an issue, a chat or an e-mail."""
    lines = [
        f"{number}. **{title_of(action)}**: {reason_of(action)}"
        for number, action in enumerate(plan.steps, start=1)
    ]
    if plan.guard:
        lines.insert(0, f"*Left alone* (`{plan.guard.value}`)\n")
    if plan.hold:
        lines += [
            "",
            f"> **Waits** (`{plan.hold.code.value}`): {plan.hold.wanted}".rstrip(": "),
            ">",
            f"> {plan.hold.why}",
            ">",
            f"> *Next:* {plan.hold.next_step}",
        ]
    elif not plan.steps:
        lines.append(plan.reason)
    if plan.would:
        lines += ["", render_markdown(plan.would)]
    return "\n".join(lines).strip()


def title_of(action: Action) -> str:
    """Return an action in two or three words: "Capture 248.98 SEK"."""
    match action:
        case Agree():
            return f"Agree on {action.amount}"
        case Adopt():
            return f"Note the {_ADOPTED[action.what]} of {action.amount} in the shop"
        case _:
            moves = _WITHOUT_MONEY.get(action.kind)
            return moves or f"{action.kind.value.capitalize()} {action.amount}"


def reason_of(action: Action) -> str:
    """Return why, in the merchant's words."""
    if isinstance(action, Agree):
        return "Klarna's order and the shop's order come to the same."
    return action.reason


def _action_json(action: Action, *, scope: Scope | None) -> dict[str, Json]:
    body: dict[str, Json] = {
        "kind": _kind_of(action),
        "title": title_of(action),
        "reason": reason_of(action),
        "amount": action.amount.minor,
        "currency": action.amount.currency,
    }
    if isinstance(action, Adopt):
        return {
            **body,
            "what": action.what.value,
            "remote_id": str(action.remote_id),
            "store_status": action.store_status,
            "book_refund": action.book_refund,
        }
    if isinstance(action, Agree) or scope is None:
        return body
    intent = Intent(scope=scope, step=action)
    return {
        **body,
        "body": dict(intent.body),
        "key": str(intent.key),
        "reference": intent.reference,
    }


def _kind_of(action: Action) -> str:
    match action:
        case Agree():
            return "agree"
        case Adopt():
            return "adopt"
        case _:
            return action.kind.value


def _hold_json(hold: Hold | None) -> dict[str, Json] | None:
    if hold is None:
        return None
    return {
        "code": hold.code.value,
        "wanted": hold.wanted,
        "why": hold.why,
        "next_step": hold.next_step,
        "sentence": hold.sentence,
        "store_status": hold.store_status,
        "amount": hold.amount.minor if hold.amount else None,
        "currency": hold.amount.currency if hold.amount else None,
    }

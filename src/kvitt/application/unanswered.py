"""What people are told of a call that was sent and that nobody has answered.

The law: never "not done". Whoever reads one of these must not do by hand what may have been
done already, and learns whether kvitt finds out by itself or waits for them.
"""

from kvitt.domain.journal import Call
from kvitt.domain.plan import Hold, HoldCode


def still_asking(call: Call) -> Hold:
    """Say that no answer came, and that kvitt goes on asking."""
    return _outcome_unknown(
        call,
        why="It was sent to Klarna and no answer came: nobody knows yet whether it was done.",
        next_step=(
            "kvitt keeps asking with the same key, so it cannot happen twice. Do not repeat it."
        ),
    )


def refused_in_doubt(call: Call) -> Hold:
    """Say that a refusal proves nothing yet."""
    return _outcome_unknown(
        call,
        why=(
            "Klarna refused it, but an earlier request for the same got no answer and may "
            "still arrive there."
        ),
        next_step=(
            "kvitt looks again within about an hour and then says how it ended. Do not repeat "
            "it, and do not ship before then."
        ),
    )


def not_known_there(call: Call) -> Hold:
    """Say that Klarna does not know the order of the call any more."""
    return _outcome_unknown(
        call,
        why=(
            "It was sent and not answered, and Klarna now says that it does not know the order "
            f"{call.klarna_order_id}."
        ),
        next_step=(
            "Put in the Klarna keys of the account, region and environment in which the order "
            "was placed: kvitt then finds out. Do not repeat it."
        ),
    )


def nobody_knows(call: Call) -> Hold:
    """Say that a person has to find out."""
    return _outcome_unknown(
        call,
        why="Klarna never answered, and its record of the order does not tell what it did.",
        next_step=(
            "Look at the order in Klarna's portal, then mark this call as done or not done."
        ),
    )


def _outcome_unknown(call: Call, *, why: str, next_step: str) -> Hold:
    return Hold(
        code=HoldCode.OUTCOME_UNKNOWN,
        wanted=f"{call.kind.value.capitalize()} {call.amount}",
        why=why,
        next_step=next_step,
        amount=call.amount,
    )

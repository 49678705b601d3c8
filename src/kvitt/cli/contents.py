"""Every command: where it lives, and the line that ``kvitt --help`` gives it.

The law: listing the commands loads none of them, for Django alone takes longer than reading
the list. Each line is how the command's own help begins, and a test holds the two together.
"""

from typing import NamedTuple


class Command(NamedTuple):
    """Where a command lives below ``kvitt.cli``, as ``module:name``, and what it does."""

    place: str
    line: str


#: Name → command, in the order of the reference page.
COMMANDS = {
    "demo": Command(
        "demo:demo",
        "Try kvitt: a shop, a Klarna and the console on one port, with thirty orders.",
    ),
    "serve": Command(
        "serve:serve", "Serve the console and the webhooks, and keep orders in step."
    ),
    "work": Command(
        "work:work", "Look at orders that are due, beside as many other machines as you like."
    ),
    "migrate": Command(
        "serve:migrate", "Bring the database to the shape that this version needs."
    ),
    "user": Command("users:users", "People who may sign in to the console."),
    "connect": Command(
        "connect:connect",
        "Connect a shop: approve in its own admin, then give its Klarna account.",
    ),
    "doctor": Command(
        "doctor:doctor",
        "Look the installation and its shops over: what works, what does not, and what to do.",
    ),
    "import": Command(
        "importing:take_in",
        "Take in a shop's Klarna orders of the last 180 days, and show where they differ.",
    ),
    "shop": Command("shops:shops", "Shops that kvitt keeps in step."),
    "keys": Command("keys:keys", "The keys that seal credentials."),
    "check": Command(
        "check:check", "Check the settings, the database, and that everything sealed opens."
    ),
    "sandbox": Command(
        "sandbox:sandbox", "A practice Klarna, a practice shop, and stories to play."
    ),
    "plan": Command(
        "plan:plan", "Show what kvitt would do with an order, and why. Nothing is sent."
    ),
    "journal": Command("journal:journal", "What was done at Klarna, and the proof of it."),
    "health": Command("health:health", "Shops and Klarna accounts that do not answer."),
    "backup": Command(
        "backups:backup", "Copy the database to a new file while kvitt runs (SQLite)."
    ),
    "restore": Command(
        "backups:restore",
        "Put a backup in the place of the database, and read every order anew before sending.",
    ),
    "sweep": Command(
        "looking:sweep",
        "Ask each shop which orders have changed, and make those due that are news.",
    ),
    "drift": Command(
        "looking:drift",
        "Look for open orders that are in no list of their shop any more, and make them due.",
    ),
    "reconcile": Command(
        "reconciling:reconcile",
        "Show whether shop and Klarna agree on a month's orders, and where they do not.",
    ),
    "export": Command(
        "exporting:exports", "Orders or the journal, a line each, as JSON lines or CSV."
    ),
    "simulate": Command(
        "simulating:simulate",
        "Show what would become of orders under other rules, hooks or on another day.",
    ),
    "api-key": Command("apikeys:api_keys", "Keys by which programs call the HTTP API."),
    "webhooks": Command(
        "subscribing:webhooks", "Webhooks that kvitt sends, and what of them arrived."
    ),
    "orders": Command(
        "orders:orders", "List orders, newest first, with where both halves stand."
    ),
    "show": Command(
        "showing:show",
        "Show one order: both halves, each line, what was asked for and done, "
        "and what is next.",
    ),
    "capture": Command(
        "acts:capture", "Capture all that is due on orders, or some lines, or an amount."
    ),
    "refund": Command(
        "acts:refund", "Refund all that is captured on orders, or some lines, or an amount."
    ),
    "cancel": Command(
        "acts:cancel", "Give up the whole authorization of orders, and cancel them in the shop."
    ),
    "update": Command(
        "acts:update",
        "Send Klarna the shop's lines and total as they are now, whatever the order's status.",
    ),
    "release": Command(
        "acts:release", "Give up what is left of the authorization after a part was captured."
    ),
    "extend": Command(
        "acts:extend", "Ask Klarna for more time on the authorization of orders."
    ),
    "due-date": Command(
        "acts:due_date",
        "Give customers more time to pay the last capture; without days, ask what it costs.",
    ),
    "resend": Command(
        "acts:resend",
        "Have Klarna send the customers its message about the last capture again.",
    ),
    "sync": Command(
        "managing:sync", "Read both halves of orders anew, and do what follows from them."
    ),
    "retry": Command(
        "managing:retry",
        "Try again what orders wait for: calls that Klarna refused go again, under new keys.",
    ),
    "approve": Command(
        "managing:approve",
        "Allow what orders wait for: a refund booked by hand is sent, a lost one is known.",
    ),
    "decline": Command(
        "managing:decline",
        "Leave out the refunds that wait for approval: Klarna is not told of them.",
    ),
    "off": Command(
        "managing:off",
        "Leave orders alone from now on: nothing is sent for them, whatever the shop says.",
    ),
    "on": Command("managing:on", "Take orders up again, and look at them now."),
}

"""All questions of the page, in its order."""

from decisions_page import asked_of_statuses, several_at_once, troubles
from decisions_page.page import Group

GROUPS: tuple[Group, ...] = (
    *asked_of_statuses.GROUPS,
    *several_at_once.GROUPS,
    *troubles.GROUPS,
)

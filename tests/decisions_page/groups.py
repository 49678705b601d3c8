"""All questions of the page, in its order."""

from decisions_page import asked_of_statuses, troubles
from decisions_page.page import Group

GROUPS: tuple[Group, ...] = (*asked_of_statuses.GROUPS, *troubles.GROUPS)

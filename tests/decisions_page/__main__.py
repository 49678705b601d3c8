"""Write the page of decisions: ``scripts/decisions`` runs this."""

from decisions_page import page
from decisions_page.groups import GROUPS

page.PATH.write_text(page.build(GROUPS), encoding="utf-8")

"""Write the reference pages: ``scripts/reference`` runs this."""

from kvitt import bootstrap
from kvitt import settings as configuration
from reference_pages.pages import FOLDER, every_page

bootstrap.start_django(configuration.load_or_create())
for name, text in every_page().items():
    (FOLDER / name).write_text(text, encoding="utf-8")

"""The pages of ``docs/reference/`` that follow from the code, and from nothing else."""

import json
from pathlib import Path

from reference_pages import api, commands, library, settings

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
COMMAND = "scripts/reference"
_MADE = f"<!-- Made from the code by {COMMAND}; change the code, not this page. -->\n\n"


def every_page() -> dict[str, str]:
    """Return each page by its name. Django has to be set up."""
    schema = api.document()
    return {
        "openapi.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n",
        "api.md": _MADE + api.page(schema),
        "cli.md": _MADE + commands.page(),
        "library.md": _MADE + library.page(),
        "settings.md": _MADE + settings.page(),
    }

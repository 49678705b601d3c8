"""Recorded answers of a real WooCommerce, and hand-written ones of Klarna."""

import json
from pathlib import Path
from typing import Any

from kvitt.adapters.exchange import Reply
from kvitt.adapters.fields import Fields, parse_json

#: What these are: samples/woocommerce/README.md.
SHOP = Path(__file__).parents[2] / "samples" / "woocommerce"

Json = Any


def names(folder: str) -> list[str]:
    """Return the samples of a folder, without their ending."""
    return sorted(path.stem for path in (SHOP / folder).glob("*.json"))


def load(name: str) -> Json:
    """Return a sample's document as it was recorded."""
    return json.loads((SHOP / f"{name}.json").read_text())


def body_of(name: str) -> Json:
    """Return what the shop answered; some samples are the body alone."""
    sample = load(name)
    return sample.get("body", sample)


def reply_of(name: str) -> Reply:
    """Return the recorded answer as the client would see it."""
    sample = load(name)
    return answer(sample["status"], sample["body"], **sample["headers"])


def answer(status: int, body: Json = None, **headers: str) -> Reply:
    """Return an answer; bytes go as they are, other bodies as JSON, None as nothing."""
    if body is None:
        content = b""
    else:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lower = {name.lower().replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, lower, content)


def fields_of(document: Json, where: str = "order") -> Fields:
    """Return a document as translation gets it: read from bytes."""
    return Fields(parse_json(json.dumps(document).encode()), where)

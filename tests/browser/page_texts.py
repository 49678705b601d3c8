"""What is read on a page, piece by piece, as a screen reader or an eye meets it."""

from collections.abc import Iterator
from html.parser import HTMLParser

#: Attributes that are read to people.
SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-one", "data-many")
#: What holds no words of ours: code, keys, raw exchanges, and what is no text.
WORDLESS = {"script", "style", "code", "pre", "kbd", "svg"}
#: Elements without an end.
VOID = {"input", "meta", "link", "br", "img", "hr", "rect", "path", "circle"}


class _Reader(HTMLParser):
    """Keeps the texts of a page; quotes and codes are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = (
            tag in WORDLESS
            or "code" in (given.get("class") or "").split()
            or given.get("translate") == "no"
        )
        if tag not in VOID:
            self._open.append(silent)
        if any(self._open) or silent or tag == "time":
            return
        self.said += [value for name in SPOKEN if (value := given.get(name))]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and not any(self._open):
            self.said.append(words)


def texts_of(html: str) -> Iterator[str]:
    """Yield every text of a page and every attribute that is read out."""
    reader = _Reader()
    reader.feed(html)
    yield from reader.said

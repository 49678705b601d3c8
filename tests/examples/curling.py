"""``curl`` as the pages use it, read as curl reads it, without needing curl."""

import argparse
import shlex
import urllib.error
import urllib.request
from urllib.parse import urlsplit

_LONGEST = 60


def call(text: str, *, site: str, **words: str) -> tuple[int, str]:
    """Carry a command out against a site of the test; return status and body.

    ``words`` stand for the shell's variables.
    """
    for name, value in words.items():
        text = text.replace(f"${name}", value)
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("url")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="body")
    given = parser.parse_args(shlex.split(text)[1:])
    address = urlsplit(given.url)
    request = urllib.request.Request(  # noqa: S310 - the test's own server
        f"{site}{address.path}?{address.query}".rstrip("?"),
        data=given.body.encode() if given.body else None,
        headers=dict(header.split(": ", 1) for header in given.headers),
        method=given.method,
    )
    try:
        with urllib.request.urlopen(request, timeout=_LONGEST) as answer:  # noqa: S310 - the same
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()

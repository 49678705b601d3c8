"""What a browser is called in the list of sessions: a family and a system, no more.

The whole User-Agent would tell one visitor from another, which nobody here needs.
"""

#: Word in the User-Agent → family; the first that fits, since later ones pose as earlier ones.
_FAMILIES = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def name_of(user_agent: str) -> str:
    """Return such as ``Firefox, Linux``; empty where neither is recognised."""
    found = (
        next((name for word, name in table if word in user_agent), "")
        for table in (_FAMILIES, _SYSTEMS)
    )
    return ", ".join(name for name in found if name)

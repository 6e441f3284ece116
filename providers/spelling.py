"""How text that people read is kept: in one spelling, with nothing in it that nobody sees.

Two spellings of é would be two courses with one name, and a search for one would miss the other.
"""

from __future__ import annotations

import re
from unicodedata import normalize

# What stands in a class of a pattern, for the OpenAPI description too: other engines read it alike.
BREAKS = r"\t\n\r"
CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
# What shows nothing, or turns the direction of the text that follows it.
HIDDEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
)
# What shows nothing by itself; some scripts join letters with it, and emoji are made of it.
JOINING = r"\u200c\u200d\ufe00-\ufe0f"

SEEN = rf"[^\s{CONTROLS}{HIDDEN}{JOINING}]"
MANY_LINES = rf"^[^{CONTROLS}{HIDDEN}]*$"
PERHAPS_EMPTY = rf"^[^{BREAKS}{CONTROLS}{HIDDEN}]*$"
ONE_LINE = rf"{PERHAPS_EMPTY[:-1]}{SEEN}{PERHAPS_EMPTY[1:]}"
_SEEN = re.compile(SEEN)


def composed(text: str) -> str:
    """The text with each letter and its accents as one character where there is one (NFC)."""
    return normalize("NFC", text)


def is_seen(text: str) -> bool:
    """Something in the text shows."""
    return _SEEN.search(text) is not None

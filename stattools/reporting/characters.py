"""Characters that no face of a report may print as they are: line breaks of all kinds, controls, marks that turn the
direction of what follows, halves of characters.
"""

from __future__ import annotations

import re

LINE_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str, line_break: str = "\n") -> str:
    """A text with one kind of line break, tabs as spaces, and a replacement character for what cannot be printed.

    >>> printable("a\\r\\nb\\tc\\x00", " ")
    'a b c\N{REPLACEMENT CHARACTER}'
    """
    text = LINE_BREAK.sub(line_break, text).replace("\t", " ")
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)

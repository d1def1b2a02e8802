"""Characters that no report and no message may print as they are: line breaks of all kinds, controls, marks that turn
the direction of what follows, halves of characters.
"""

from __future__ import annotations

import re
import unicodedata

LINE_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
UNSEEN = re.compile(r"(?!\n)(?:" + LINE_BREAK.pattern + "|" + UNPRINTABLE.pattern + "|[\u061c\u200e\u200f])")
"""What a message shows as an escape: all of them but the line break, and marks of direction."""


def printable(text: str, line_break: str = "\n") -> str:
    """A text with one kind of line break, tabs as spaces, and a replacement character for what cannot be printed.

    >>> printable("a\\r\\nb\\tc\\x00", " ")
    'a b c\N{REPLACEMENT CHARACTER}'
    """
    text = LINE_BREAK.sub(line_break, text).replace("\t", " ")
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(text: str) -> str:
    """A text whose lines end as they did, and whose other characters that are not printed are written as escapes.

    >>> escaped("a\\x1b[31mb\\nc")
    'a\\\\x1b[31mb\\nc'
    """
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def width(text: str) -> int:
    """Columns that a text takes in a monospaced font: wide East Asian characters take two, combining ones none.

    >>> width("abc"), width("\N{CJK UNIFIED IDEOGRAPH-6F22}")
    (3, 2)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )

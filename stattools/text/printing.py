"""Characters that can be printed: as they are, as escapes, or as standard output can take them.

No report and no message may print line breaks of all kinds, controls, marks that turn the direction of what follows,
and halves of characters. And `print(fit)` writes what `str(fit)` gives, while a stream that cannot encode a character
of it raises: Windows code pages, Latin-1, ASCII. So the pages of objects ask what standard output takes, and where it
lacks a sign its plain form stands in its place ("R²" is "R^2"); a letter of a name that it lacks is an escape
("\\xfc"). Files do not pass through that: they are always UTF-8.
"""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from collections.abc import Callable
from functools import wraps

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
    wide = sum([unicodedata.east_asian_width(char) in "WF" for char in text if not unicodedata.combining(char)])
    return wide + sum([not unicodedata.combining(char) for char in text])


PLAIN = {
    "─": "-", "—": "-", "–": "-", "−": "-", "…": "...", "·": "*", "×": "x", "±": "+-", "∞": "inf", "√": "sqrt ",
    "²": "^2", "³": "^3", "¹": "^1", "⁻": "^-", "ᵀ": "'", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->",
    "←": "<-", "∈": "in", "µ": "u", "μ": "mu", "σ": "sigma", "θ": "theta", "α": "alpha", "β": "beta", "λ": "lambda",
    "η": "eta", "χ": "chi", "Φ": "Phi", "Γ": "Gamma", "Σ": "sum", "Δ": "Delta", "□": "?", "’": "'", "‘": "'",
    "“": '"', "”": '"',
}  # fmt: skip
"""Signs of ours and what stands for them."""

PLAINLY = "stattools.plainly"
"""The name under which streams know `_plain_form`, as they know "backslashreplace"."""


def printable_on_stdout(text: str) -> str:
    """The text as standard output can take it; unchanged where it takes all of it, or replaces what it lacks."""
    encoding = getattr(sys.stdout, "encoding", None)
    if encoding is None or getattr(sys.stdout, "errors", None) == PLAINLY or is_encodable(text, encoding):
        return text
    return text.encode(encoding, PLAINLY).decode(encoding)


def is_encodable(text: str, encoding: str) -> bool:
    """Whether an encoding has all characters of the text.

    >>> is_encodable("R²", "latin-1"), is_encodable("R²", "ascii")
    (True, False)
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def printed[Page: Callable[..., str]](page: Page) -> Page:
    """Make a `__str__` or `__repr__` give what standard output can take, with controls of the terminal as escapes."""

    @wraps(page)
    def text(*of: object) -> str:
        return printable_on_stdout(escaped(page(*of)))

    return text  # type: ignore[return-value]


def _plain_form(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that an encoding lacks.

    >>> "R² of süß ≥ 0".encode("ascii", PLAINLY)
    b'R^2 of s\\\\xfc\\\\xdf >= 0'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(one) or one.encode("ascii", "backslashreplace").decode() for one in lacking), error.end


codecs.register_error(PLAINLY, _plain_form)

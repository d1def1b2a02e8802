"""Text for standard output, whatever it can encode: Windows code pages, Latin-1, ASCII.

`print(fit)` writes what `str(fit)` gives, and a stream that cannot encode a character of it raises. So the pages of
objects ask what standard output takes, and where it lacks a sign its plain form stands in its place ("R²" is "R^2"); a
letter of a name that it lacks is an escape ("\\xfc"). Files do not pass through here: they are always UTF-8.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from stattools.text.characters import escaped

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
    def text(*of: Any) -> str:
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

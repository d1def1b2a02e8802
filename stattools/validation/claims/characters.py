"""Signs that mean one thing in print: kinds of spaces, of minus signs, of raised figures, of footnote marks."""

from __future__ import annotations

import re

SPACES = "\u00a0\u2000-\u200b\u202f\u205f\u2060\ufeff"
SPACE = "\u00a0"
"""The space that pages indent by."""
MARKS = "*\u2217\u2020\u2021\u00a7\u00b6#\u02da\u00b0\u1d43\u1d47\u1d9c\u1d48\u1d49\u00b9\u00b2\u00b3\u2070-\u209f"
"""Stars, daggers and raised letters: they mark a footnote, and are no part of the number before them."""
BOUNDS = "<>\u2264\u2265"
ABOVE = ">\u2265"
NOTHING = frozenset(
    ("", "nan", "na", "n/a", "nr", "none", "null", "-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "\u2026")
)
"""Cells that hold no number."""
NO_NUMBER = re.compile(r"[+-]?(?:nan|inf(?:inity)?)", re.I)
"""What programs write for a number that they could not make; where there is none, a cell is empty or NA."""
EXPONENTS = str.maketrans("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b", "0123456789-")
DASHES = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"))
RAISED = re.compile("(10)([\u2070\u00b9\u00b2\u00b3\u2074-\u2079\u207b]+)")
TIMES = re.compile("\\s*(?:[x\u00d7\u22c5\u00b7]|\\\\times|\\\\cdot)\\s*10\\s*\\^?\\s*\\{?\\s*([+-]?\\s*\\d+)\\s*\\}?")
DAGGERS = "*\u2217\u2020\u2021\u00a7\u00b6#\u1d43\u1d47\u1d9c\u1d48\u1d49"
"""Marks of a footnote behind a name, where raised figures are powers."""
POWERS = str.maketrans({"\u00b2": "**2", "\u00b3": "**3"})
CROSS = re.compile("\\s+(?:x|\u00d7)\\s+|\u00d7")
"""What stands between the factors of an interaction in print."""
GREEK = str.maketrans({"\u03b2": "beta", "\u03c7": "chi", "\u03bb": "lambda", "\u03c3": "sigma", "\u00b2": "2"})


LONGEST = 400
"""No heading and no number of a table has more characters."""
WIDEST = 1000
"""Lines of notes are broken at the first blank behind so many characters."""


def narrow(text: str) -> str:
    """Text whose runs of blanks are no longer than `LONGEST`."""
    return re.sub(rf"[^\S\r\n]{{{LONGEST}}}[^\S\r\n]+", " " * LONGEST, text)


def bounded(notes: str) -> str:
    r"""Notes without runs that no page has, so that patterns are tried from few places: lines are broken, blanks and
    empty lines are few, and a word without end is an ellipsis, since nothing can be read in it.

    >>> bounded("N = 50\n \n\n" + 5000 * "1" + " AIC: 7")
    'N = 50\n\n… AIC: 7'
    """
    notes = re.sub(rf"\S{{{LONGEST}}}\S+", "\u2026", notes)
    notes = narrow(notes)
    return re.sub(rf"([^\n]{{{WIDEST}}}\S*+)[^\S\n]", r"\1\n", re.sub(r"\n\s*\n", "\n\n", notes))


def one_kind(text: str) -> str:
    """Text with one kind of minus sign and of space, and powers of ten as exponents.

    >>> one_kind("1.2 x 10^-5"), one_kind("\\u22121.5\\u00a0")
    ('1.2e-5', '-1.5')
    """
    text = re.sub(rf"[{SPACES}]", " ", text).translate(DASHES).replace("$-$", "-").strip()
    if raised := RAISED.search(text):
        text = text.replace(raised[0], f"10^{raised[2].translate(EXPONENTS)}")
    return TIMES.sub(lambda found: f"e{found[1].replace(' ', '')}", text)

"""Printed numbers and how far each reaches: 2.83 means anything from 2.825 to 2.835.

Signs that mean one thing in print: kinds of spaces, of minus signs, of raised figures, of footnote marks.

A claim: the numbers that somebody printed of a regression, by terms as they wrote them, and what their words say.

A printed table as cells of text, with the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Self

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.interface.arrays import Floats

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


FULL = 9
"""A number with so many significant digits was not rounded for print."""

COMMA = re.compile(
    r"(?<![\d.,])(?:0,\d+|\d+,(?:\d{1,2}|\d{4,})|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|,\d+)(?![\d.,])"
)

POINT = re.compile(
    r"(?<![\d.,])(?:0\.\d+|\d+\.(?:\d{1,2}|\d{4,})|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|\.\d+)(?![\d.,])"
)

PLAIN = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d\d?)?", re.ASCII)
"""A number as most tables print it, and as Python writes one."""

EITHER = re.compile(r"(?<![\d.,])[1-9]\d{0,2},\d{3}(?![\d.,])")


@dataclass(frozen=True, eq=False)
class Printed:
    """Numbers as they were printed: their values, and half of the last digit of each; NaN where there is none."""

    value: Floats
    half: Floats

    @classmethod
    def of(cls, pairs: Iterable[tuple[float, float]]) -> Self:
        """The numbers that were read, in their order."""
        value, half = zip(*listed, strict=True) if (listed := list(pairs)) else ((), ())
        return cls(np.array(value, dtype=float), np.array(half, dtype=float))

    def holds(self, right: Floats) -> np.ndarray:
        """Which numbers are those of `right`, as far as their digits go; a number that is not there says nothing."""
        with np.errstate(invalid="ignore"):
            near = np.abs(self.value - right) <= self.half * (1.0 + 1e-9)
        return near | np.isnan(self.value)


def column_of(texts: Sequence[str], where: str, terms: Sequence[str] = ()) -> Printed:
    """Texts as numbers, with the decimal mark that they have together; `terms` are what messages call them.

    >>> column_of(["1,5", "0,25"], "a").value.tolist()
    [1.5, 0.25]
    """
    if max(map(len, texts), default=0) <= LONGEST and all(
        map(PLAIN.fullmatch, texts)
    ):  # as most are, which need no question about their mark
        return Printed.of(map(_usual, texts))
    mark = decimal_mark(texts, where)
    places = [f"{where} of {quoted(term)}" for term in terms] or [where] * len(texts)
    return Printed.of(printed(text, place, mark) for text, place in zip(texts, places, strict=True))


def decimal_mark(texts: Sequence[str], where: str) -> str:
    """Whether a table writes its decimals after a point or a comma, by the numbers that can be read in one way only.

    DomainError for a table that has both, and for one whose every number could be thousands or decimals.

    >>> decimal_mark(["1.234,5", "0,12"], "a"), decimal_mark(["1,234.5"], "a"), decimal_mark(["12"], "a")
    (',', '.', '.')
    """
    if all(PLAIN.fullmatch(text) for text in texts):
        return "."
    plain = [one_kind(text) for text in texts]
    comma = next((text for text in plain if COMMA.search(text)), None)
    point = next((text for text in plain if POINT.search(text)), None)
    if comma is not None and point is not None:
        raise DomainError(
            f"a claim needs one decimal mark; {where} has {quoted(comma)}, after a comma, and {quoted(point)}, after a "
            "point. Write both with a point."
        )
    if comma is None and point is None and len(found := [text for text in plain if EITHER.search(text)]) > 1:
        raise DomainError(
            f"a claim needs a decimal mark that can be told; in {where} {quoted(found[0])} may be thousands or "
            "decimals. Write decimals with a point and thousands without a comma."
        )
    return "." if comma is None else ","


def printed(text: str, where: str, mark: str = ".") -> tuple[float, float]:
    """A printed number and half of its last digit; NaN for an empty cell, and 0 of a number that was not rounded.

    Stars, brackets, footnote marks, thousands separators and percent signs are no part of it; "<0.001" is anything
    from 0 to 0.001, ">0.9" from 0.9 to 1. DomainError for what is no number.

    >>> [printed(text, "") for text in ("2.83***", "\N{MINUS SIGN}1,204", "", "< 0.001", "1.2 x 10^-5")]
    [(2.83, 0.005), (-1204.0, 0.5), (nan, nan), (0.0005, 0.0005), (1.2e-05, 5e-07)]
    """
    if len(text) <= LONGEST and mark == "." and PLAIN.fullmatch(text):
        return _usual(text)
    plain = bare(text)
    if plain.casefold() in NOTHING:
        return float("nan"), float("nan")
    number, above = read(plain, mark), re.match(f"[{BOUNDS}]", plain)
    if number is None or (above and above[0] in ABOVE and number >= 1):
        raise DomainError(f"a claim needs numbers in {where}; got {quoted(text.strip())}.")
    _, digits, exponent = number.as_tuple()
    if above and above[0] in ABOVE:  # a probability, from the bound to 1
        return 0.5 * (1.0 + float(number)), 0.5 * (1.0 - float(number))
    if above:  # anything from 0 to the bound
        return 0.5 * float(number), 0.5 * float(number)
    is_rounded = len(digits) < FULL
    return float(number), 0.5 * 10.0 ** int(exponent) if is_rounded else 0.0


def _usual(text: str) -> tuple[float, float]:
    """A number as most tables print it, and half of its last digit."""
    mantissa, _, exponent = text.partition("e")
    before, _, after = mantissa.partition(".")
    if len(text) >= FULL and len((before + after).lstrip("-0")) >= FULL:
        return float(text), 0.0
    return float(text), 0.5 * 10.0 ** (int(exponent or 0) - len(after))


def is_number(text: str) -> bool:
    """Whether a cell holds a number, whatever its decimal mark; an empty one holds none."""
    return read(bare(text), ".") is not None or read(bare(text), ",") is not None


def bare(text: str) -> str:
    """A cell without the spaces, brackets, stars and footnote marks around its number."""
    if len(text) > LONGEST:
        return text
    text = re.sub(r"\\sym\{[^{}]*\}|[${}]|\\[,;!% ]", "", one_kind(text))
    text = re.sub(r"(?<=[\d.%)\]])\s*\^\(?[^\d()-]*\)?$", "", text)
    text = text.strip(" ()[]")
    text = re.sub(rf"(?<=[\d.%])[\s{MARKS}]*(?:[a-df-i](?:,[a-df-i])*|[{MARKS}+]+|\.)?$", "", text).strip(" ()[]")
    text = re.sub(rf"^(?:p|P)(?:[ -]?values?)?\s*(?=[={BOUNDS}])", "", text).removeprefix("=")
    return re.sub(rf"^([{BOUNDS}])\s*=?\s*", r"\1", text).strip().removesuffix("%").strip()


def read(plain: str, mark: str) -> Decimal | None:
    """The number that a bare cell holds, or None."""
    if len(plain) > LONGEST:
        return None
    thousands = "." if mark == "," else ","
    body = plain.lstrip(f"{BOUNDS} ")
    body = re.sub(rf"(?<=\d)(?:{re.escape(thousands)}|['\u2019 ])(?=\d{{3}}(?!\d))", "", body)
    body = body.replace(mark, ".") if body.count(mark) == 1 else body
    if not re.fullmatch(r"[+-]?\s?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?", body, re.ASCII):
        return None
    try:
        number = Decimal(re.sub(r"[dD]", "e", body).replace(" ", ""))
    except InvalidOperation:
        return None
    return number if abs(number.adjusted()) < 400 else None


@dataclass(frozen=True)
class PageNumber:
    """A number as a page prints it, the number of its line, and that line."""

    line: int
    text: str
    quote: str


@dataclass(frozen=True, eq=False)
class Claim:
    """What a table claims, row by row in its own order.

    `columns` are of "estimate", "se", "statistic", "p", "lower" and "upper" those that it has, with one number for
    each of `terms`. `facts` are single numbers ("n", "loglik", "aic" ...). `said` is what its words say: "statistic"
    (t or z), "level" of its intervals, "covariance", "exponentiated", "outcome", "family", "link" and so on. `quotes`
    has the line of each row. `shown` is "exp" of a row that shows exp of its parameter, in a table that prints both.
    `stars` are how many stars each estimate has, and `limits` what notes say of them: the limit of p by their number.
    `left` are the numbers of the page that are none of these, which nothing checks.
    """

    name: str
    terms: tuple[str, ...]
    columns: Mapping[str, Printed]
    facts: Mapping[str, Printed] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    quotes: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    stars: tuple[int, ...] = ()
    limits: Mapping[int, float] = field(default_factory=dict)
    left: tuple[PageNumber, ...] = ()


@dataclass(frozen=True)
class Cells:
    """Cells of a table: its lines of headings, its rows, the words around it, its decimal mark if known.

    `facts` and `said` are what the reader knows beside what the words say.
    """

    name: str
    head: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    notes: str = ""
    mark: str | None = None
    facts: Mapping[str, Printed] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)

    def title(self, place: int) -> str:
        """The heading of a column as it is quoted."""
        return quoted(" ".join(dict.fromkeys(line[place].strip() for line in self.head if line[place].strip())))

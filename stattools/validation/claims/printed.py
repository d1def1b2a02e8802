"""Printed numbers and how far each reaches: 2.83 means anything from 2.825 to 2.835."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.interface.arrays import Floats
from stattools.validation.claims.characters import ABOVE, BOUNDS, LONGEST, MARKS, NOTHING, one_kind

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

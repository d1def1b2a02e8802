"""A table of coefficients that somebody printed: which column is which, which row is which term, and how far a printed
number reaches: 2.83 means anything from 2.825 to 2.835.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.models.model import Model

WORDS = {
    "term": "term terms variable variables name names parameter parameters coefficients rowname unnamed0 index",
    "estimate": "estimate estimates coef coefs coefficient b beta est params value",
    "se": "stderror se stderr stderror standarderror bse stderrors robustse sebeta",
    "statistic": "statistic z t zvalue tvalue tstat zstat wald stat",
    "p": "pvalue p pz pt prz prt pval sig prob",
    "lower": "conflow lower cilow cilower low 25 0025 025 ll lcl lower95",
    "upper": "confhigh upper cihigh ciupper high 975 0975 ul ucl upper95",
}
"""What columns are called, in letters and digits alone, by what they hold."""
INTERCEPTS = ("intercept", "const", "cons", "constant")
FULL = 9
"""A number with so many significant digits was not rounded for print."""


@dataclass(frozen=True, eq=False)
class Printed:
    """Numbers as they were printed: their values, and half of the last digit of each; NaN where there is none."""

    value: Floats
    half: Floats

    def holds(self, right: Floats) -> np.ndarray:
        """Which numbers are those of `right`, as far as their digits go; a number that is not there says nothing."""
        with np.errstate(invalid="ignore"):
            near = np.abs(self.value - right) <= self.half * (1.0 + 1e-9)
        return near | np.isnan(self.value)


@dataclass(frozen=True, eq=False)
class Claim:
    """What a table claims, in the order of the model's parameters, by the names of `WORDS`; and where it is from."""

    name: str
    columns: Mapping[str, Printed]


def read_claim(rows: Sequence[Mapping[str, str]], model: Model, name: str) -> Claim:
    """The claim of a table, rows by their headings as text. DomainError for a table without terms or estimates, and for
    terms that are not those of the model.
    """
    headings = _headings(rows, name)
    places = _places([row[headings["term"]] for row in rows], model, name)
    columns = {}
    for column in headings.keys() - {"term"}:
        value, half = np.full(len(model.names), np.nan), np.full(len(model.names), np.nan)
        for row, place in zip(rows, places, strict=True):
            value[place], half[place] = printed(row[headings[column]], f"{headings[column]!r} of {name}")
        columns[column] = Printed(value, half)
    return Claim(name, columns)


def printed(text: str, where: str) -> tuple[float, float]:
    """A printed number and half of its last digit; NaN for an empty cell, and 0 of a number that was not rounded.

    >>> [printed(text, "") for text in ("2.83***", "\N{MINUS SIGN}1,204", "")]
    [(2.83, 0.005), (-1204.0, 0.5), (nan, nan)]
    """
    plain = re.sub(r"[\s*\u2020\u2021()\[\]]|(?<=\d),(?=\d{3}\b)", "", str(text)).replace("\N{MINUS SIGN}", "-")
    if plain.lower() in ("", "nan", "na", "-", "."):
        return float("nan"), float("nan")
    bound = plain.startswith("<")
    try:
        number = Decimal(plain.lstrip("<"))
    except InvalidOperation:
        raise DomainError(f"a claim needs numbers in the column {where}; got {text!r}.") from None
    _, digits, exponent = number.as_tuple()
    if bound:  # anything from 0 to the bound
        return 0.5 * float(number), 0.5 * float(number)
    is_rounded = isinstance(exponent, int) and len(digits) < FULL
    return float(number), 0.5 * 10.0 ** int(exponent) if is_rounded else 0.0


def canonical(term: str) -> str:
    """A term without what languages write around it: race2 for C(race)[T.2], race[T.2], factor(race)2 and 2.race.

    >>> {canonical(term) for term in ("C(race)[T.2]", "race[T.2]", "factor(race)2", "2.race", "race2")}
    {'race2'}
    >>> canonical("(Intercept)"), canonical("_cons"), canonical("age:C(race)[T.2]")
    ('intercept', 'intercept', 'age:race2')
    """
    parts = [_factor(part) for part in re.split(r"[:#]|(?<!\*)\*(?!\*)", term.strip().strip("`")) if part.strip()]
    return ":".join(sorted(parts))


def _factor(text: str) -> str:
    text = text.strip().strip("`").casefold()
    if (bare := re.sub(r"[^a-z]", "", text)) in INTERCEPTS:
        return INTERCEPTS[0] if bare in INTERCEPTS else bare
    text = re.sub(r"^(?:c|factor|as\.factor)\(([^()]*)\)", r"\1", text)
    text = re.sub(r"^c\.", "", text)
    if stata := re.fullmatch(r"(\w+?)b?\.([^\W\d]\w*)", text):
        text = f"{stata[2]}{stata[1]}"
    text = re.sub(r"\[(?:t\.)?(.*)\]$", r"\1", text)
    return re.sub(r"(?<=\d)\.0$|[\s`]", "", text)


def _headings(rows: Sequence[Mapping[str, str]], name: str) -> dict[str, str]:
    if not rows:
        raise DomainError(f"a claim needs rows with a term and an estimate each; {name} has none.")
    found: dict[str, str] = {}
    for heading in rows[0]:
        plain = re.sub(r"[^a-z0-9]", "", str(heading).casefold())
        kind = next((kind for kind, words in WORDS.items() if plain in words.split()), None)
        kind = "term" if kind is None and not plain else kind
        if kind is not None:
            found.setdefault(kind, heading)
    for kind in ("term", "estimate"):
        if kind not in found:
            raise DomainError(
                f"a claim needs a column of {kind}s, called one of {', '.join(WORDS[kind].split()[:6])}; {name} has "
                f"{', '.join(map(repr, rows[0]))}."
            )
    return found


def _places(terms: Sequence[str], model: Model, name: str) -> list[int]:
    """Which parameter each row is of; every coefficient of the first parameter needs a row."""
    ours: dict[str, list[int]] = {}
    for place, known in enumerate(model.names):
        ours.setdefault(canonical(known), []).append(place)
    places = []
    for term in terms:
        exact = [place for place, known in enumerate(model.names) if known == term.strip()]
        found = exact or ours.get(canonical(term), [])
        if len(found) != 1:
            raise DomainError(
                f"{name} has the term {term!r}, which is {'several' if found else 'none'} of the model's: "
                f"{', '.join(map(repr, model.names))}. Write its terms as these, or fit the formula that it is of."
            )
        places += found
    missing = [known for place, known in enumerate(model.names[: model.predictor.size_first]) if place not in places]
    if missing or len(set(places)) < len(places):
        what = f"lacks {', '.join(map(repr, missing))}" if missing else "names a term twice"
        raise DomainError(f"{name} {what}; a claim needs one row for each coefficient of the model.")
    return places

"""`reproduce(claim, model)`: the conventions under which somebody's numbers come out, proven by the refit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.fitting.ways import way_of
from stattools.interface.arguments import is_number
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.text.columns import many, number
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page
from stattools.validation.claims.reading import read_claim
from stattools.validation.claims.standing import ClaimStanding
from stattools.validation.conventions.errors import takes_long
from stattools.validation.conventions.search import Explored, explore
from stattools.validation.conventions.state import start_of
from stattools.validation.explaining.claim_audit import called
from stattools.validation.verdict import Finding

MOST = 3
"""How many conventions a set has at most."""
SHOWN = 12
"""How many numbers that are left a page has."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Reproduction(Faces):
    """What `st.reproduce` found.

    `ok` is True where a set of conventions gives every claimed number within its rounding; `conventions` are these in
    words, none where the model's own numbers are the claimed ones, or the nearest set where none gives all.
    `alternatives` are other sets of the same size that the digits do not tell from it. `findings` say of each
    convention what to do. `left` has the claimed numbers that are not reproduced: term, quantity, claimed, reproduced,
    apart (beyond its rounding: in standard errors of an estimate, for p in itself). `not_tried` are sets for which
    there was no time, and what needs a table; `refits` is how many fits were made.
    """

    name: str
    about: str
    ok: bool
    conventions: tuple[str, ...]
    alternatives: tuple[str, ...]
    findings: tuple[Finding, ...]
    standing: ClaimStanding | None
    not_tried: tuple[str, ...]
    refits: int

    @property
    def sentence(self) -> str:
        """The answer in a sentence."""
        if self.standing is None:
            return f"{called(self.name)} is not reproduced: no set of conventions has a maximum and its terms."
        count, left = self.standing.count, self.standing.failing
        listed = "; ".join(self.conventions)
        if self.ok and not self.conventions:
            return f"{called(self.name)} is reproduced as it stands: its {many(count, 'number')} hold within rounding."
        if self.ok:
            return f"{called(self.name)} is reproduced with {listed}: its {many(count, 'number')} hold within rounding."
        nearest = f"The nearest, {listed}, leaves" if listed else "The model's own numbers leave"
        return (
            f"{called(self.name)} is not reproduced by any set of conventions that was tried. {nearest} {left} of "
            f"{many(count, 'number')}."
        )

    def table(self) -> pd.DataFrame:
        """One row per claimed number: term, quantity, claimed, rounding (half of its last digit), reproduced, holds,
        apart; single numbers have "" for a term.
        """
        names = ["term", "quantity", "claimed", "rounding", "reproduced", "holds", "apart"]
        return pd.DataFrame([] if self.standing is None else _rows(self.standing), columns=names)

    @property
    def left(self) -> pd.DataFrame:
        """The claimed numbers that are not reproduced, as a frame."""
        rows = self.table()
        here = np.flatnonzero(~rows["holds"].to_numpy(dtype=bool))
        return rows.iloc[here].drop(columns=["holds", "rounding"]).reset_index(drop=True)

    def _headline(self) -> str:
        what = "; ".join(self.conventions) or "as it stands"
        left = "" if self.standing is None or self.ok else f"{self.standing.failing} of {self.standing.count} left"
        return headline(self, "", self.name, f"{'' if self.ok else 'not reproduced: '}{what}", left)

    def _page(self) -> Page:
        lines: list[Any] = [self.sentence, "", f"The model: {self.about}. {many(self.refits, 'refit')}."]
        lines += ["", *(f"- {one.sentence}" for one in self.findings)] if self.findings else []
        if self.alternatives:
            lines += ["", "The digits do not tell this from:", *(f"- {words}" for words in self.alternatives)]
        left = self.left
        if len(left):
            body = [
                [str(row["term"]), str(row["quantity"]), *(number(row[name], 6) for name in ("claimed", "reproduced"))]
                for row in left.head(SHOWN).to_dict("records")
            ]
            more = [f"and {len(left) - SHOWN} more"] if len(left) > SHOWN else []
            lines += ["", "Not reproduced:", "", Grid(["term", "quantity", "claimed", "here"], body, "llrr"), *more]
        lines += ["", *(f"Not tried: {words}." for words in self.not_tried)] if self.not_tried else []
        return Page(*lines)

    def markdown(self) -> str:
        """The page of `print` in GitHub's Markdown."""
        return self._page().markdown() + "\n"


def reproduce(
    claim: object,
    model: Any,
    /,
    *,
    se: ArrayLike | Mapping[str, object] | None = None,
    p: ArrayLike | Mapping[str, object] | None = None,
    ci: ArrayLike | Mapping[str, object] | None = None,
    loglik: float | str | None = None,
    n: float | str | None = None,
    terms: Mapping[str, str] | None = None,
    column: str | int | None = None,
    seconds: float = 60.0,
) -> Reproduction:
    """Under which conventions do these numbers come out? A `Reproduction` of what somebody printed of a regression.

    `claim` and what goes with it are as in `st.audit`: a dict of estimates, a frame, a path, or a table as text;
    numbers given as text keep their digits, 2.83 stands for 2.825 to 2.835. Tried are sets of up to three conventions:
    reference levels and coding, units and origins, an intercept, the family and link, the outcome's coding, offsets,
    rows, weights, penalties, ties, ML or REML; kinds of standard errors, clusters by each column of the table, lags,
    the dispersion, expected or observed information; exponentiated coefficients, t or normal, the level, one-sided
    p-values. The answer is the smallest set under which a refit gives every number within its rounding, or the nearest
    with what is left; of several that the digits do not tell apart all are named. `seconds` is how long the search may
    take beside the first fit: a refit is left where they are over, and what was not tried then is said.

    Raises DomainError for a claim that is no table of terms and estimates and for seconds that are no positive number,
    IncompatibleError for what is no model that claims are of.

    >>> import stattools as st
    >>> table = {"y": [2, 3, 5, 4, 7, 9], "g": ["a", "a", "b", "b", "c", "c"]}
    >>> found = reproduce({"(Intercept)": "8.00", "ga": "-5.50", "gb": "-3.50"}, st.ols("y ~ g", table))
    >>> found.ok, found.conventions
    (True, ('c is the reference level of g',))
    """
    if not (is_number(seconds) and seconds > 0):
        raise DomainError(f"seconds= of st.reproduce is a positive number; got {quoted(seconds)}.")
    way_of(model)
    if not model.terms:
        raise IncompatibleError(f"st.reproduce is for regressions; got {model.title}.")
    given = read_claim(claim, se=se, p=p, ci=ci, loglik=loglik, n=n, column=column)
    start = start_of(given, model)
    found = explore(given, start, terms=terms, most=MOST, seconds=float(seconds))
    table = start.sheet is not None and start.sheet.whole is not None
    alone = () if table else ("clusters, factors and other columns, which need a model of a formula and a table",)
    long = (
        ("profile intervals, which take long for so many rows",)
        if "lower" in given.columns and takes_long(start)
        else ()
    )
    about = f"{model.title}, {model.formula or 'arrays'}"
    return _answer(given.name, about, found, (*found.untried, *alone, *(() if found.found else long)))


def _answer(name: str, about: str, found: Explored, not_tried: tuple[str, ...]) -> Reproduction:
    best = found.found[0] if found.found else found.nearest
    steps = () if best is None else best.steps
    others = () if not found.found else (*found.found[0].twins, *(one.words for one in found.found[1:]))
    findings = tuple(Finding(step.choice.name, f"{step.words}.", step.choice.advice) for step in steps)
    words = tuple(step.words for step in steps)
    standing = None if best is None else best.standing
    return Reproduction(name, about, bool(found.found), words, others, findings, standing, not_tried, found.refits)


def _rows(standing: ClaimStanding) -> list[dict[str, object]]:
    claim, rows = standing.claim, []
    for k, term in enumerate(claim.terms):
        for name, seen in standing.checked.items():
            if seen[k]:
                value = {"claimed": claim.columns[name].value[k], "rounding": claim.columns[name].half[k]}
                right = {"reproduced": standing.right[name][k], "holds": bool(standing.holds[name][k])}
                rows.append({"term": term, "quantity": name, **value, **right, "apart": standing.apart[name][k]})
    for name, words in standing.facts.items():
        value, half = (float(np.ravel(part)[0]) for part in (claim.facts[name].value, claim.facts[name].half))
        right = standing.values[name]
        apart = 0.0 if words is not None else max(abs(value - right) - half, 0.0)
        row = {"term": "", "quantity": name, "claimed": value, "rounding": half, "reproduced": right}
        rows.append({**row, "holds": words is not None, "apart": apart})
    return rows

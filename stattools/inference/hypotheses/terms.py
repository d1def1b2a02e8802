"""The terms of a fitted regression, and the hypotheses that some of them have no part in its linear predictors.

Each parameter of the distribution that has a formula has its terms, those of the first by their own names and those of
another behind what it is called, "log alpha: x". Where outcomes have categories a term has columns for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.term_spaces import Term, TermSpaces
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear
from stattools.models.survival.cox import ProportionalHazards
from stattools.numerics.one_each import OneEach


@dataclass(frozen=True, eq=False)
class TermsOfParameter:
    """The terms of one formula, and for each linear predictor that it makes the number of the coefficient of each of
    its columns, -1 where the predictor has none, as of a constant that thresholds are.
    """

    label: str
    spaces: TermSpaces
    places: tuple[NDArray[np.intp], ...]
    size: int

    @property
    def names(self) -> tuple[str, ...]:
        """What the terms are called in a table."""
        return tuple(f"{self.label}: {term.text}" if self.label else term.text for term in self.terms)

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.spaces.terms

    def columns(self, k: int) -> list[int]:
        """The numbers of all coefficients of a term."""
        columns = list(self.spaces.columns[k])
        return [place for places in self.places for place in places[columns].tolist() if place >= 0]

    def lifted(self, R: Any) -> Any:
        """The hypotheses about the columns of one linear predictor as those about all coefficients, in each of them."""
        if isinstance(R, OneEach):
            columns = np.concatenate([places[R.columns] for places in self.places])
            return OneEach.picking(columns[columns >= 0], self.size)
        whole = np.zeros((len(self.places), len(R), self.size))
        for k, places in enumerate(self.places):
            there = places >= 0
            whole[k][:, places[there]] = R[:, there]
        found = whole.reshape(-1, self.size)
        return found[found.any(axis=1)]


def terms_of(model: Any) -> tuple[TermsOfParameter, ...]:
    """The terms of every formula of a regression, and of Cox's; none of what is no regression. Columns with an effect
    at each cut are terms of the first formula.
    """
    if isinstance(model, ProportionalHazards):
        design, names = model.design, model.names
        places = np.array([names.index(name) if name in names else -1 for name in design.names], dtype=np.intp)
        return (TermsOfParameter("", TermSpaces(design.parsed, design.names, design.levels), (places,), len(names)),)
    if not isinstance(model, Model):
        return ()
    design, predictor, likelihood = model.design, model.predictor, model.likelihood
    uses = design.uses or (tuple(range(len(design.names))),)
    formulas = dict(
        zip(["", *design.beside], zip([design.parsed, *design.beside.values()], uses, strict=True), strict=True)
    )
    first = list(range(predictor.n_first))
    made: dict[str, list[int]] = {"": first}
    for number, parameter in enumerate(list(likelihood.parameters)[1:], predictor.n_first):
        name = likelihood.formula_of(parameter)
        made.setdefault("" if name != parameter else name, []).append(number)
    found = []
    for name, (formula, use) in formulas.items():
        if name and name not in made:  # the effects at cuts, which are terms of the first formula
            continue
        spaces = TermSpaces(formula, tuple(design.names[k] for k in use), design.levels)
        places = tuple(_places(predictor, number, use) for number in made[name])
        found.append(TermsOfParameter(model.called(name) if name else "", spaces, places, predictor.size))
    return tuple(found)


def _places(predictor: Linear, number: int, use: tuple[int, ...]) -> NDArray[np.intp]:
    """The numbers of the coefficients of some columns in a linear predictor, -1 where it does not read one."""
    part, own = predictor.parts[number], predictor.uses[number]
    columns = range(predictor.columns) if own is None else own
    numbers = {column: part.start + k for k, column in enumerate(columns)}
    return np.array([numbers.get(column, -1) for column in use], dtype=np.intp)


def coefficients_of(model: Any, text: Any) -> list[int]:
    """The numbers of the coefficients of the term that a text names; none where it names no term, or a coefficient.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 9.0], "g": ["a", "b", "c", "a", "b"]}
    >>> coefficients_of(st.ols("y ~ C(g)", data), "C(g)"), coefficients_of(st.ols("y ~ C(g)", data), "C(g)[T.b] = 1")
    ([1, 2], [])
    """
    if not isinstance(text, str) or text in model.names:
        return []
    wanted = text.replace(" ", "")
    for of in terms_of(model) if _may_name(model, wanted) else ():
        for k, name in enumerate(of.names):
            if name.replace(" ", "") == wanted:
                return of.columns(k)
    return []


def _may_name(model: Any, text: str) -> bool:
    """Whether a text can be that of a term, found out quickly."""
    return any(name.replace(" ", "").find(text.split(":")[-1]) >= 0 for name in model.names)


def of_terms(model: Any, hypothesis: Any) -> Any:
    """A hypothesis with the names of the coefficients of a term in the place of the term; others as they are.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 9.0], "g": ["a", "b", "c", "a", "b"]}
    >>> of_terms(st.ols("y ~ C(g)", data), "C(g)")
    ['C(g)[T.b]', 'C(g)[T.c]']
    """
    if isinstance(hypothesis, str):
        return [model.names[k] for k in coefficients_of(model, hypothesis)] or hypothesis
    if isinstance(hypothesis, list | tuple) and all(isinstance(part, str) for part in hypothesis):
        each = [(part, coefficients_of(model, part)) for part in hypothesis]
        return [name for part, found in each for name in ([model.names[k] for k in found] or [part])]
    return hypothesis

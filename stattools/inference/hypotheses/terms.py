"""The terms of a fitted regression, and the hypotheses that some of them have no part in its linear predictors.

Each parameter of the distribution that has a formula has its terms, those of the first by their own names and those of
another behind what it is called, "log alpha: x". Where outcomes have categories a term has columns for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.data.term_spaces import Term, TermSpaces
from stattools.interface.arrays import Floats
from stattools.models.model import Model


@dataclass(frozen=True, eq=False)
class TermsOfParameter:
    """The terms of one formula, and the coefficients of each linear predictor that it makes."""

    label: str
    spaces: TermSpaces
    parts: tuple[slice, ...]
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
        return [part.start + column for part in self.parts for column in self.spaces.columns[k]]

    def lifted(self, R: Floats) -> Floats:
        """The hypotheses about the columns of one linear predictor as those about all coefficients, in each of them."""
        whole = np.zeros((len(self.parts), len(R), self.size))
        for k, part in enumerate(self.parts):
            whole[k][:, part] = R
        return whole.reshape(-1, self.size)


def terms_of(model: Any) -> tuple[TermsOfParameter, ...]:
    """The terms of every formula of a regression; none of what is no regression."""
    if not isinstance(model, Model):
        return ()
    design, predictor = model.design, model.predictor
    uses = design.uses or (tuple(range(len(design.names))),)
    parameters = ["", *design.beside]
    formulas = [design.parsed, *design.beside.values()]
    others = list(model.likelihood.parameters)[1:]
    found = []
    for parameter, formula, use in zip(parameters, formulas, uses, strict=True):
        at = predictor.n_first + others.index(parameter) if parameter else 0
        parts = predictor.parts[at : at + 1] if parameter else predictor.parts[: predictor.n_first]
        spaces = TermSpaces(formula, tuple(design.names[k] for k in use), design.levels)
        label = model.called(parameter) if parameter else ""
        found.append(TermsOfParameter(label, spaces, parts, predictor.size))
    return tuple(found)


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

"""Regressions of ordered labels, `ordinal`, and of each category against all others, `one_vs_rest`, beside softmax.

    log(p_k / (1 - p_k)) = x^T beta_k  for each k on its own;   predicted share of k = p_k / sum_m p_m

The K probabilities come from K likelihoods and do not sum to one; they are normalized only after the fact, which is no
maximum-likelihood estimate of anything. Source: Rifkin & Klautau, JMLR 5 (2004), 101-141.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import Dataset
from stattools.data.tables.arrays import Rest, categories, ordered
from stattools.data.tables.table import table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.likelihoods import Bernoulli
from stattools.likelihoods.between import BETWEEN
from stattools.likelihoods.labels import NONPARALLEL, SCALE, Cumulative
from stattools.models.model import Model
from stattools.models.questions import AnyModel, ModelFacts, rows_line
from stattools.models.regressions.binding import Column, bind, chosen, moving, read_rows, right_side
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page

WHO = "st.ordinal"


def ordinal(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    link: str = "logit",
    levels: Sequence[object] | None = None,
    nonparallel: Sequence[str] | str = (),
    scale: str | None = None,
    names: list[str] | None = None,
    offset: Column = None,
    weights: Column = None,
) -> Model:
    """Regression of labels in order, a cumulative model: P(y_i <= j) = F(theta_j - x_i^T beta).

    F is the distribution function of the `link`: "logit" (proportional odds: exp(beta) is an odds ratio of a higher
    label), "probit", "cloglog" or "loglog". A positive coefficient goes with higher labels. The coefficients are beta
    and the thresholds theta_j, "low|mid", as R and SPSS print them; the formula has no intercept, as the thresholds
    are it. The outcome is an ordered category, whole numbers, or labels whose order `levels` gives, from the lowest.

    `nonparallel` are terms of the formula whose effect differs from cut to cut, "low|mid: x", a partial proportional
    odds model: theta_j - x^T beta - z^T delta_j, with the sign of beta (those of `nominal=` in R's clm have the other);
    `fit.proportional_odds()` tests which terms need it. `scale="~ z"` divides theta_j - x^T beta by exp(z^T gamma),
    with coefficients "log scale: z"; a maximum is then a local one, and thresholds are those at z = 0: where
    exp(z^T gamma) is beyond float64 write center(z). Other arguments as in `st.logistic`; effects of groups, (1 | g),
    move all thresholds. Raises DomainError for data
    that the model cannot take, such as labels without an order or a level that no row has. Source: McCullagh, JRSS B 42
    (1980), 109-142.

    >>> import stattools as st
    >>> pain = {"pain": [1, 2, 3, 2, 1, 3], "dose": [5, 2, 2, 4, 3, 1]}
    >>> st.ordinal("pain ~ dose", pain).names
    ('dose', '1|2', '2|3')
    """
    word = chosen(WHO, "link", link, BETWEEN)
    terms = _terms(nonparallel)
    formulas = {NONPARALLEL: f"~ {' + '.join(terms)}" if terms else None, SCALE: right_side(SCALE, scale)}
    if terms and not isinstance(formula_or_y, str):
        raise IncompatibleError('nonparallel= are terms of a formula: give ("y ~ x", table), not arrays.')
    data = read_rows(
        formula_or_y, data_or_X, names, True, offset=offset, weights=weights, formulas=formulas, grouped=True
    )
    formula = data.design.parsed
    if formula is not None and () not in formula.terms:  # categories would be coded in another way
        raise DomainError(
            f"{WHO} has no intercept, since its thresholds are it: leave `- 1` or `0 +` out of {formula.text!r}."
        )
    _require_terms(data, terms)
    codes, labels = ordered(data.outcome, data.outcome_name, levels, _as_it_came(formula_or_y, data))
    has_scale = SCALE in moving(formulas)
    likelihood = Cumulative(len(labels), word, tuple(map(str, labels)), bool(terms), has_scale)
    return bind("ordinal", TITLES[word], likelihood, data, codes.astype(float), labels=labels)


TITLES = {
    "logit": "Ordinal logistic regression",
    "probit": "Ordinal probit regression",
    "cloglog": "Ordinal complementary log-log regression",
    "loglog": "Ordinal log-log regression",
}
"""By the link."""


def _terms(nonparallel: object) -> tuple[str, ...]:
    """The terms, given as a list, as one text, or as a right side "~ a + b"."""
    if nonparallel is None:
        return ()
    if isinstance(nonparallel, str):
        return tuple(part.strip() for part in nonparallel.strip().removeprefix("~").split("+") if part.strip())
    if not isinstance(nonparallel, Sequence) or not all(isinstance(term, str) for term in nonparallel):
        raise DomainError(
            f'nonparallel= are terms of the formula, such as ["x", "C(g)"]; got {quoted(nonparallel)}. Name them as '
            "the formula does."
        )
    return tuple(dict.fromkeys(term.strip() for term in nonparallel))


def _require_terms(data: Dataset, terms: tuple[str, ...]) -> None:
    """DomainError for a nonparallel term that is not one of the formula."""
    if not terms:
        return
    first, *others = data.design.uses
    beside = data.design.beside[NONPARALLEL]
    k = list(data.design.beside).index(NONPARALLEL)
    strange = sorted(set(others[k]) - set(first))
    if strange:
        known = [":".join(factor.text for factor in term) for term in data.design.parsed.terms if term]  # type: ignore[union-attr]
        raise DomainError(
            f"nonparallel= are terms of the formula; {', '.join(data.design.names[j] for j in strange)} of "
            f"{beside.text!r} are no columns of it. Its terms are {', '.join(known)}."
        )


def _as_it_came(formula_or_y: object, data: Dataset) -> object:
    """The column of the outcome before its rows were looked at, which may declare levels that no row has."""
    if not isinstance(formula_or_y, str):
        return None if isinstance(formula_or_y, np.ndarray | list | tuple) else formula_or_y
    if data.scanned is not None or data.source is None:
        return None
    frame = table(data.source)
    return frame.column(data.outcome_name) if data.outcome_name in frame.names else None


@dataclass(frozen=True, eq=False, repr=False)
class OneVsRest(AnyModel):
    """K logistic models over the same rows, one per category; made by `st.one_vs_rest`, fitted by `st.fit`."""

    parts: tuple[Model, ...] = field()
    labels: tuple[Any, ...]
    outcome_name: str
    title: str = "One-vs-rest logistic regressions"
    facts = ModelFacts(is_separate=True)

    @property
    def _subject(self) -> str:
        return self.parts[0]._subject

    @property
    def label_codes(self) -> NDArray[np.intp]:
        """The codes of the categories, one per row."""
        return np.argmax([part.rows.y for part in self.parts], axis=0)

    def subset(self, which: slice | NDArray[np.intp]) -> Self:
        """The models of the rows that a slice or an array of their numbers picks."""
        return replace(self, parts=tuple(part.subset(which) for part in self.parts))

    def _headline(self) -> str:
        first = self.parts[0]
        return headline(self, "", first._subject, f"{len(self.parts)} categories", f"n = {first.n:,.0f}")

    def _page(self) -> Page:
        first = self.parts[0]
        lines = [first.formula] if first.formula else []
        return Page(
            f"{self.title} for {self.outcome_name}",
            *lines,
            rows_line(first),
            "",
            Grid(["category", "against"], [[str(label), "the rest"] for label in self.labels], "ll"),
            "",
            "st.fit(model) fits each of them.",
        )


def one_vs_rest(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    weights: Column = None,
) -> OneVsRest:
    """K logistic regressions, each category of the outcome against all others.

    The outcome and the arguments as in `st.softmax`, which is one likelihood for all categories and the better choice
    unless the categories are not exclusive. Raises DomainError for data that the model cannot take.

    >>> import stattools as st
    >>> basket = {"fruit": ["fig", "kiwi", "plum"] * 4, "day": [1, 2, 3, 2, 3, 1, 4, 1, 2, 3, 2, 2]}
    >>> st.fit(st.one_vs_rest("fruit ~ day", basket)).predict().sum(axis=1).round(12).unique().tolist()
    [1.0]
    """
    data = read_rows(formula_or_y, data_or_X, names, intercept, grouped=True, weights=weights)
    codes, labels = categories(data.outcome, data.outcome_name)
    parts = [
        bind(
            "logistic",
            f"Logistic regression ({label} against the rest)",
            Bernoulli(),
            data,
            (codes == k).astype(float),
            labels=(Rest.of((*labels[:k], *labels[k + 1 :])), label),
        )
        for k, label in enumerate(labels)
    ]
    return OneVsRest(tuple(parts), labels, data.outcome_name)

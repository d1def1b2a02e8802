"""One-vs-rest: K separate logistic regressions, each category against all others, beside softmax's one likelihood.

    log(p_k / (1 - p_k)) = x^T beta_k  for each k on its own;   predicted share of k = p_k / sum_m p_m

The K probabilities come from K likelihoods and do not sum to one; they are normalized only after the fact, which is no
maximum-likelihood estimate of anything. Source: Rifkin & Klautau, JMLR 5 (2004), 101-141.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.tables.outcome import Rest, categories
from stattools.likelihoods import Bernoulli
from stattools.models.any_model import AnyModel
from stattools.models.model import Model
from stattools.models.page import rows_line
from stattools.models.regressions.binding import Column, bind, read_rows
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page


@dataclass(frozen=True, eq=False, repr=False)
class OneVsRest(AnyModel):
    """K logistic models over the same rows, one per category; made by `st.one_vs_rest`, fitted by `st.fit`."""

    parts: tuple[Model, ...] = field()
    labels: tuple[Any, ...]
    outcome_name: str
    title: str = "One-vs-rest logistic regressions"

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
    data_or_X: Any,
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

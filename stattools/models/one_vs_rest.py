"""One-vs-rest: K separate logistic regressions, each category against all others, beside softmax's one likelihood.

    log(p_k / (1 - p_k)) = x^T beta_k  for each k on its own;   predicted share of k = p_k / sum_m p_m

The K probabilities come from K likelihoods and do not sum to one; they are normalized only after the fact, which is no
maximum-likelihood estimate of anything. Source: Rifkin & Klautau, JMLR 5 (2004), 101-141.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from stattools.data.outcome import categories
from stattools.errors import IdentificationError
from stattools.likelihoods import Bernoulli
from stattools.model import Model
from stattools.models.binding import Column, bind, read_rows

if TYPE_CHECKING:
    import pandas as pd

    from stattools.fitted import Fit


@dataclass(frozen=True, eq=False)
class OneVsRest:
    """K logistic models over the same rows, one per category; made by `st.one_vs_rest`, fitted by `st.fit`."""

    parts: tuple[Model, ...]
    labels: tuple[Any, ...]
    outcome_name: str
    title: str = "One-vs-rest logistic regressions"

    def fitted(self, fit_part: Callable[[Model], Fit]) -> OneVsRestFit:
        """Fit every part; an IdentificationError says which category it befell."""
        fits = []
        for label, part in zip(self.labels, self.parts, strict=True):
            try:
                fits.append(fit_part(part))
            except IdentificationError as error:
                raise IdentificationError(f"one_vs_rest, {label!r} against the rest: {error}") from error
        return OneVsRestFit(self, tuple(fits))


@dataclass(frozen=True, eq=False)
class OneVsRestFit:
    """K logistic fits, in the order of `model.labels`. They share no likelihood, so there is no joint AIC or test."""

    model: OneVsRest
    fits: tuple[Fit, ...]

    def table(self, level: float | None = None) -> pd.DataFrame:
        """The coefficient tables of all fits: category, term, estimate, se, statistic, p_value, lower, upper."""
        import pandas as pd

        tables = []
        for label, fit in zip(self.model.labels, self.fits, strict=True):
            table = fit.table(level)
            table.insert(0, "category", str(label))
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def glance(self) -> pd.DataFrame:
        """One row per category: the glance of its fit."""
        import pandas as pd

        table = pd.concat([fit.glance() for fit in self.fits], ignore_index=True)
        table.insert(0, "category", [str(label) for label in self.model.labels])
        return table

    def separate_probabilities(self, data: Any = None) -> pd.DataFrame:
        """P(category against the rest) from each fit, one column per category; the rows do not sum to one."""
        import pandas as pd

        columns = {str(label): fit.predict(data) for label, fit in zip(self.model.labels, self.fits, strict=True)}
        return pd.DataFrame(columns)

    def predict(self, data: Any = None) -> pd.DataFrame:
        """The separate probabilities divided by their sum: normalized only after the fact, unlike `st.softmax`."""
        separate = self.separate_probabilities(data)
        return separate.div(separate.sum(axis=1), axis=0)

    def __str__(self) -> str:
        pages = [f"{label!r} against the rest\n{fit}" for label, fit in zip(self.model.labels, self.fits, strict=True)]
        note = "Predicted probabilities are normalized only after the fact; st.softmax has one likelihood for all."
        return "\n\n".join([f"{self.model.title} for {self.model.outcome_name}", *pages, note])


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
    data = read_rows(formula_or_y, data_or_X, names, intercept, weights=weights)
    codes, labels = categories(data.outcome, data.outcome_name)
    first = bind(
        "logistic", "Logistic regression", Bernoulli(), data, (codes == 0).astype(float), labels=("rest", labels[0])
    )
    parts = [
        replace(first, rows=replace(first.rows, y=(codes == k).astype(float)), labels=("rest", label))
        for k, label in enumerate(labels)
    ]
    return OneVsRest(tuple(parts), labels, data.outcome_name)

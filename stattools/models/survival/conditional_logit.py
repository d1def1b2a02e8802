"""Conditional logistic regression: which rows of a set have the outcome, given how many.

    P(D | set) = exp(sum over D of x_i beta) / sum over all sets D' of as many rows of exp(sum over D' of x_j beta)

What the rows of a set share, measured or not, drops out. It is Cox's likelihood with exact ties of rows that all have
one time: matched case-control sets, choices among alternatives, before and after. Source: Breslow & Day, Statistical
Methods in Cancer Research I (1980), ch. 7; McFadden (1974).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from stattools.data.survival_rows import Label, case_rows
from stattools.errors import DomainError
from stattools.models.survival.cox import CoxRegression, bound
from stattools.text.one_line import many

WHO = "st.conditional_logit"


def conditional_logit(
    formula: str, data: Any, /, *, strata: Label, cluster: Label = None, weights: str | ArrayLike | None = None
) -> ConditionalLogit:
    """Conditional logistic regression of matched sets: exp(beta) are odds ratios within a set.

    `formula` is "case ~ dose" over the columns of `data`, a table or a dict of arrays; the outcome is 0, 1 or bool, or
    an expression, `I(mode == "train")`. `strata` are the sets: a column's name, several, or an array. Sets in which all
    rows have the outcome, or none, say nothing. There is no intercept, and columns that are constant within sets have
    no coefficient. `cluster` and `weights` as in `st.cox`. A choice among alternatives is a set with one row for each.
    Raises DomainError for other outcomes and where no set tells, IdentificationError in `st.fit` for columns that do
    not vary within sets. Equal to R's clogit(method = "exact").

    >>> import stattools as st
    >>> pairs = {"case": [1, 0, 1, 0, 1, 0, 1, 0], "dose": [3, 1, 2, 2, 4, 1, 1, 2], "set": [1, 1, 2, 2, 3, 3, 4, 4]}
    >>> fit = st.fit(st.conditional_logit("case ~ dose", pairs, strata="set"))
    >>> fit.table(exponentiate=True)[["term", "estimate"]].round(3).to_numpy().tolist()
    [['dose', 2.08]]
    """
    if strata is None:
        raise DomainError(f'{WHO} needs strata=, the sets whose rows are compared, such as strata="set".')
    rows = case_rows(WHO, formula, data, weights=weights, strata=strata, cluster=cluster)
    made = bound(WHO, "conditional logit", "Conditional logistic regression", rows, "exact", ConditionalLogit)
    if not made.telling:
        raise DomainError(
            f"{WHO}: in no set do some rows have the outcome and others not: there is nothing to compare."
        )
    return made


@dataclass(frozen=True, eq=False, repr=False)
class ConditionalLogit(CoxRegression):
    """The conditional likelihood of matched sets: what `st.conditional_logit` returns."""

    exponential = "odds ratio"

    @property
    def telling(self) -> int:
        """In how many sets some rows have the outcome and others not."""
        return int((self.sets.at_risk > self.sets.deaths).sum())

    @property
    def formulas(self) -> tuple[str, ...]:
        """What a page says of how the model was made."""
        return self.formula, f"within {many(len(self.strata), 'set')}, of which {self.telling:,} tell"

    @property
    def counted(self) -> str:
        """How many rows there are, in words."""
        weights = "" if self.said.weights is None else f", standing for {self.n:,.0f} (weights)"
        return f"{many(self.said.n, 'row')}{weights}, {many(self.sets.total, 'case')}"

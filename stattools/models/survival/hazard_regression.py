"""The constructor of Cox's regression: of rows in memory or in files, with curves or without."""

from __future__ import annotations

from typing import Any, Literal

from numpy.typing import ArrayLike

from stattools.data.files.scan import source_of
from stattools.data.formula.smooth_parts import MARK, has_curves
from stattools.data.survival_rows import Label, survival_rows
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import is_one_of, word_of
from stattools.models.survival.cox import KINDS, CoxRegression, bound
from stattools.models.survival.tied_times import TIES


def cox(
    formula: str,
    data: Any,
    /,
    *,
    ties: Literal["efron", "breslow", "exact"] = "efron",
    strata: Label = None,
    cluster: Label = None,
    id: Label = None,
    weights: str | ArrayLike | None = None,
) -> CoxRegression:
    """Cox's proportional hazards: h(t | x) = h_0(t) exp(x beta), h_0 any function of time; exp(beta) are hazard ratios.

    `formula` is "survival(time, died) ~ age + sex" over the columns of `data`, a table or a dict of arrays; also
    survival(entry, time, died), for rows at risk from `entry` on (late entry, columns that change in time), and
    survival(time). `died` is 0, 1 or bool, or an expression, `status == 2`. There is no intercept: it is part of h_0.

    `s(age)` in the formula is a curve: the logarithm of the hazard then follows it, as bent as the partial likelihood
    with its roughness integrated out says (as mgcv's cox.ph, whose ties are Breslow's); see `fit.smooth`.

    `ties` says how several events at one time count: "efron" and "breslow" approximate, "exact" is the conditional
    likelihood of which rows have the event among those at risk (R's "exact", SAS's "discrete"). With heavy ties they
    differ by standard errors. `strata` have an h_0 each: a column's name, several, or an array. `cluster` are groups
    whose rows may depend on each other: standard errors then are robust, as with `cov=st.Cluster(...)`. `id` names the
    person of each row, whose rows must not overlap. `weights` are repeated rows, in ties too.

    Rows in files, `st.scan`, are read once for each step where they are sorted by time, the latest first; they have
    ties of Efron or Breslow and neither late entry nor strata, and their fit has estimates, tests and intervals.

    Raises DomainError for times, events and columns that are none, with their row; IncompatibleError for exact ties
    that take too long.

    >>> import stattools as st
    >>> table = {"month": [1, 2, 3, 4, 5, 6], "died": [1, 1, 0, 1, 0, 1], "dose": [4, 2, 3, 1, 3, 2]}
    >>> fit = st.fit(st.cox("survival(month, died) ~ dose", table))
    >>> fit.table(exponentiate=True)[["term", "estimate", "p_value"]].round(3).to_numpy().tolist()
    [['dose', 1.151, 0.838]]
    """
    ties = word_of(ties, KINDS)
    if not is_one_of(ties, KINDS):
        raise DomainError(f"st.cox has ties= {', '.join(map(repr, KINDS))}; got {quoted(ties)}.")
    if isinstance(formula, str) and (source := source_of(data)) is not None:
        from stattools.models.survival.cox_in_files import sorted_cox

        if MARK.search(formula):
            raise IncompatibleError(
                f"curves of st.cox need all rows at each step, and these are {source.place}: give a table in memory, "
                "or write bs(x, df=5), a spline without a penalty."
            )
        beside = {"strata": strata, "cluster": cluster, "id": id}
        return sorted_cox(formula, source, ties, weights, beside)  # type: ignore[return-value]
    rows = survival_rows("st.cox", formula, data, weights=weights, strata=strata, cluster=cluster, id=id)
    if has_curves(rows.said.formula):
        from stattools.models.mixed.curved_cox import curved_cox

        return curved_cox(rows, ties)  # type: ignore[return-value]
    return bound("st.cox", "cox", "Cox regression", rows, ties, coded=ties in TIES)

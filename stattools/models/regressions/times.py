"""Regressions of times to an event: `aft` (accelerated failure times), `cox`, and of matched sets `conditional_logit`.

    P(D | set) = exp(sum over D of x_i beta) / sum over all sets D' of as many rows of exp(sum over D' of x_j beta)

What the rows of a matched set share, measured or not, drops out of this: it is Cox's likelihood with exact ties of rows
that all have one time. Source: Breslow & Day, Statistical Methods in Cancer Research I (1980), ch. 7; McFadden (1974).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from numpy.typing import ArrayLike

from stattools.data.files.scan import source_of
from stattools.data.formula.parts import MARK, has_curves
from stattools.data.survival_data import Label, case_formula, survival_rows, time_rows
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.names.answers import one_of
from stattools.likelihoods.times import ERRORS, EXPONENTIAL, FailureTime
from stattools.models.model import Model
from stattools.models.regressions.binding import Column, bind, chosen, moving, right_side
from stattools.models.survival.cox import COX_KINDS, CoxRegression, bound
from stattools.models.survival.risk_sets import TIES
from stattools.text.columns import many

WHO = "st.aft"

TITLES = {
    "weibull": "Weibull regression",
    "lognormal": "Log-normal regression",
    "loglogistic": "Log-logistic regression",
    "exponential": "Exponential regression",
    "gamma": "Gamma regression of times",
}
"""By the distribution."""


def aft(
    formula: str,
    data: object,
    /,
    *,
    distribution: str = "weibull",
    scale: str | None = None,
    offset: Column = None,
    weights: Column = None,
    id: Label = None,
) -> Model:
    """Regression of times that may be censored, accelerated failure times: log T_i = x_i^T beta + sigma W_i.

    The `distribution` of T is "weibull", "lognormal", "loglogistic", "exponential", a Weibull distribution whose sigma
    is 1, or "gamma", of mean exp(x_i^T beta) and standard deviation sigma times that. exp(beta) are time ratios: 0.8
    means that the event comes after 80 % of the time. The last coefficient, "log scale", is log sigma; `scale="~ z"`
    gives it columns of its own. `formula` is "survival(time, died) ~ x", whose `died` is 1 or true where the event was
    seen, over the columns of `data`, a table or a dict of arrays; "survival(time) ~ x" where all were seen;
    "survival(entry, time, died) ~ x" where a row is known of since its event came after an entry, as of people who
    joined late; and `survival(low, high, type="interval")` where times lie between two ends, which are equal where the
    time was seen, 0 (or below) for a lower end and inf for an upper end that nobody knows. `offset` is added to
    x^T beta, `weights` are frequencies, as in `st.ols`; effects of groups, (1 | g), which are added to x^T beta too
    (frailties that a group shares, on the scale of log times), and curves, s(x), stand in the formula as in
    `st.logistic`. `id` names the person of each row, whose rows must not overlap, as in `st.cox`.

    The log-likelihood is concave in beta / sigma and 1 / sigma, so that a maximum is the only one. It is not concave
    where the scale has columns, times are gamma, or rows enter late (but for exponential times, which forget that):
    the page then says *a local maximum*. Raises DomainError for times that are not positive or not after their entry,
    for ends out of order and where no event is known; `st.fit` raises IdentificationError, or reports infinite
    coefficients, where there is no maximum: rows that differ from all others are censored alike, or the columns fit
    all events. Equal to R's survreg, which has no gamma times and no late entry. Source: Kalbfleisch & Prentice, The
    Statistical Analysis of Failure Time Data (2002), ch. 3.

    >>> import stattools as st
    >>> table = {"t": [2.0, 3.0, 5.0, 7.0, 11.0, 12.0], "d": [1, 1, 0, 1, 1, 0], "x": [1, 0, 1, 0, 0, 1]}
    >>> st.aft("survival(t, d) ~ x", table).names
    ('Intercept', 'x', 'log scale')
    """
    word = chosen(WHO, "distribution", distribution, ERRORS)
    formulas = moving({"scale": right_side("scale", scale)})
    if scale is not None and word == EXPONENTIAL:
        raise IncompatibleError(
            "the scale of exponential times is 1; scale= goes with the other distributions, such as "
            'distribution="weibull". Leave it out.'
        )
    data = time_rows(WHO, formula, data, {"offset": offset, "weights": weights}, formulas, id)
    ends: Any = data.outcome
    model = bind("aft", TITLES[word], FailureTime(word, bool(formulas), ends.shape[1] == 3), data, ends)
    if data.scanned is not None:
        return replace(model, n_events=data.scanned.n_events)
    seen, weight = ends[:, 0] == ends[:, 1], model.rows.weight
    seen = float(seen.sum() if weight is None else weight @ seen)
    return replace(model, fixed=replace(model.fixed, n_events=seen)) if data.latent else replace(model, n_events=seen)


def cox(
    formula: str,
    data: object,
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
    ties = one_of(ties, COX_KINDS, "st.cox has ties= {}")
    if isinstance(formula, str) and (source := source_of(data)) is not None:
        from stattools.models.survival.cox import sorted_cox

        if MARK.search(formula):
            raise IncompatibleError(
                f"curves of st.cox need all rows at each step, and these are {source.place}: give a table in memory, "
                "or write bs(x, df=5), a spline without a penalty."
            )
        beside = {"strata": strata, "cluster": cluster, "id": id}
        return sorted_cox(formula, source, ties, weights, beside)  # type: ignore[return-value]
    rows = survival_rows("st.cox", formula, data, weights=weights, strata=strata, cluster=cluster, id=id)
    if has_curves(rows.said):
        from stattools.models.mixed.mixed_model import curved_cox

        return curved_cox(rows, ties)  # type: ignore[return-value]
    return bound("st.cox", "cox", "Cox regression", rows, ties, coded=ties in TIES)


def conditional_logit(
    formula: str, data: object, /, *, strata: Label, cluster: Label = None, weights: str | ArrayLike | None = None
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
    who = "st.conditional_logit"
    if strata is None:
        raise DomainError(f'{who} needs strata=, the sets whose rows are compared, such as strata="set".')
    rows = survival_rows(who, formula, data, weights=weights, read=case_formula, strata=strata, cluster=cluster)
    made = bound(who, "conditional logit", "Conditional logistic regression", rows, "exact", ConditionalLogit)
    if not made.telling:
        raise DomainError(
            f"{who}: in no set do some rows have the outcome and others not: there is nothing to compare."
        )
    return made


@dataclass(frozen=True, eq=False, repr=False)
class ConditionalLogit(CoxRegression):
    """The conditional likelihood of matched sets: what `st.conditional_logit` returns."""

    facts = replace(CoxRegression.facts, exponential="odds ratio")
    event = "case"

    @property
    def telling(self) -> int:
        """In how many sets some rows have the outcome and others not."""
        return int((self.sets.at_risk > self.sets.deaths).sum())

    @property
    def formulas(self) -> tuple[str, ...]:
        """What a page says of how the model was made."""
        return self.formula, f"within {many(len(self.strata), 'set')}, of which {self.telling:,} tell"

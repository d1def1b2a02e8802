"""Rows in an order: do their errors follow each other, and does that matter for the standard errors?

    value = max_j sqrt(V_j / V0_j),   V by Newey & West with floor(4 (n / 100)^(2/9)) lags, V0 the same with none

of the coefficients and of the linear predictor at the mean row, whose standard error suffers most. Chance: scores in
the linear predictor at the lags 1 ... 10, r_k = sum u_t u_(t-k) / sqrt(sum (u_t u_(t-k))^2), which are normal under any
heteroskedasticity; their squares add to chi-squared. Source: Newey & West, Econometrica 55 (1987), 703-708, and Review
of Economic Studies 61 (1994), 631-653; Lobato, Nankervis & Savin, Journal of Econometrics 95 (2001), 25-45.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stattools.data.tables.columns import missing
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance import HAC, Cluster
from stattools.inference.covariance.groups import labels_of_rows
from stattools.inference.covariance.kinds import kernel_weights
from stattools.inference.covariance.level_sandwich import LevelSandwich
from stattools.inference.covariance.sandwich import Sandwich
from stattools.inference.diagnostics.checks.check import Check, judged
from stattools.inference.diagnostics.checks.errors_beside_levels import parts_of_rows
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.text.columns import number

NAME, THE_MEAN = "autocorrelation", "the mean"
LAGS = 10
FEWEST = 10


def order_of(model: Model, order: Any) -> Any:
    """The numbers of the rows from the first to the last: of `order=`, a column's name or one value per row, or of an
    index of times; None where rows have no order.

    Raises DomainError for values that are missing or that several rows share.
    """
    if order is None:
        index = model.index
        if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex | pd.TimedeltaIndex) or not index.is_unique:
            return None
        return np.argsort(np.asarray(index), kind="stable")
    model.rows.at_hand("order= puts all rows one after the other", model.title, "Fit a sample of them in memory.")
    labels, named = labels_of_rows(order, model, "order=")
    who = f"order={named!r}" if named else "order="
    if missing(labels).any():
        raise DomainError(f"{who} needs a value for every row; {int(missing(labels).sum())} have none.")
    if labels.duplicated().any():
        raise DomainError(
            f"{who} needs a different value for every row; {int(labels.duplicated().sum()):,} are repeated. Rows of "
            "several series depend on each other within each: st.fit(model, cov=st.Cluster(groups))."
        )
    try:
        return np.argsort(np.asarray(labels), kind="stable")
    except TypeError:
        raise DomainError(f"{who} needs values that can be put in order; got {labels.iloc[0]!r}.") from None


def autocorrelation(of: LookedAt) -> Check | None:
    """By how much standard errors are too small for rows that follow each other; None of rows without an order."""
    if of.order is None:
        return None
    of.require_errors()
    model = of.model
    if model.rows.weight is not None and (model.rows.weight != 1).any():
        raise IncompatibleError("weights= repeat rows, and repeated rows have no order.")
    n = len(model.rows.X)
    if n < FEWEST:
        raise IncompatibleError(f"{n} rows are too few to see whether they follow each other.")
    lags = int(np.floor(4.0 * (n / 100.0) ** (2.0 / 9.0)))
    ratio = _ratios(of, lags) if of.beside_levels is None else _ratios_beside_levels(of, of.beside_levels, lags)
    worst = max(ratio, key=ratio.__getitem__)
    first, p_value = _correlated(of)
    measure = f"standard error of {worst} with / without autocorrelation; lag-1 correlation {number(first, 2)}"
    if isinstance(of.fit.cov_kind, HAC | Cluster) or of.fit.cov.startswith(("HAC", "Cluster")):
        return Check(NAME, f"{measure}, which {of.fit.cov.split('(')[0]} allows for", ratio[worst], p_value=p_value)
    advice = (
        f"Standard errors are up to {number(ratio[worst], 3)} times too small, as rows follow each other: "
        f"st.fit(model, cov=st.HAC(lags={lags})), or a model of the series."
    )
    return judged(NAME, measure, ratio[worst], advice, p_value=p_value, term=worst)


def _ratios(of: LookedAt, lags: int) -> dict[str, float]:
    """The standard errors with autocorrelation over those without, by what they are of."""
    model = of.model
    sandwich = Sandwich.of(model.subset(of.order), of.theta, of.bread)
    M, M0 = (sandwich.autocorrelated(HAC(lags=k))[0] for k in (lags, 0))
    directions = {model.names[k]: sandwich.B[k] for k in of.asked}
    if "Intercept" in model.names:
        directions[THE_MEAN] = sandwich.C[model.names.index("Intercept")]
    return {name: float(np.sqrt(max(b @ M @ b, 0.0) / (b @ M0 @ b))) for name, b in directions.items()}


def _ratios_beside_levels(of: LookedAt, sandwich: LevelSandwich, lags: int) -> dict[str, float]:
    """The same beside levels that are codes, from the series of the rows' parts in a coefficient, of some at a time."""
    model, u, found = of.model, sandwich.scores(), {}
    for part, v in parts_of_rows(sandwich, of.asked):
        each = _ratio(np.einsum("nak,na->nk", v, u, optimize=True)[of.order], lags)
        found |= dict(zip([model.names[k] for k in of.asked[part]], each.tolist(), strict=True))
    if "Intercept" in model.names:
        columns, predictor = sandwich.work.predictor.columns_of(sandwich.work.rows.X), sandwich.work.predictor
        share = np.ones(len(u)) if model.rows.importance is None else model.rows.importance
        mean = np.zeros(len(of.theta))
        mean[predictor.parts[0]] = columns[0].T @ (share / share.sum())
        b = sandwich.C.product(mean)
        parts = zip(columns, u.T, predictor.parts, strict=True)
        along = sum((X @ b[own]) * of_rows for X, of_rows, own in parts)
        found[THE_MEAN] = float(_ratio(np.asarray(along)[of.order, None], lags)[0])
    return found


def _ratio(series: Floats, lags: int) -> Floats:
    """sqrt(V / V0) of sums of these series, (n, k): shape (k,)."""
    n, kernel = len(series), kernel_weights("bartlett", lags)
    sums = np.array([np.einsum("nk,nk->k", series[lag:], series[: n - lag]) for lag in range(lags + 1)])
    return np.sqrt(np.maximum(sums[0] + 2.0 * kernel[1:] @ sums[1:], 0.0) / sums[0])


def _correlated(of: LookedAt) -> tuple[float, float]:
    """The correlation of scores one row apart, of the parameter that has most, and how often chance makes such ones."""
    model = of.model
    rows = model.rows.take(of.order)
    eta = model.predictor.forward(of.theta, rows.whole)[0]
    scores = model.likelihood.score(eta, rows.y).reshape(len(eta), -1)
    found = [of_series(u) for u in scores.T[: model.predictor.n_first]]
    first, p_value = min(found, key=lambda each: each[1])
    return first, min(1.0, len(found) * p_value)


def of_series(u: Floats, lags: int = LAGS) -> tuple[float, float]:
    """The lag-1 correlation of a series of mean 0, and the p-value of its first lags, at most a fifth of its length."""
    lags = min(lags, len(u) // 5)
    pairs = [u[k:] * u[:-k] for k in range(1, lags + 1)]
    z = [float(of_lag.sum()) / max(float(np.sqrt((of_lag**2).sum())), 1e-300) for of_lag in pairs]
    square = float(u @ u)
    return float(pairs[0].sum()) / square if square else 0.0, float(special.chdtrc(lags, float(np.square(z).sum())))

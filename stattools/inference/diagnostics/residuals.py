"""How far each row is from its fit: residuals, leverage and Cook's distance.

    response   y - mean (grouped outcomes: successes minus their mean)
    pearson    (y - mean) / sd(y), mean 0 and variance about 1
    deviance   sign(mean at which it is 0 - mean) sqrt(deviance of the row); their squares sum to the deviance
    quantile   Phi^-1(u), u = F(y), for a discrete outcome uniform between F(y - 1) and F(y): standard normal under the
               model whatever the outcome, which no other residual of a count or of a yes or no is
    cox_snell  -log S(time) of times that may be censored: exponential under the model, censored where the times are
    leverage   h_i = w_i x_i^T (X^T W X + Q)^-1 x_i, Q of a ridge, else 0

    Cook's distance of a row with score J_i^T u_i and information J_i^T W_i J_i, I that of all rows, I^-1 = C:

        theta - theta_(i) ~ (I - J_i^T W_i J_i)^-1 J_i^T u_i = C J_i^T r_i,   r_i = (1 - W_i G_i)^-1 u_i
        D_i = d_i^T C_bb^-1 d_i / p = r_i^T (G_i - J_ic I_cc^-1 J_ic^T) r_i / p,   G_i = J_i C J_i^T

    d_i are the p coefficients b of the mean in theta - theta_(i), c those of other parameters. Of one linear predictor
    with the information w it is u^2 h / (w p (1 - h)^2), and with a canonical link pearson^2 h / (p (1 - h)^2).

Source: McCullagh & Nelder (1989), 2.4 and 12.5; quantile residuals: Dunn & Smyth, JCGS 5 (1996), 236-244; Cook (1977),
Pregibon (1981), 4; Williams, Applied Statistics 36 (1987), 181-191. Cost: one pass over the rows; the leverage is a QR
decomposition of X and holds a copy of it.
"""

from __future__ import annotations

from itertools import product
from typing import Any, Literal, get_args

import numpy as np
from scipy import special

from stattools.errors import DomainError, IncompatibleError
from stattools.inference.estimates import Estimates
from stattools.inference.needs import one_leverage, standard_errors
from stattools.inference.prediction.predict import regression, require_finite
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.seeds import generator
from stattools.likelihoods.likelihood import expected_of_first
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.times import ends_of
from stattools.models.model import Model
from stattools.models.predictor import Linear, among
from stattools.numerics.columns import weighted, with_levels
from stattools.numerics.low_rank import quadratic
from stattools.solvers.climb import orthogonalized
from stattools.solvers.metric import Metric
from stattools.text.columns import first_few

Kind = Literal["response", "pearson", "deviance", "quantile", "cox_snell"]

KINDS: tuple[Kind, ...] = get_args(Kind)

ALONE = 1.0 - 1e-12
"""A row of more leverage determines a coefficient alone."""


def residuals(fit: Estimates, kind: Kind = "response", *, seed: int | np.random.Generator | None = None) -> Floats:
    """One residual per row, shape (n_rows,); for softmax "response" and "pearson" of every category, (n_rows, K).

    Precision weights are honored (a precise row has a small sd); a row that stands for several observations (frequency
    weights) has the residual of one of them. "deviance" of `st.ols` is in the units of y, "pearson" is divided by the
    residual scale. "quantile" of a discrete outcome or of censored times needs `seed`; these have no others but
    "cox_snell". Raises IncompatibleError for a kind that the model does not have, DomainError for a missing `seed`.

    >>> import stattools as st
    >>> fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]}))
    >>> residuals(fit).round(6).tolist()
    [0.2, -0.1, -0.4, 0.3]
    >>> residuals(fit, "pearson").round(6).tolist()
    [0.516398, -0.258199, -1.032796, 0.774597]
    """
    kind = one_of(kind, KINDS, "residuals have kind {}", IncompatibleError, got="kind=", meaning="kind of residuals")
    model = regression(fit, "residuals")
    require_finite(fit, "residuals")
    family, y, eta = model.likelihood, model.rows.y, model.eta(fit.estimate)
    if kind == "cox_snell":
        return _cox_snell(model, eta)
    alone = family.outcome in (Outcome.ORDERED, Outcome.TIME) or not family.facts.knows_ends  # which may have no mean
    if kind == "quantile" and alone and family.outcome is not Outcome.CATEGORY:
        return _quantiles(fit, model, eta, eta, seed)
    mean = family.mean(eta)
    if mean.ndim == 2:
        return _of_categories(model, mean, kind)
    gap = family.observed(y) - mean  # of a grouped outcome the share of successes
    if kind == "response":
        return gap * family.trials_of(y)
    if kind == "pearson":
        spread = variance(fit, model, eta)
        if len(impossible := np.flatnonzero((spread == 0.0) & (gap != 0.0))):
            raise DomainError(
                f"pearson residuals divide by the standard deviation of a row: the fit is certain of another outcome "
                f"of {'row' if len(impossible) == 1 else 'rows'} {first_few([*map(str, impossible)])}, numbered from 0 "
                "among those that were kept. Leave out such rows, which have a weight of 0 or columns far from all "
                'others, or use kind="response".'
            )
        return gap / np.where(gap == 0.0, 1.0, np.sqrt(spread))
    if kind == "deviance":
        precision = 1.0 if model.rows.precision is None else model.rows.precision
        rises = family.score(eta, y).reshape(len(eta), -1)[:, 0] * family.slope(eta)[:, 0, 0]  # towards the best mean
        return np.copysign(np.sqrt(family.deviance(eta, y) * precision), rises)
    return _quantiles(fit, model, eta, mean, seed)


def leverage(fit: Estimates) -> Floats:
    """The diagonal of the hat matrix, shape (n_rows,): how much each outcome moves its own fitted value, in [0, 1].

    The observed information about the first linear predictor weighs the rows, as in statsmodels' GLM; where that of a
    row is negative, the expected one weighs them all, of families that know it. A row of frequency w has the leverage
    of one of its observations: the sum of w h is the number of columns, and after a ridge the number that it leaves
    free. Raises IncompatibleError for softmax and for labels in order, whose rows have a hat matrix each, and where
    neither information says how much a row weighs.

    >>> import stattools as st
    >>> leverage(st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))).round(6).tolist()
    [0.833333, 0.333333, 0.833333]
    """
    model = regression(fit, "leverage")
    require_finite(fit, "leverage")
    one_leverage(fit, "leverage")
    rows, X = model.rows, among(model.rows.X, model.predictor.main)
    curvature = weighted(_weights(model, model.eta(fit.estimate)), rows.precision)
    frequency = np.ones(len(curvature)) if rows.weight is None else rows.weight
    ridge = 0.0 if fit.penalty is None else fit.penalty.added(model)[model.predictor.parts[0]]
    ridge = np.broadcast_to(ridge, X.shape[1:])
    if (levels := with_levels(X)) is not None:
        inverse = Metric(levels.gram(curvature * frequency).beside_diagonal(ridge)).covariance()
        return np.minimum(curvature * quadratic([X], inverse)[:, 0, 0], 1.0)
    root = np.sqrt(curvature)
    whole = np.vstack([X * (root * np.sqrt(frequency))[:, None], np.diag(np.sqrt(ridge))[ridge > 0.0]])
    size = np.abs(whole).max(axis=0)
    size = np.where(size > 0, size, 1.0)
    Q, R = np.linalg.qr(whole / size)
    share = (Q * Q).sum(axis=1)[: len(X)]
    absent = frequency == 0  # a row that was never seen did not shape Q: its leverage if it were seen once more
    if absent.any():
        ghost = np.linalg.solve(R.T, (X[absent] * root[absent, None] / size).T)
        share[absent] = (ghost * ghost).sum(axis=0)
    return np.minimum(share / np.where(absent, 1.0, frequency), 1.0)


def _weights(model: Model, eta: Floats) -> Floats:
    """The information of each row about its first linear predictor, none below 0: see `leverage`."""
    family, y = model.likelihood, model.rows.y
    observed = family.information(eta, y).reshape(len(eta), -1)[:, 0]
    bent = int((observed < 0.0).sum())
    if not bent:
        return observed
    try:
        return expected_of_first(family, eta, y)
    except IncompatibleError as error:
        raise IncompatibleError(
            f"{model.title} has no leverages here: the log-likelihood of {bent:,} rows is not concave in their linear "
            f"predictor, so that theirs would be negative, and {error} Use fit.cooks_distance(), which needs none."
        ) from None


def cooks_distance(fit: Estimates) -> Floats:
    """How far the coefficients of the mean move when one observation is left out, shape (n_rows,), in units of their
    covariance: by one step of Newton in all parameters, which is exact for `st.ols`.

    D_i = d^T V^-1 d / p, d the p coefficients of the first parameter less those that the step leads to without the row,
    V their covariance by the information, whatever `cov=` is. With softmax they are those of all categories, with
    labels in order the thresholds too. Above 1 is much; 0 of a row with a frequency of 0. Infinite where the other rows
    have no maximum near, as where a row determines a coefficient alone. Equal to statsmodels' and R's where the link is
    canonical. Raises IncompatibleError after a ridge, which has no covariance.

    >>> import stattools as st
    >>> cooks_distance(st.fit(st.ols([1.0, 2.0, 4.0, 4.0], [0.0, 1.0, 2.0, 3.0]))).round(4).tolist()
    [0.1111, 0.035, 0.4286, 1.7778]
    """
    standard_errors(fit, "cooks_distance")
    model = regression(fit, "cooks_distance")
    require_finite(fit, "cooks_distance")
    work, T = orthogonalized(model)
    theta, rows, predictor = T.solve(fit.estimate), work.rows, model.predictor
    information = work.evaluate(theta).information
    u, W = work.likelihood.evaluate(work.eta(theta), rows.y)[1:]
    X, width = rows.whole.X, predictor.width
    G = predictor.covariance(X, Metric(information).covariance())
    u, W = weighted(u.reshape(-1, width, 1), rows.precision), weighted(W.reshape(-1, width, width), rows.precision)
    constants = (k for number, to in predictor.taken_up if to for k in (number, *to))  # of the first parameter
    first = max(predictor.n_first, *(k + 1 for k in constants), 0)
    V = G - _of_others(predictor, X, weighted(W, rows.weight), first) if first < width else G
    one = None if rows.weight is None else np.minimum(rows.weight, 1.0)  # no more than is there is left out
    u, W = weighted(u, one), weighted(W, one)
    alone = np.linalg.eigvals(W @ G).real.max(axis=1) >= ALONE
    r = np.linalg.solve(np.eye(width) - np.where(alone[:, None, None], 0.0, W @ G), u)
    D = (r.transpose(0, 2, 1) @ V @ r)[:, 0, 0] / (fit.scale**2 or 1.0) / predictor.parts[first - 1].stop
    return np.where(alone, np.inf, np.maximum(D, 0.0))


def _of_others(predictor: Linear, X: Any, W: Floats, first: int) -> Floats:
    """The covariance of the linear predictors of each row, (m, width, width), where those before `first` are known."""
    each, start = predictor.columns_of(X)[first:], predictor.parts[first].start
    parts = [slice(part.start - start, part.stop - start) for part in predictor.parts[first:]]
    W = W[:, first:, first:]
    blocks = [[a.T @ (b * W[:, j, k, None]) for k, b in enumerate(each)] for j, a in enumerate(each)]
    C, V = np.linalg.inv(np.block(blocks)), np.zeros((len(X), predictor.width, predictor.width))
    for (j, a), (k, b) in product(enumerate(each), repeat=2):
        V[:, first + j, first + k] = ((a @ C[parts[j], parts[k]]) * b).sum(axis=1)
    return V


def variance(fit: Estimates, model: Model, eta: Floats) -> Floats:
    """Variance of one outcome on the scale of the mean, shape (n_rows,)."""
    value = model.likelihood.variance(eta, model.rows.y) * (fit.scale**2 if model.has_scale else 1.0)
    return value if model.rows.precision is None else value / model.rows.precision


def _of_categories(model: Model, mean: Floats, kind: str) -> Floats:
    if kind not in ("response", "pearson"):
        has_order = model.likelihood.outcome is Outcome.ORDERED
        why = "a probability for each label" if has_order else "no order in its categories"
        use = '"quantile", "response" or "pearson"' if has_order else '"response" or "pearson"'
        raise IncompatibleError(f"{model.title} has {why}, so no {kind} residual; use {use}.")
    gap = (model.rows.y[:, None] == np.arange(mean.shape[1])).astype(float) - mean
    if kind == "response":
        return gap
    rest = np.where(np.eye(mean.shape[1], dtype=bool), 0.0, mean[:, None, :]).sum(axis=2)  # 1 - p without cancellation
    return gap / np.sqrt(mean * rest)


def _quantiles(fit: Estimates, model: Model, eta: Floats, mean: Floats, seed: object) -> Floats:
    """Dunn & Smyth's residuals, from the nearer tail so that none is lost to round-off."""
    if model.has_scale:
        return (model.rows.y - mean) / np.sqrt(variance(fit, model, eta))
    below, above = model.likelihood.facts.tails(model.likelihood, eta, model.rows.y)
    if not model.likelihood.outcome.is_whole and (below[0] == below[1]).all():
        left, right = below[1], above[1]
    else:
        if seed is None:
            raise DomainError(
                'residuals(kind="quantile") of a discrete outcome, or of times that are censored, are randomized: give '
                "seed=, a whole number."
            )
        u = generator(seed).random(len(eta))  # so far up the step of F at each outcome
        left = below[0] + u * (below[1] - below[0])
        right = above[1] + (1.0 - u) * (above[0] - above[1])
    tiny = np.finfo(float).tiny
    return np.where(left < right, special.ndtri(np.maximum(left, tiny)), -special.ndtri(np.maximum(right, tiny)))


def _cox_snell(model: Model, eta: Floats) -> Floats:
    """-log S at the time until which each row was seen, less that at its entry."""
    family: Any = model.likelihood
    if family.outcome is not Outcome.TIME:
        raise IncompatibleError(
            f'residuals of kind "cox_snell" are of times that may be censored, as of st.aft; {model.title} has kind '
            '"quantile".'
        )
    low, high, entry = ends_of(model.rows.y, family.late)
    if ((low != high) & (high < np.inf)).any():
        raise IncompatibleError(
            'residuals of kind "cox_snell" are of times that were seen or are longer; some of these lie between two '
            'ends. Use "quantile".'
        )
    return -family.loglik(eta, np.column_stack([low, np.full(len(low), np.inf), *[entry] * family.late]))

"""How far each row is from its fit, residuals, leverage and Cook's distance, and how well the fit describes them all.

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

Of all rows together: deviance, pseudo R^2, scores of probabilities, calibration.

    deviance     twice the log-likelihood lost against a perfect fit
    mcfadden     1 - l / l_0                          l the log-likelihood, l_0 that of the intercept alone
    dispersion   pearson / df of counts and groups: 1 where they vary as the family says
    cox_snell    1 - exp(2 (l_0 - l) / n)             nagelkerke: divided by its largest value, 1 - exp(2 l_0 / n)
    tjur         mean p where y = 1 minus mean p where y = 0
    brier        mean (y - p)^2; several categories: the sum over them
    log_score    -l / n, the mean of -log p(y): the smaller, the better
    auc          P(p of an event > p of a non-event), ties counted half: the area under the ROC curve
    calibration  sqrt(max(sum_b n_b ((o_b - p_b)^2 - v_b), 0) / n) / sd(p),   v_b = p_b (1 - p_b) / n_b

o_b and p_b are the observed share and the mean prediction in tenths of the rows by prediction; a row counts as often as
its frequency weight, and its trials, say. Source: McFadden (1974); Nagelkerke, Biometrika 78 (1991), 691-692; Tjur,
American Statistician 63 (2009), 366-372; Gneiting & Raftery, JASA 102 (2007), 359-378; Hanley & McNeil, Radiology 143
(1982), 29-36; Hosmer & Lemeshow, Applied Logistic Regression (2013), 5.2.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.special import ndtri

from stattools.data.files.source import AddedByName
from stattools.data.rows.rows import Block, Rows
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance.covariance import spread_of
from stattools.inference.diagnostics.assumptions import overdispersed
from stattools.inference.diagnostics.check import Check, LookedAt, judged
from stattools.inference.estimates import Estimates
from stattools.inference.prediction.predict import require_finite
from stattools.interface.arguments import require_level, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import one_of
from stattools.interface.seeds import generator
from stattools.interface.when_needed import pd
from stattools.likelihoods import Likelihood
from stattools.likelihoods.likelihood import expected_of_first
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.times import ends_of
from stattools.models.model import Model
from stattools.models.predictor import Linear, among
from stattools.models.questions import AnyModel
from stattools.models.regressions.binding import starting_point
from stattools.numerics.columns import nearest, weighted, with_levels
from stattools.numerics.low_rank import quadratic
from stattools.numerics.sums import SampleMoments, power_of_two
from stattools.solvers import Newton
from stattools.solvers.climb import orthogonalized
from stattools.solvers.metric import Metric
from stattools.text.columns import first_few, number

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
    require_finite(fit, "residuals")
    model = fit.model
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
    require_finite(fit, "leverage")
    model = fit.model
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
    require_finite(fit, "cooks_distance")
    model: Model = fit.model
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


def _of_others(predictor: Linear, X: Floats, W: Floats, first: int) -> Floats:
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


SAME_SPACE = 1e-8
"""A constant lies among the columns where what is left of it beside them is this small beside it."""


def r_squared(model: AnyModel, estimate: NDArray[np.float64], loglik: float, rss: float | None = None) -> float:
    """The share of the variance explained where a scale is estimated, else McFadden's 1 - loglik / loglik_null.

    NaN where the model has no rows, or a density without such a scale: its logarithm depends on the unit of y. `rss`
    saves a read of the rows.
    """
    if not isinstance(model, Model):
        return float("nan")
    if not model.has_scale:
        return 1.0 - loglik / null_loglik(model) if model.likelihood.outcome.is_whole else float("nan")
    total = total_sum_of_squares(model)
    rss = model.residual_sums(estimate)[0] if rss is None else rss
    return 1.0 - rss / total if total > 0 else float("nan")


def null_loglik(model: Model, *, reads: bool = False) -> float:
    """Maximum log-likelihood of the intercept alone, a constant for every parameter. Of rows in files, which are read
    only where that is asked for, NaN where counts of the outcome do not tell.
    """
    rows = model.rows.outcome_counts()
    if rows is None or (rows.offset is None) != (model.rows.offset is None):
        if not reads:
            return float("nan")
        rows = model.rows.without_columns()
    family = model.likelihood
    if rows.offset is None and family.facts.natural and family.width == 1:
        weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
        observed = np.average(family.observed(rows.y), weights=weight * family.trials_of(rows.y))
        if np.isfinite(eta := family.link(observed)):  # the mean of an exponential family is that of the outcomes
            return float(weight @ family.loglik(np.full(len(rows.y), eta), rows.y))
    predictor = model.predictor.without_columns()
    start = starting_point(family, predictor, rows)
    return Newton().solve(replace(model, rows=rows, predictor=predictor, start=start, source=None)).loglik


def total_sum_of_squares(model: Model) -> float:
    """Sum of squares of y - offset about its mean, or about 0 where no combination of the columns is constant."""
    rows: Any = model.rows
    if not model.in_memory:
        about = rows.outcome.mean if "Intercept" in model.terms else 0.0
        return float("nan") if rows.offset is not None else rows.outcome.about(about)
    y = rows.y if rows.offset is None else rows.y - rows.offset
    weight = np.ones(len(y)) if rows.importance is None else rows.importance
    alike = np.flatnonzero(rows.X[0] == rows.X[-1])
    has_constant = any((rows.X[:, k] == rows.X[0, k]).all() for k in alike if rows.X[0, k])
    if not has_constant:
        X = rows.standardized()[0].whole.X[weight > 0]
        ones = np.ones(len(X))
        has_constant = float(np.linalg.norm(ones - X @ nearest(X, ones))) <= SAME_SPACE * np.sqrt(len(ones))
    center = weight @ y / weight.sum() if has_constant else 0.0
    return float(weight @ (y - center) ** 2)


def goodness(fit: Any) -> pd.DataFrame:
    """Goodness of fit in exactly one row; a model has the columns that mean something for it.

    `st.ols`: deviance (the residual sum of squares), r_squared, adjusted_r_squared, log_score. Others: deviance,
    pearson (chi-square; not for softmax), df, mcfadden, cox_snell, nagelkerke, log_score (mcfadden and nagelkerke
    of counts and labels only: of a density they depend on the unit of y); counts and groups have dispersion, pearson /
    df, and `attrs["note"]` where it makes standard errors too small; beside these binary and
    grouped outcomes have tjur, brier and auc, softmax has brier, ungrouped outcomes have accuracy. Of rows in
    files all but auc, in one read, and two or three more where counts of the outcomes do not tell the log-likelihood
    of the intercept alone. Raises IncompatibleError for a fit without rows.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6]))
    >>> goodness(fit)[["mcfadden", "tjur", "brier", "auc", "accuracy"]].round(4).to_numpy().tolist()
    [[0.4042, 0.445, 0.1468, 0.8889, 0.6667]]
    """
    require_finite(fit, "goodness")
    model = fit.model
    some = model.rows.sampled
    few = replace(some, X=some.X[:1], y=some.y[:1], weight=None, offset=None, precision=None)
    found = model.rows.gather(partial(_of_rows, replace(fit, model=replace(model, rows=few, source=None))))
    row: dict[str, Any] = {"deviance": found["deviance"]}
    if model.has_scale:
        r_squared = fit.r_squared
        if np.isnan(r_squared) and model.rows.offset is not None:  # of rows in files: one more read
            moments = model.rows.total(
                lambda block: SampleMoments.of(block.y - (0.0 if block.offset is None else block.offset), block.weight)
            )
            if (total := moments.about(moments.mean if "Intercept" in model.terms else 0.0)) > 0:
                r_squared = 1.0 - found["deviance"] / total
        row["r_squared"] = r_squared
        row["adjusted_r_squared"] = 1.0 - (1.0 - r_squared) * (fit.n - 1.0) / fit.df
        return pd.DataFrame([row | {"log_score": -fit.loglik / fit.n}])
    if not model.likelihood.outcome.has_several:
        row["pearson"] = found["pearson"]
    null = null_loglik(model, reads=True)
    cox_snell = -np.expm1(2.0 * (null - fit.loglik) / fit.n)
    whole_numbers = model.likelihood.outcome.is_whole  # log densities, and their ratio, depend on the unit of y
    row |= {"df": fit.df} | ({"mcfadden": 1.0 - fit.loglik / null} if whole_numbers else {}) | {"cox_snell": cox_snell}
    row |= {"nagelkerke": cox_snell / -np.expm1(2.0 * null / fit.n)} if whole_numbers else {}
    row |= {"log_score": -fit.loglik / fit.n}
    if spread := spread_of(model, fit.estimate, found.get("pearson", 0.0)):
        row["dispersion"] = spread.ratio
    if "square" in found:
        several = model.likelihood.outcome.has_several
        if not several:
            others = found["weight"] - found["events"]
            row["tjur"] = found["mean_of_events"] / found["events"] - found["mean_of_others"] / others
        row["brier"] = found["square"] / found["weight"]
        if not several and model.in_memory:  # the area under the curve compares all rows
            p, share, weight = _observed(model.likelihood, model.predictor, fit.estimate, model.rows.whole)
            row["auc"] = area_under_curve(p[:, 0], weight * share[:, 0], weight * (1.0 - share[:, 0]))
        if model.likelihood.outcome is not Outcome.TRIALS:
            row["accuracy"] = found["right"] / found["weight"]
    made = pd.DataFrame([row])
    if said := overdispersed(fit, reads=True):
        made.attrs["note"] = said
    return made


def calibration(fit: Estimates, bins: int = 10, *, level: float = 0.95) -> pd.DataFrame:
    """Observed against predicted probability in up to `bins` groups of rows of similar prediction.

    One row per group, [category,] predicted, observed, n, lower, upper: mean prediction, share of the event, number of
    observations and Wilson's interval of the share. Groups have about equal numbers; equal predictions stay together.
    Softmax has the groups of each category; `st.ordinal` those of each cut, "<= low" in a column `cut`, of the
    probability of a label below it. Raises IncompatibleError for a model without probabilities, DomainError for bins
    below 1.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6]))
    >>> calibration(fit, bins=2)[["predicted", "observed", "n"]].round(3).to_numpy().tolist()
    [[0.179, 0.333, 3.0], [0.821, 0.667, 3.0]]
    """
    require_finite(fit, "calibration")
    model = fit.model
    bins = whole_number(bins, "bins= of calibration", at_least=1)
    require_memory(f"{bins:,} bins", 4 * bins, "Ask for fewer: bins=10 is common.")
    require_level(level)
    z = float(-ndtri(0.5 * (1.0 - level)))
    p, share, weight = _observed(model.likelihood, model.predictor, fit.estimate, model.rows.whole)
    labels = [str(label) for label in model.labels or ()]
    names: list[dict[str, str]] = [{"category": label} for label in labels]
    if model.likelihood.facts.is_event:
        names = [{}]
    elif model.likelihood.outcome is Outcome.ORDERED:
        names = [{"cut": f"<= {label}"} for label in labels[:-1]]
    frames = []
    for k, name in enumerate(names):
        predicted, observed, n = grouped(p[:, k], share[:, k], weight, bins)
        lower, upper = wilson_ends(observed, n, z)
        means = {"predicted": predicted, "observed": observed, "n": n}
        frames.append(pd.DataFrame(name | means | {"lower": lower, "upper": upper}))
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def grouped(fitted: Floats, y: Floats, weight: Floats | None, bins: int = 10) -> tuple[Floats, Floats, Floats]:
    """Mean prediction, mean outcome and size of up to `bins` groups of about equal size, ties kept together.

    >>> [part.tolist() for part in grouped(np.array([0.1, 0.1, 0.9, 0.9]), np.array([0.0, 1.0, 1.0, 1.0]), None, 2)]
    [[0.1, 0.9], [0.5, 1.0], [2.0, 2.0]]
    """
    weight = np.ones(len(y)) if weight is None else weight
    unit = power_of_two(np.abs(fitted).max())
    scaled = fitted / unit
    rounded = np.round(scaled, 12)  # predictions that differ by round-off only belong together
    _, inverse = np.unique(rounded, return_inverse=True)
    mass = np.bincount(inverse, weights=weight)
    share = (np.cumsum(mass) - 0.5 * mass) / mass.sum()
    group = np.minimum((bins * share).astype(int), bins - 1)[inverse]
    size = np.bincount(group, weights=weight, minlength=bins)
    kept = size > 0
    means = [np.bincount(group, weights=weight * column, minlength=bins)[kept] / size[kept] for column in (scaled, y)]
    return unit * means[0], means[1], size[kept]


def wilson_ends(share: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    """Wilson's interval of a proportion, for shares that may be of weighted observations: Wilson (1927)."""
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return np.where(share == 0, 0.0, center - half), np.where(share == 1, 1.0, center + half)


def area_under_curve(p: Floats, events: Floats, others: Floats) -> float:
    """P(p of an event > p of a non-event) + half of P(equal), rows counting `events` and `others` times.

    >>> area_under_curve(np.array([0.2, 0.4, 0.4, 0.9]), np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    0.875
    """
    _, inverse = np.unique(p, return_inverse=True)
    up, down = np.bincount(inverse, weights=events), np.bincount(inverse, weights=others)
    below = np.cumsum(down) - down
    return float(up @ (below + 0.5 * down) / (up.sum() * down.sum()))


def _of_rows(fit: Estimates, rows: Rows) -> AddedByName:
    """What goodness is made from, summed over the rows in memory that count; the model of `fit` may have few rows, and
    be sent to a batch.
    """
    model = replace(fit.model, rows=rows)
    if model.rows.weight is not None and not model.rows.weight.all():
        model = model.subset(np.flatnonzero(model.rows.weight))
    eta = model.eta(fit.estimate)
    mean, y = model.likelihood.mean(eta), model.rows.y
    deviance = float(weighted(model.likelihood.deviance(eta, y), model.rows.importance).sum())
    if model.has_scale:
        return AddedByName(deviance=deviance)
    weight = _observations(model.likelihood, y, model.rows.weight)
    if model.likelihood.outcome.has_several:
        hit = y[:, None] == np.arange(mean.shape[1])
        square = ((hit - mean) ** 2).sum(axis=1) / (2.0 if mean.shape[1] == 2 else 1.0)  # two categories: as logistic
        right = float(weight @ (mean.argmax(axis=1) == y))
        total = float(weight.sum())
        return AddedByName(deviance=deviance, weight=total, square=float(weight @ square), right=right)
    found = AddedByName(deviance=deviance)
    pearson = residuals(replace(fit, model=model), "pearson")
    found["pearson"] = float(weighted(pearson * pearson, model.rows.weight).sum())
    if not model.likelihood.facts.is_event:
        return found
    share = model.likelihood.observed(y)
    events, others = weight * share, weight * (1.0 - share)
    found |= {"weight": float(weight.sum()), "events": float(events.sum())}
    found |= {"mean_of_events": float(events @ mean), "mean_of_others": float(others @ mean)}
    found["square"] = float(events @ (1.0 - mean) ** 2 + others @ mean**2)
    found["right"] = float(weight @ ((mean > 0.5) == (share > 0.5)))
    return found


def _observed(likelihood: Likelihood, predictor: Linear, theta: Floats, block: Block) -> tuple[Floats, Floats, Floats]:
    """Predicted probabilities and observed shares of the rows of a block, (m, K): of the event, of each category, or of
    outcomes up to each cut; and how many observations each row stands for.
    """
    p, y = _columns(likelihood.mean(predictor.forward(theta, block)[0]), likelihood), block.y
    if likelihood.outcome is Outcome.ORDERED:
        share = (y[:, None] <= np.arange(p.shape[1])).astype(float)
    else:
        share = likelihood.observed(y)[:, None] if p.shape[1] == 1 else (y[:, None] == np.arange(p.shape[1])) * 1.0
    return p, share, _observations(likelihood, y, block.weight)


def _observations(likelihood: Likelihood, y: Floats, weight: Floats | None) -> Floats:
    """How many observations each row stands for: its frequency, times its trials where it is grouped."""
    return likelihood.trials_of(y) * (np.ones(len(y)) if weight is None else weight)


TENTHS = np.linspace(0.1, 0.9, 9)

SAMPLE = 100_000


def calibrated(sums: Floats, phi: float = 1.0) -> Check:
    """The check of calibration, from sums in groups of similar prediction, (4, K, groups): observations, events,
    predictions and their squares.
    """
    size, events, total, square = sums
    used, whole = size > 0, size.sum()
    n = np.where(used, size, 1.0)
    observed, predicted = events / n, total / n
    chance = phi * np.maximum(predicted * (1.0 - predicted), 1e-300) / n
    gap = np.where(used, (observed - predicted) ** 2, 0.0)
    mean = total.sum(axis=1) / size.sum(axis=1)
    spread = np.sqrt(max(float((square.sum(axis=1) - size.sum(axis=1) * mean**2).sum() / whole), 0.0))
    error = np.sqrt(max(float((size * (gap - chance * used)).sum() / whole), 0.0))
    absolute = float((size * np.sqrt(gap)).sum() / whole)
    # Two parameters of the line are fitted; groups with few expected events are no normal numbers.
    enough = used & (np.minimum(total, size - total) >= 1.0)
    df = int(enough.sum()) - 2 * len(size)
    p_value = float(special.chdtrc(df, float((gap / chance)[enough].sum()))) if df > 0 else 1.0
    advice = (
        f"Predicted and observed shares of tenths of the rows are {number(absolute, 2)} apart on average: "
        "fit.calibration() shows where; see link and form."
    )
    measure, value = "error of the probabilities / their sd, by tenths", error / spread if spread > 1e-12 else 0.0
    return judged("calibration", measure, value, advice, p_value=p_value, detail=absolute)


def calibration_check(of: LookedAt) -> Check | None:
    """Predicted against observed shares; None where all predictions are alike."""
    some = replace(of.model, rows=of.model.rows.sample(SAMPLE), source=None)
    edges = edges_of(_columns(of.likelihood.mean(some.eta(of.theta)), of.likelihood))
    if all(len(of_one) == 0 for of_one in edges):
        return None
    seen = partial(_observed, of.likelihood, of.model.predictor, of.theta)
    sums = of.model.rows.total(lambda block: tenths(*seen(block), edges))
    if of.likelihood.outcome is not Outcome.ORDERED:
        return calibrated(sums, of.phi)
    each = [calibrated(sums[:, k : k + 1], of.phi) for k in range(len(edges))]
    worst = max(range(len(each)), key=lambda k: each[k].value)
    found, p_value = each[worst], each[worst].p_value
    return replace(
        found,
        measure=f"{found.measure}, of {of.model.outcome_name} <= {(of.model.labels or ())[worst]}, the worst cut",
        p_value=None if p_value is None else min(1.0, len(each) * p_value),
    )


def discrimination(of: LookedAt) -> Check:
    """The area under the ROC curve, of several categories the mean of each against the rest; it compares all rows."""
    model = of.model
    model.rows.at_hand("an area under the ROC curve compares all rows", model.title, "Fit a sample of them in memory.")
    found = _observed(of.likelihood, model.predictor, of.theta, model.rows.whole)
    return ranked(*found, "cuts") if of.likelihood.outcome is Outcome.ORDERED else ranked(*found)


def ranked(p: Floats, share: Floats, weight: Floats, several: str = "categories against the rest") -> Check:
    """The check of discrimination, of probabilities and shares (n, K)."""
    both = [(q, weight * s, weight * (1.0 - s)) for q, s in zip(p.T, share.T, strict=True)]
    areas = [area_under_curve(np.round(q, 12), one, other) for q, one, other in both if one.any() and other.any()]
    value = float(np.mean(areas)) if areas else 0.5
    advice = (
        "The columns hardly tell events from others: effects may be as they are estimated, predictions of single rows "
        "say little."
    )
    what = "area under the ROC curve" + (f", mean of the {several}" if p.shape[1] > 1 else "")
    return judged("discrimination", what, value, advice, size=-value)


def edges_of(p: Floats) -> list[Floats]:
    """What separates the tenths of each column of probabilities: none where all are alike."""
    return [np.unique(np.quantile(q, TENTHS)) if q.max() - q.min() > 1e-9 else np.empty(0) for q in p.T]


def tenths(p: Floats, share: Floats, weight: Floats, edges: list[Floats]) -> Floats:
    """Sums in groups, (4, K, 10)."""
    found = np.zeros((4, len(edges), 10))
    for k, cuts in enumerate(edges):
        group = np.searchsorted(cuts, p[:, k] - 1e-12)
        for j, values in enumerate((np.ones(len(p)), share[:, k], p[:, k], p[:, k] ** 2)):
            found[j, k] = np.bincount(group, weight * values, 10)
    return found


def _columns(mean: Floats, likelihood: Likelihood) -> Floats:
    if likelihood.outcome is Outcome.ORDERED:  # P(y <= k) at each cut
        return np.cumsum(mean, axis=1)[:, :-1]
    return mean if likelihood.outcome.has_several else mean[:, None]

"""Jeffreys' penalty, log det I(theta) / 2: Firth's correction, with finite estimates and a bias of order n^-2.

How the expected information of rows moves, contracted as the derivatives of log det I need it.

With Q_i = J_i I^-1 J_i^T for the Jacobian J_i of the linear predictors of row i, and K3, K4 the cumulants of its
outcome, or slope and bend of its information where the link is not canonical:

    d log det I = sum_i J_i^T (K3_i : Q_i),    d2 log det I = sum_i J_i^T (K4_i : Q_i) J_i - tr(I^-1 I' I^-1 I')

Of labels c in an order, with their probabilities p, scores s and observed informations J in the linear predictors,

    I = sum_i J_i^T M_i J_i,   M = sum_c p s s^T,    d tr(Q M) = sum_c p [(s^T Q s) s - 2 J Q s]

For these and for partial likelihoods, whose slope is exact too, the second derivative is the difference of slopes a
little to either side, in coordinates in which I is the identity. Source: McCullagh & Nelder (1989), 2.2; Bull, Mak &
Greenwood (2002) for categories; Kosmidis, JRSS B 76 (2014), 169-196, for cumulative models; Heinze & Schemper,
Biometrics 57 (2001), 114-119, for partial likelihoods.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.linalg import solve_triangular

from stattools.data.rows.standardization import Standardization
from stattools.errors import IdentificationError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.likelihoods.likelihood import cumulants_of
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.partial_likelihood import near, slope_of_log_determinant
from stattools.solvers.metric import Metric
from stattools.solvers.solution import Solution

LARGE = 120
"""Coefficients up to which the second derivative of log det I may be made of that of I, P^3 numbers. Of one linear
predictor it is made of products between rows where these are fewer; of several with more coefficients it is left out:
Newton's steps are then Fisher's.
"""
MOST = 2e10
"""Multiplications of products between rows: about a second. Beyond, Newton's steps are Fisher's too."""
AT_ONCE = 1_000
"""Rows whose products with all others are made together."""
ASIDE = 1e-4
"""How far to either side slopes are taken, in standard errors: their difference then has eight digits."""
MANY = 1000
"""With so many events for each coefficient of a partial likelihood the second derivative is a share of less than
1 / MANY, and is left out.
"""


@constructed_by_callers
@dataclass(frozen=True)
class Jeffreys:
    """Half the log determinant of the information: Firth's penalty, `st.fit(model, penalty=st.Jeffreys())`.

    For logistic, softmax and Poisson regression, where it takes the bias of order 1 / n away (Firth 1993). For probit,
    cloglog, loglog and cauchit it is Jeffreys' prior of the coefficients, brglm2's `type = "MPL_Jeffreys"`, which
    shrinks them as it does those of the logit: Firth's adjusted score is the slope of no penalty there. For negative
    binomial regression the information is that about the coefficients of the mean, at the alpha that is estimated
    beside them; log alpha moves down by an order of p / n. For labels in order (`st.ordinal` without scale=) it is that
    about coefficients and thresholds together. The information is the expected one. For `st.cox` with ties
    of Efron or Breslow, and for matched sets of one case each, it is that of the partial likelihood, as in R's coxphf.
    The estimates are finite for any outcomes, separated or not, and do not depend on the scale or the origin of the
    columns; standard errors come from the information at the estimate, and profile intervals from the penalized
    log-likelihood. Raises IncompatibleError for other models. Source: Firth (1993); for finiteness, and for other
    links, Kosmidis & Firth (2021); for categories Bull, Mak & Greenwood (2002); for Cox's Heinze & Schemper (2001).

    >>> import stattools as st
    >>> from stattools.inference.penalties import maximize
    >>> separated = st.logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0])
    >>> maximize(separated, Jeffreys()).estimate.round(4).tolist()
    [-3.2748, 1.3099]
    """

    is_concave: ClassVar[bool] = False

    def check(self, model: AnyModel) -> None:
        """IncompatibleError unless the likelihood has the penalty."""
        if isinstance(model, CoxRegression) and model.exact is not None:
            raise IncompatibleError(
                f"Jeffreys needs third moments of those at risk, which exact ties of {model.title} do not have one by "
                'one. Use st.Ridge(strength), or in st.cox ties="efron".'
            )
        if isinstance(model, CoxRegression):
            return
        if not (model.facts.is_regression and model.likelihood.facts.has_firth):
            raise IncompatibleError(
                "Jeffreys needs a logistic, probit, cloglog, loglog, cauchit, softmax, ordinal, Poisson, negative "
                f"binomial or Cox regression; got {model.title}. Use st.Ridge(strength), or leave penalty= out."
            )
        model.rows.at_hand(
            "Jeffreys sums third derivatives over all rows in every step",
            model.title,
            "It moves estimates by an order of 1 / sqrt(n) standard errors: leave penalty= out. Where outcomes are "
            "separated use st.Ridge(strength), or fit the rows in memory.",
        )

    def term(self, model: Any, theta: Floats, now: Evaluation, T: Standardization, order: int) -> Evaluation:
        """log det I / 2 in the coordinates T theta; -inf where the information is singular."""
        try:
            metric = Metric(_information(model, theta, now))
        except (IdentificationError, FloatingPointError):
            nothing = Evaluation(-np.inf), Evaluation(-np.inf, np.zeros_like(theta))
            return (*nothing, Evaluation(-np.inf, np.zeros_like(theta), np.zeros_like(now.information)))[order]
        by_differences = model.is_partial or model.predictor.taken_up
        own = slice(None) if by_differences else slice(0, model.predictor.size_first)
        half = float(0.5 * metric.log_determinant() - np.linalg.slogdet(T[own, own])[1])
        if order == 0:
            return Evaluation(half)
        if by_differences:
            return _by_differences(model, theta, half, metric.whiten(), order)
        W, P = metric.whiten(), len(theta)
        n = len(model.rows.y)
        most = P**3 * (n + 4.0 * P) if P <= LARGE else MOST
        between = order == 2 and model.predictor.width == 1 and 4.0 * n * n * P < most
        bends = order == 2 and P <= LARGE and not between
        pairs: list[tuple[Floats, Floats]] = []
        score, fourth, third = np.zeros(P), np.zeros((P, P)), np.zeros((P, *W.shape) if bends else 0)
        for block in model.rows.blocks():
            eta, pullback = model.predictor.forward(theta, block)
            weight = np.ones(len(eta)) if block.weight is None else block.weight
            rows: Any = cumulants_of(model.likelihood, eta, block.y, weight)
            X = block.X[:, model.predictor.first]
            Q = leverage(W, X, model.predictor.n_first)
            score += 0.5 * pullback(flat(rows.third(Q)))
            if bends or between:
                fourth += model.predictor.information(block, flat(rows.fourth(Q)))
            if bends:
                third += (
                    change_of_information(rows.skewness(), X)
                    if model.likelihood.facts.canonical
                    else change_of_weights(model.predictor.row_scores(block.X, flat(rows.slope)), X)
                )
            elif between:
                slope = rows.skewness() if model.likelihood.facts.canonical else rows.slope
                pairs.append((np.asarray(X @ W), model.predictor.row_scores(block.X, slope.reshape(len(eta)))))
        if order == 1:
            return Evaluation(half, score)
        if between:
            return Evaluation(
                half, score, 0.5 * (between_rows(*map(np.concatenate, zip(*pairs, strict=True))) - fourth)
            )
        if not bends:
            return Evaluation(half, score, fourth)
        change = (W.T @ third @ W).reshape(P, -1)
        return Evaluation(half, score, 0.5 * (change @ change.T - fourth))

    def added(self, model: AnyModel) -> Floats:
        """Nothing is added to the information."""
        return np.zeros(len(model.names))

    def covariance(self, solution: Solution, model: Any) -> Floats:
        """The inverse of the information at the estimate, the penalty left out, as in R's logistf and brglm2: the
        expected one, of a negative binomial that about all its parameters, which is observed.
        """
        theta = solution.estimate
        now = model.evaluate(theta)
        observed = not model.is_partial and model.likelihood.others and not model.predictor.taken_up
        return Metric(now.information if observed else _information(model, theta, now)).covariance()


def _information(model: Any, theta: Floats, now: Evaluation) -> Floats:
    """The expected information; FloatingPointError where thresholds cross."""
    if not model.is_partial and model.predictor.taken_up:
        return expected_information(model, theta)
    return now.information if model.is_partial or model.likelihood.facts.canonical else about_the_mean(model, theta)


def _by_differences(model: Any, theta: Floats, half: float, W: Floats, order: int) -> Evaluation:
    """log det I / 2 with its slope, and the second derivative as the difference of slopes."""
    slope = _slope_of_partial if model.is_partial else _slope_of_cuts
    score = slope(model, theta, W)
    if order == 1:
        return Evaluation(half, score)
    if model.sets.total >= MANY * len(W) if model.is_partial else len(W) > LARGE:
        return Evaluation(half, score, np.zeros_like(W))
    change = np.empty_like(W)
    for k, step in enumerate(ASIDE * W.T):
        up, down = (slope(model, theta + side * step) for side in (1.0, -1.0))
        change[k] = W.T @ (up - down) / (2.0 * ASIDE)
    inner = solve_triangular(W, 0.5 * (change + change.T), trans=1)
    return Evaluation(half, score, -solve_triangular(W, inner.T, trans=1).T)


def _slope_of_partial(model: CoxRegression, theta: Floats, W: Floats | None = None) -> Floats:
    at = near(model.at(theta))
    return 0.5 * slope_of_log_determinant(at, Metric(at.information()).whiten() if W is None else W)


def _slope_of_cuts(model: Model, theta: Floats, W: Floats | None = None) -> Floats:
    W = Metric(expected_information(model, theta)).whiten() if W is None else W
    total, inverse = np.zeros(len(theta)), W @ W.T
    for block in model.rows.blocks():
        eta, pullback = model.predictor.forward(theta, block)
        Q, moved = model.predictor.covariance(block.X, inverse), np.zeros_like(eta)
        for p, s, J in _labels(model, eta):
            Qs = (Q @ s[:, :, None])[:, :, 0]
            moved += p[:, None] * ((s * Qs).sum(axis=1)[:, None] * s - 2.0 * (J @ Qs[:, :, None])[:, :, 0])
        weight = np.ones(len(eta)) if block.weight is None else block.weight
        total += 0.5 * pullback(weight[:, None] * moved)
    return total


def expected_information(model: Model, theta: Floats) -> Floats:
    """The expected information about coefficients and thresholds; FloatingPointError where thresholds cross."""
    total = np.zeros((len(theta), len(theta)))
    for block in model.rows.blocks():
        eta, _ = model.predictor.forward(theta, block)
        M = sum(
            (p[:, None, None] * s[:, :, None] * s[:, None, :] for p, s, _ in _labels(model, eta)),
            np.zeros((*eta.shape, eta.shape[1])),
        )
        weight = np.ones(len(eta)) if block.weight is None else block.weight
        total += model.predictor.information(block, M * weight[:, None, None])
    return total


def _labels(model: Model, eta: Floats) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Probability, score and information of each label in turn."""
    for label in range(len(model.labels or ())):
        log, score, information = model.likelihood.evaluate(eta, np.full(len(eta), float(label)))
        if not np.isfinite(log).all():
            raise FloatingPointError("thresholds cross")
        yield np.exp(log), score, information


def about_the_mean(model: Model, theta: Floats) -> Floats:
    """The expected information about the coefficients of the first parameter, from `cumulants`."""
    p = model.predictor.size_first
    total = np.zeros((p, p))
    for block in model.rows.blocks():
        eta, _ = model.predictor.forward(theta, block)
        weight = np.ones(len(eta)) if block.weight is None else block.weight
        X = block.X[:, model.predictor.first]
        rows: Any = cumulants_of(model.likelihood, eta, block.y, weight)
        total += X.T @ (X * rows.information[:, None])
    return total


def leverage(W: Floats, X: Floats, width: int) -> Floats:
    """Q_i[a, b] = x_i^T [W W^T]_ab x_i, shape (n, width, width)."""
    parts = [X @ W[a * X.shape[1] : (a + 1) * X.shape[1]] for a in range(width)]
    return np.stack([np.stack([(one * two).sum(axis=1) for two in parts], axis=-1) for one in parts], axis=-2)


def change_of_information(skewness: Floats, X: Floats) -> Floats:
    """d I / d theta_K for every coefficient K, shape (P, P, P): sums of skewness_abk x_r x_s x_t."""
    width, p = skewness.shape[1], X.shape[1]
    total = np.zeros((width, p, width, p, width, p))
    for a in range(width):
        for b in range(a, width):
            for k in range(b, width):
                weighted = X * skewness[:, a, b, k, None]
                cube = np.stack([X.T @ (weighted * X[:, t, None]) for t in range(p)])
                for i, j, m in {(a, b, k), (a, k, b), (b, a, k), (b, k, a), (k, a, b), (k, b, a)}:
                    total[i, :, j, :, m, :] = cube
    return total.reshape(width * p, width * p, width * p)


def change_of_weights(slopes: Floats, X: Floats) -> Floats:
    """d X^T diag(w) X / d theta_K, shape (P, p, p), where row i of `slopes` (n, P) is that of its weight in theta."""
    return np.stack([X.T @ (X * slope[:, None]) for slope in slopes.T])


def between_rows(moved: Floats, slopes: Floats) -> Floats:
    """tr(I^-1 I'_K I^-1 I'_L) of all coefficients, (P, P): S'(H * H) S with H_ij = x_i'I^-1 x_j, of rows `moved` (n, p)
    to the coordinates in which I is 1, whose weights have the `slopes` S (n, P). It is what P^3 numbers I' say too.
    """
    total = np.zeros((slopes.shape[1],) * 2)
    for start in range(0, len(moved), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        products = moved[part] @ moved.T
        products *= products
        total += slopes[part].T @ (products @ slopes)
    return total


def flat(values: Floats) -> Floats:
    """(n, 1) and (n, 1, 1) as the (n,) that predictors of width 1 take."""
    return values.reshape(len(values)) if values[0].size == 1 else values

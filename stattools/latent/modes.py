"""The modes of effects and of coefficients given the parameters: one search, whatever the effects are of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from stattools.errors import ConvergenceError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.blocks import EffectColumns, Factor, GroupRows, ScaledColumns, shifted, weighted
from stattools.latent.elimination import PenalizedInformation
from stattools.likelihoods import Likelihood
from stattools.likelihoods.likelihood import Terms, cumulants_of
from stattools.numerics.small_matrices import forward, grams, transposed, triangles

LEAST_KEPT = 1e-8
"""Effective degrees of freedom of a curve that are not less."""

LEAST_FACTOR = 1e-2
"""The least of what the variance of a curve's effects is multiplied by at once."""


def variance_ratios(u: Floats, C: Floats, blocks: Sequence[Any]) -> Floats:
    """|u_k|^2 over the effective degrees of freedom of each curve, the sum of 1 - C_jj: 1 at a maximum, nearly, and
    what a variance is multiplied by on the way to one. Source: Wood & Fasiolo, Biometrics 73 (2017).

    >>> variance_ratios(np.array([3.0, 4.0]), 0.5 * np.eye(2), [slice(0, 1), slice(1, 2)]).tolist()
    [18.0, 32.0]
    """
    kept = 1.0 - C.diagonal()
    found = [float(u[own] @ u[own]) / max(float(kept[own].sum()), LEAST_KEPT) for own in blocks]
    return np.clip(np.array(found), LEAST_FACTOR, 1.0 / LEAST_FACTOR)


def information_of_curves(u: Floats, C: Floats, blocks: Sequence[Any]) -> Floats:
    """Nearly the information about the logarithms of the standard deviations of curves, that of a normal outcome with
    the information of rows as weights:

        [k = l] 2 (|u_k|^2 + tr C_kk) - 4 u_k'C_kl u_l - 2 |C_kl|^2

    What moves with the information of rows is left out. Source: Wood, JRSS B 73 (2011), 3.5.

    >>> information_of_curves(np.array([3.0]), np.array([[0.25]]), [slice(0, 1)]).tolist()
    [[9.375]]
    """
    found = np.empty((len(blocks), len(blocks)))
    for k, own in enumerate(blocks):
        for j, other in enumerate(blocks):
            met = C[own][:, other]
            found[k, j] = -4.0 * float(u[own] @ met @ u[other]) - 2.0 * float((met**2).sum())
        found[k, k] += 2.0 * (float(u[own] @ u[own]) + float(C.diagonal()[own].sum()))
    return found


CLOSE = 1e-21
"""A squared decrement this small: what is left of the mode is less than 1e-10 standard errors."""

NOISE = 1e-13
"""The round-off of F as a share of it and of the number of rows."""

ROUND_OFF = 1e-12
"""A squared decrement below this, or below the round-off of F, that does not fall any more is round-off."""

FALLS = 0.25
"""A squared decrement that does not fall below this share of the one before has met round-off."""

HALVINGS = 1_100
"""A step of 1e300 that is halved so often is one of 1e-30."""

MOST_TRIED = 3_000
"""Points that all steps to a mode try at most: a count of 1e300 takes about 700 units of a logarithm, some hundred
steps, and where a scale is next to 0 each step may be halved a thousand times.
"""

LARGEST_WEIGHT = 1e303
"""Sums of so large second derivatives of rows are finite; where a row has a larger one, this stands for it."""

BLOCK = 8192
"""Rows that are evaluated at once: what is made of them on the way stays in a processor's cache."""


@record
class SeenRows:
    """What was seen of the rows: the outcomes `y` of `likelihood`, and how often, `weight` (n,) or None."""

    likelihood: Likelihood
    y: Floats
    weight: Floats | None

    @np.errstate(over="ignore", invalid="ignore")  # a step that is too long may overflow, and is shortened
    def logliks(self, eta: Floats, moves: Floats) -> Floats:
        """The log-likelihood of all rows where the first linear predictor is moved by each column of `moves` (n, m)."""
        n, m = moves.shape
        found = self.likelihood.loglik(shifted(eta, moves), np.repeat(self.y, m, axis=0)).reshape(n, m)
        total = found.sum(axis=0) if self.weight is None else self.weight @ found
        return np.where(np.isnan(total), -np.inf, total)

    @np.errstate(over="ignore", invalid="ignore")  # as above
    def evaluate(self, eta: Floats) -> tuple[float, Floats, Floats]:
        """The log-likelihood of all rows, -inf where it is not a number, and the score (n, width) and the information
        (n, width, width) of each times its weight.
        """
        n, starts = len(eta), range(0, len(eta), BLOCK)
        each = [self._terms(eta[a : a + BLOCK], self.y[a : a + BLOCK]) for a in starts]
        loglik, score, information = each[0] if len(each) == 1 else map(np.concatenate, zip(*each, strict=True))
        if self.weight is not None:
            loglik, score, information = (weighted(part, self.weight) for part in (loglik, score, information))
        total, width = float(loglik.sum()), score.size // n
        return total if total == total else -np.inf, score.reshape(n, width), information.reshape(n, width, width)

    def _terms(self, eta: Floats, y: Floats) -> Terms:
        """The log-likelihood, the score and the information of some rows."""
        return self.likelihood.evaluate(eta, y)


@np.errstate(over="ignore", invalid="ignore")  # from a start with means beyond float64 the way ends in an error
def mode_from[M: (JointMode, CoefficientMode)](
    look: Callable[[Floats], M], start: Floats, close: float, refusal: str
) -> M:
    """The mode that is reached from `start`, or from 0 where F is higher there; `look` makes what is known at u, of
    which `size` is the number of rows or coefficients.

    Newton's method with the information as metric, u <- u + t H^-1 g, where steps are halved until F rises. Where H is
    not positive definite the metric is another one, which leads upwards too. The way ends at a squared decrement
    g'H^-1 g of `close`, or where that is round-off and does not fall any more.

    ConvergenceError with the words `refusal` where no number of steps reaches it.
    """
    here, last, tried = look(start), np.inf, 0
    if start.any() and not (nowhere := look(np.zeros(len(start)))).value <= here.value:
        here = nowhere
    while tried <= MOST_TRIED:
        ahead = here.solve(here.slope)
        along = float(here.slope @ ahead)
        if np.isnan(along):  # no part of such a step leads anywhere
            break
        noise = NOISE * (abs(here.value) + here.size)
        if here.is_exact and (along <= close or (along > FALLS * last and along <= max(ROUND_OFF, noise))):
            return here
        last = along
        for _ in range(HALVINGS):
            new, tried = look(here.u + ahead), tried + 1
            rise = new.value - here.value
            if rise >= 1e-4 * along or (abs(rise) <= noise and along <= max(1e-6, noise)):
                break
            ahead, along = 0.5 * ahead, 0.5 * along
        else:
            break
        here = new
    raise ConvergenceError(refusal)


@record
class JointMode:
    """Effects `u`, the linear predictors `eta` there, the log-likelihood less what the effects lose, F, and `score`
    (n, width) and `information` (n, width, width) of the rows.

        F(u) = sum_i w_i log p(y_i | base_i + z~_i'u) - |u|^2 / 2,   g = Z~'s - P u,   H = P + Z~'WZ~
    """

    rows: SeenRows
    columns: ScaledColumns
    u: Floats
    eta: Floats
    value: float
    score: Floats
    information: Floats

    @classmethod
    def at(cls, rows: SeenRows, columns: ScaledColumns, base: Floats, u: Floats) -> JointMode:
        """What is known at effects that are no mode yet."""
        eta = shifted(base, columns.up(u)[:, None])
        loglik, score, information = rows.evaluate(eta)
        return cls(rows, columns, u, eta, loglik - 0.5 * float((columns.of.prior * u) @ u), score, information)

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.eta)

    @cached_property
    def slope(self) -> Floats:
        """The slope of F."""
        return self.columns.down(self.score[:, 0]) - self.columns.of.prior * self.u

    @cached_property
    def _metric(self) -> tuple[PenalizedInformation, bool]:
        """H, or a matrix that is positive definite for certain, with negative weights put to 0; is it H?"""
        w = self.information[:, 0, 0]
        found = PenalizedInformation.of(self.columns, w) if np.abs(w).max(initial=0.0) <= LARGEST_WEIGHT else None
        if found is not None:
            return found, True
        w = np.where(np.isfinite(w), np.clip(w, 0.0, LARGEST_WEIGHT), 0.0)
        found = PenalizedInformation.of(self.columns, w + 1e-12 * w.max(initial=0.0))
        if found is None:
            raise ConvergenceError(
                "the information about the effects is not positive definite in float64: columns are nearly "
                "combinations of others. Take a simpler random part, or leave a column out."
            )
        return found, False

    @property
    def penalized(self) -> PenalizedInformation:
        """H."""
        return self._metric[0]

    @property
    def is_exact(self) -> bool:
        """Is it H?"""
        return self._metric[1]

    def solve(self, g: Floats) -> Floats:
        """H^-1 g."""
        return self.penalized.solve(g)


def joint_mode(rows: SeenRows, columns: ScaledColumns, base: Floats, start: Floats, close: float = CLOSE) -> JointMode:
    """The mode of all effects together, given the parameters.

    ConvergenceError where no number of steps reaches it: the log-likelihood rises without end, or is not a number.
    """
    return mode_from(
        lambda u: JointMode.at(rows, columns, base, u),
        start,
        close,
        "the mode of the effects was not found: the log-likelihood of the rows rises without end along an effect, or "
        "is not a number. Look at the outcome for values that are far from all others, or take a simpler random part.",
    )


Places = NDArray[np.intp]

LOG_TWO_PI = float(np.log(2.0 * np.pi))


@record
class PenalizedCoefficients:
    """The log-likelihood `of` coefficients c (m,), of which `blocks` are the numbers of those of each curve."""

    of: Any
    size: int
    blocks: tuple[Places, ...]

    @cached_property
    def prior(self) -> Floats:
        """1 for the coefficients that have a prior, 0 for others."""
        found = np.zeros(self.size)
        found[np.concatenate([np.empty(0, dtype=np.intp), *self.blocks])] = 1.0
        return found

    def scales(self, taus: Sequence[float] | Floats) -> Floats:
        """D: the standard deviation of each coefficient, 1 without a prior."""
        found = np.ones(self.size)
        for tau, block in zip(taus, self.blocks, strict=True):
            found[block] = tau
        return found

    def at(self, taus: Floats, start: Floats, close: float = CLOSE) -> CoefficientMode:
        """The mode at these standard deviations, searched from the coefficients `start` to a squared decrement `close`.

        ConvergenceError where no number of steps reaches it.
        """
        scales = self.scales(taus)
        return mode_from(
            lambda u: CoefficientMode.at(self, tuple(taus.tolist()), scales, u),
            np.divide(start, scales, out=np.zeros(self.size), where=scales != 0.0),
            close,
            "the mode of the coefficients was not found: the likelihood is nearly flat along a combination of columns. "
            "Take a smaller k, or leave a column out.",
        )


@record
class CoefficientMode:
    """Numbers `u` at standard deviations `taus`, D as `scales`, the score and the information about c there, and F,
    `value`.

    Laplace's approximation of the integral over all coefficients of any log-likelihood, with its exact gradient.

        c = D u,   u_j ~ N(0, 1) of curves, D their standard deviations; a flat prior, D = 1, for others
        log L(tau) = l(D u^) - |P u^|^2 / 2 - log|H| / 2 + p log(2 pi) / 2,   H = P + D I D at the mode u^
        d log L / d tau_k = sum over curve k of  s u - (I D H^-1)_jj - [t u + v s - (I D v) u] / 2,   v = H^-1 D t

    with s and I score and information of l in c, and t_j the sum of (D H^-1 D) dI / dc_j, P the 0 and 1 of the prior.
    The likelihood need not be a sum over rows: it is asked for `evaluate(c, order)` and `information_slopes(c, W)`,
    which is t where W W' = D H^-1 D. Source: Wood, JRSS B 73 (2011), 3-36; Wood, Pya & Saefken, JASA 111 (2016),
    1548-1563.
    """

    given: PenalizedCoefficients
    taus: tuple[float, ...]
    scales: Floats
    u: Floats
    score: Floats
    information: Floats
    value: float

    @classmethod
    def at(cls, given: PenalizedCoefficients, taus: tuple[float, ...], scales: Floats, u: Floats) -> CoefficientMode:
        """What is known at numbers that are no mode yet."""
        now = given.of.evaluate(scales * u, 2)
        value = now.loglik - 0.5 * float((given.prior * u) @ u)
        return cls(given, taus, scales, u, now.score, now.information, value)

    @property
    def size(self) -> int:
        """The number of coefficients."""
        return self.given.size

    @property
    def is_exact(self) -> bool:
        """H is the metric wherever it is positive definite, and there is none elsewhere."""
        return True

    @cached_property
    def slope(self) -> Floats:
        """The slope of F."""
        return self.scales * self.score - self.given.prior * self.u

    @cached_property
    def root(self) -> Floats:
        """The lower triangular root of H."""
        H = self.scales[:, None] * self.information * self.scales
        H[np.diag_indices(self.size)] += self.given.prior
        try:
            return np.linalg.cholesky(H)
        except np.linalg.LinAlgError:
            raise ConvergenceError(
                "the information about the coefficients is not positive definite in float64: columns are nearly "
                "combinations of others. Leave a column out."
            ) from None

    @property
    def coefficients(self) -> Floats:
        """c = D u."""
        return self.scales * self.u

    @property
    def loglik(self) -> float:
        """The approximation of the log-likelihood."""
        log_determinant = 2.0 * float(np.log(self.root.diagonal()).sum())
        n_flat = self.given.size - int(self.given.prior.sum())
        return self.value - 0.5 * log_determinant + 0.5 * n_flat * LOG_TWO_PI

    def solve(self, g: Floats) -> Floats:
        """H^-1 g."""
        return _solved(self.root, g)

    @cached_property
    def inverse(self) -> Floats:
        """H^-1."""
        return _solved(self.root, np.eye(self.given.size))

    @cached_property
    def covariance(self) -> Floats:
        """D H^-1 D, the covariance of the coefficients given the data."""
        return self.scales[:, None] * self.inverse * self.scales

    @cached_property
    def slopes(self) -> Floats:
        """The slopes of log L in the standard deviation of each curve."""
        D, u, s = self.scales, self.u, self.score
        W = D[:, None] * solve_triangular(self.root, np.eye(len(u)), lower=True).T
        t = self.given.of.information_slopes(self.coefficients, W)
        v = self.solve(D * t)
        ID = self.information * D
        each = s * u - np.einsum("jk,kj->j", ID, self.inverse) - 0.5 * (t * u + v * s - (ID @ v) * u)
        return np.array([float(each[block].sum()) for block in self.given.blocks])

    @property
    def moments(self) -> tuple[tuple[()], Floats]:
        """Of each curve what `variance_ratios` says: 1 at a maximum, nearly."""
        return (), variance_ratios(self.u, self.inverse, self.given.blocks)

    @property
    def information_of_curves(self) -> Floats:
        """Nearly the information about the logarithms of the standard deviations of curves."""
        return information_of_curves(self.u, self.inverse, self.given.blocks)

    @property
    def degrees(self) -> list[float]:
        """The effective degrees of freedom of the coefficients of each curve."""
        kept = 1.0 - self.inverse.diagonal()
        return [float(kept[block].sum()) for block in self.given.blocks]


def _solved(root: Floats, g: Floats) -> Floats:
    return solve_triangular(root, solve_triangular(root, g, lower=True), lower=True, trans=1)


LEAST_CURVATURE = 0.04
"""The least curvature of nodes, where the likelihood is not concave: effects are then five times as uncertain as
nobody's.
"""


@record
class ConditionalModes:
    """The modes v (q, J) and the lower triangular L_j (q, q, J) with L_j L_j' = H_j."""

    v: Floats
    factor: Floats

    @property
    def spread(self) -> Floats:
        """L_j^-T (q, q, J): times standard normal numbers it makes effects of covariance H_j^-1."""
        q = len(self.v)
        return transposed(forward(self.factor, np.eye(q)[:, :, None]))

    @property
    def log_determinant(self) -> Floats:
        """log|L_j| of each group, (J,)."""
        return np.log(np.einsum("aaj->aj", self.factor)).sum(axis=0)


def conditional_modes(rows: GroupRows, eta: Floats, a: Floats, start: Floats | None = None) -> ConditionalModes:
    """The modes of all groups, where a (q, n) makes linear predictors of effects, from `start` (q, J) or from 0.

    The modes of the effects of each group given its rows, and their curvature there: where quadrature puts its nodes.

        h_j(v) = sum_i log p(y_i | eta_i + a_i'v) - v'v / 2,   a_i = T'z_i,     H_j = I + sum_i a_i w_i a_i'

    They are the mode of all effects together, of which H is a block for each group. Where the log-likelihood is concave
    in eta there is one, and the steps find it from anywhere; elsewhere H_j is kept positive for the nodes about the
    mode that was found. Cost: a read of the rows per step. Source: Pinheiro & Bates, J. Comput. Graph. Stat. 4 (1995),
    12-35.

    >>> from stattools.likelihoods import Poisson
    >>> rows = GroupRows(Poisson(), np.array([0.0, 1e6]), None, np.array([1, 1]))
    >>> conditional_modes(rows, np.zeros(2), np.ones((1, 2))).v.round(3).tolist()
    [[-0.567, 13.815]]
    """
    (q, n), J = a.shape, len(rows.counts)
    codes, nothing = np.repeat(np.arange(J), rows.counts), np.empty((0, n))
    columns = EffectColumns(n, Factor(codes, J, a, (0,), (slice(0, q),)), (), (), nothing)
    seen, u = SeenRows(rows.likelihood, rows.y, rows.weight), np.zeros(q * J) if start is None else start.ravel()
    found = joint_mode(seen, ScaledColumns(columns, a, nothing, nothing), eta, u)
    H = grams(a, a * found.information[:, 0, 0], codes, J)
    H[np.arange(q), np.arange(q)] += 1.0
    return ConditionalModes(found.u.reshape(q, J), triangles(H, LEAST_CURVATURE)[0])


SAME = 1e-8
"""Scores that differ by less than this share of their size are the same."""


def expected_weights(rows: SeenRows, mode: JointMode) -> Floats:
    """mu'^2 / Var y of each row times its weight, (n,); the observed information where the score is another one.

    The expected information of rows about their first linear predictor, where the score is that of the mean.

        s = (y - mu) mu' / Var y   makes   E[-ds / d eta] = mu'^2 / Var y

    Effective degrees of freedom are counted with it, as Fisher's scoring has it; where the score is another one, with
    the observed information.
    """
    observed, likelihood, eta = mode.information[:, 0, 0], rows.likelihood, mode.eta
    weight = 1.0 if rows.weight is None else rows.weight
    try:
        mean, slope, variance = likelihood.mean(eta), likelihood.slope(eta), likelihood.variance(eta, rows.y)
        seen = likelihood.observed(rows.y)
    except IncompatibleError:  # as of times that may be censored
        return observed
    if mean.ndim != 1:
        return observed
    with np.errstate(divide="ignore", invalid="ignore"):  # means at an end have no variance, and are no numbers here
        pull = slope[:, 0, 0] / variance
        score = weight * pull * (seen - mean)
        same = bool((np.abs(score - mode.score[:, 0]) <= SAME * (1.0 + np.abs(mode.score[:, 0]))).all())
        return weight * pull * slope[:, 0, 0] if same else observed


STEP = 0.02
"""Of differences, as a share of the scale on which the information moves: 1, or the size of an error where less."""

WEIGHTS = ((1, 45.0), (2, -9.0), (3, 1.0))

SHORTER = 8
"""So often is a step that leaves the domain of the likelihood divided by ten."""


def information_slopes(likelihood: Likelihood, eta: Floats, y: Floats, information: Floats) -> Floats:
    """c (n, width) at eta (n,) or (n, width); `information` (n,) are the I_i00 there.

    How the information about the first linear predictor of a row moves with each of its linear predictors.

        c_ik = d I_i00 / d eta_ik,   minus the third derivative of the log-likelihood of the row

    Exact where the linear predictor is the natural parameter; otherwise differences of sixth order of the information,

        c = [45 (I_1 - I_-1) - 9 (I_2 - I_-2) + (I_3 - I_-3)] / (60 h) + O(h^6),

    whose error is about 1e-11 of the information: steps are 1/50 of the scale on which it moves.

    >>> from stattools.likelihoods import Poisson
    >>> information_slopes(Poisson(), np.zeros(1), np.ones(1), np.ones(1)).tolist()
    [[1.0]]
    """
    if likelihood.facts.canonical and eta.ndim == 1:
        return cumulants_of(likelihood, eta, y, np.ones(len(eta))).third(np.ones((len(eta), 1, 1)))
    width = 1 if eta.ndim == 1 else eta.shape[1]
    with np.errstate(divide="ignore"):
        scale = np.minimum(1.0, 1.0 / np.sqrt(np.abs(information)))
    found = np.empty((len(eta), width))
    for k in range(width):
        found[:, k] = _differences(likelihood, eta, y, k, STEP * scale)
    return found


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # a step beyond the domain is seen and shortened
def _differences(likelihood: Likelihood, eta: Floats, y: Floats, k: int, step: Floats) -> Floats:
    found, left = np.zeros(len(eta)), np.arange(len(eta))
    for _ in range(SHORTER):
        total = np.zeros(len(left))
        for times, weight in WEIGHTS:
            ahead, behind = (_first(likelihood, eta[left], y[left], k, by * step[left]) for by in (times, -times))
            total += weight * (ahead - behind)
        found[left] = total / (60.0 * step[left])
        left = left[~np.isfinite(found[left])]
        if not len(left):
            break
        step = 0.1 * step
    return found


def _first(likelihood: Likelihood, eta: Floats, y: Floats, k: int, by: Floats) -> Floats:
    moved = eta.copy()
    if eta.ndim == 1:
        return likelihood.information(moved + by, y)
    moved[:, k] += by
    return likelihood.information(moved, y)[:, 0, 0]

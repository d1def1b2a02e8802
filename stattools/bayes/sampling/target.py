"""The density that is sampled: log-likelihood, log prior and log Jacobian, as one function of u on the whole line.

    log p(u | y) = log p(y | x) + log p(x) + log |dx / du|,   x = x(u)

    (low, inf)    x = low + e^u            (-inf, high)   x = high - e^u
    (low, high)   x = low + (high - low) expit(u)
    in order      x_1 = u_1,  x_k = x_{k-1} + e^{u_k}: on the whole line, each above the one before

A user's own log-likelihood of -inf says that a point is impossible. NaN and +inf say nothing: read as -inf they would
cut the posterior off where the function has a hole, without a word, and so they are refused. Source: Stan Reference
Manual, ch. "Constraint transforms".
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit

from stattools.bayes.priors.assignment import Priors, support
from stattools.bayes.priors.parameters import cuts_of
from stattools.bayes.sampling.observed import Observed, Whole, observed
from stattools.errors import DomainError, IdentificationError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.custom import Custom
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.questions import AnyModel
from stattools.solvers.climb import newton_ascent
from stattools.solvers.metric import Metric
from stattools.solvers.newton import climb_in_own_units
from stattools.solvers.solution import Solution
from stattools.solvers.subsampling import certified_ascent
from stattools.text.one_line import prints


@prints
class Mapped(NamedTuple):
    """x with dx/du, d2x/du2, and log |dx/du| summed with its first and second derivative, all (q,) but the sum.

    Of parameters in order slope and bend are those of the distances between them, of which x are sums.
    """

    x: Floats
    slope: Floats
    bend: Floats
    log_jacobian: float
    jacobian_slope: Floats
    jacobian_bend: Floats


@record
class Transforms:
    """One map per parameter, from `low` and `high`, (q,); the identity where both are infinite. `ordered` are positions
    of parameters without ends whose values rise.

    >>> maps = Transforms(np.array([-np.inf, 0.0]), np.array([np.inf, np.inf]))
    >>> maps.forward(np.array([1.0, 0.0])).x, maps.inverse(np.array([1.0, 2.0])).round(6)
    (array([1., 1.]), array([1.      , 0.693147]))
    """

    low: Floats
    high: Floats
    ordered: tuple[int, ...] = ()

    @cached_property
    def above(self) -> NDArray[np.intp]:
        """Positions with a lower end only."""
        return np.flatnonzero(np.isfinite(self._low) & ~np.isfinite(self.high))

    @cached_property
    def _low(self) -> Floats:
        """The lower ends of what is mapped one by one: 0 of distances."""
        low = np.array(self.low, dtype=float)
        low[list(self.ordered[1:])] = 0.0
        return low

    @cached_property
    def below(self) -> NDArray[np.intp]:
        """Positions with an upper end only."""
        return np.flatnonzero(~np.isfinite(self.low) & np.isfinite(self.high))

    @cached_property
    def between(self) -> NDArray[np.intp]:
        """Positions with both ends."""
        return np.flatnonzero(np.isfinite(self.low) & np.isfinite(self.high))

    @cached_property
    def summed(self) -> Floats:
        """The matrix that makes parameters of what is mapped one by one: sums of distances, itself elsewhere."""
        B = np.eye(len(self.low))
        B[np.ix_(self.ordered, self.ordered)] = np.tri(len(self.ordered))
        return B

    def _sum(self, x: Floats) -> Floats:
        """What `summed` makes of values (..., q), in place."""
        if self.ordered:
            at = list(self.ordered)
            x[..., at] = np.cumsum(x[..., at], axis=-1)
        return x

    def pulled(self, score: Floats) -> Floats:
        """A score in the parameters, or the rows of an information, as that in what is mapped one by one."""
        if not self.ordered:
            return score
        at, score = list(self.ordered), np.array(score)
        score[at] = np.cumsum(score[at][::-1], axis=0)[::-1]
        return score

    @cached_property
    def free(self) -> bool:
        """True where every map is the identity."""
        return not (len(self.above) or len(self.below) or len(self.between))

    def values(self, u: Floats) -> Floats:
        """x for many points u, (S, q)."""
        x = u.copy()
        x[:, self.above] = self._low[self.above] + np.exp(u[:, self.above])
        x[:, self.below] = self.high[self.below] - np.exp(u[:, self.below])
        k = self.between
        x[:, k] = self._inside(self.low[k] + (self.high[k] - self.low[k]) * expit(u[:, k]))
        return self._sum(x)

    def forward(self, u: Floats) -> Mapped:
        """x and its derivatives at one point u, (q,)."""
        x, slope, bend, jacobian, jacobian_slope, jacobian_bend = u.copy(), *np.zeros((5, len(u)))
        slope[:] = 1.0
        for where, end, sign in ((self.above, self._low, 1.0), (self.below, self.high, -1.0)):
            if len(where):
                size = np.exp(u[where])
                x[where] = end[where] + sign * size
                slope[where] = bend[where] = sign * size
                jacobian[where], jacobian_slope[where] = u[where], 1.0
        if len(self.between):
            k = self.between
            width, share, rest = self.high[k] - self.low[k], expit(u[k]), expit(-u[k])
            x[k] = self._inside(self.low[k] + width * share)
            slope[k] = width * share * rest
            bend[k] = slope[k] * (rest - share)
            jacobian[k] = np.log(width) + log_expit(u[k]) + log_expit(-u[k])
            jacobian_slope[k], jacobian_bend[k] = rest - share, -2.0 * share * rest
        return Mapped(self._sum(x), slope, bend, float(jacobian.sum()), jacobian_slope, jacobian_bend)

    def log_jacobians(self, u: Floats) -> Floats:
        """log |dx/du| summed, for many points u, (S, q): shape (S,)."""
        k = self.between
        inside = np.log(self.high[k] - self.low[k]) + log_expit(u[:, k]) + log_expit(-u[:, k])
        return u[:, self.above].sum(axis=1) + u[:, self.below].sum(axis=1) + inside.sum(axis=1)

    def inverse(self, x: Floats) -> Floats:
        """u of a point inside, (q,)."""
        u = np.array(x, dtype=float)
        if self.ordered:
            at = list(self.ordered)
            u[at[1:]] = np.diff(u[at])
        u[self.above] = np.log(u[self.above] - self._low[self.above])
        u[self.below] = np.log(self.high[self.below] - x[self.below])
        k = self.between
        u[k] = logit((x[k] - self.low[k]) / (self.high[k] - self.low[k]))
        return u

    def _inside(self, x: Floats) -> Floats:
        """x, no nearer to an end than float64 tells apart."""
        k = self.between
        return np.clip(x, np.nextafter(self.low[k], np.inf), np.nextafter(self.high[k], -np.inf))


IMPOSSIBLE = -np.inf

REMEDY = "Give a proper prior to every parameter that the data do not determine."
FUNNEL = (
    f"where it stopped, the density does not fall in every direction. {REMEDY} Where one is the scale of others, as in "
    "a funnel, the density rises without bound as the scale goes to 0: write the others as the scale times parameters "
    "of scale 1."
)


@record
class Target:
    """The posterior density of u, (q,): what solvers climb and samplers walk on."""

    title: str
    n: float
    data: Observed
    priors: Priors
    transforms: Transforms

    def evaluate(self, u: Floats, order: int = 2) -> Evaluation:
        """log p(u | y) up to a constant (order 0), its gradient (1), minus its second derivative (2)."""
        # A step that is too long may overflow: the value is then no number, and whoever made the step shortens it.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if order == 1 and self.transforms.free:
                return self._free(u)
            at = self.transforms.forward(u)
            if not np.isfinite(at.x).all():
                return Evaluation(IMPOSSIBLE, np.zeros(len(u)) if order else NOT_ASKED)
            now = self.data.evaluate(at.x, order)
            if not np.isfinite(now.loglik):
                return Evaluation(IMPOSSIBLE, np.zeros(len(u)) if order else NOT_ASKED)
            prior, slope = self.priors.evaluate(at.x)
            value = now.loglik + prior + at.log_jacobian
            if order == 0:
                return Evaluation(value)
            score = self.transforms.pulled(now.score + slope)
            gradient = score * at.slope + at.jacobian_slope
            if order == 1:
                return Evaluation(value, gradient)
            information = self.transforms.pulled(now.information + self.priors.curvature(at.x))
            information = self.transforms.pulled(information.T) * np.outer(at.slope, at.slope)
            information[np.diag_indices(len(u))] -= score * at.bend + at.jacobian_bend
        return Evaluation(value, gradient, information)

    def log_densities(self, u: Floats) -> Floats:
        """log p(u | y) up to a constant at many points, (S, q): shape (S,); -inf where it is no number."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # points far out may overflow
            x = self.transforms.values(u)
            value = self.data.logliks(x) + self.priors.pointwise(x).sum(axis=1) + self.transforms.log_jacobians(u)
        return np.where(np.isfinite(value), value, IMPOSSIBLE)

    def smoothed(self) -> Target:
        """The same density with the kinks of its priors rounded off: what is climbed."""
        return replace(self, priors=self.priors.smoothed())

    def _free(self, u: Floats) -> Evaluation:
        """Density and gradient where x = u: most of the steps that are ever taken."""
        now = self.data.evaluate(u, 1)
        value, slope = self.priors.evaluate(u)
        value += now.loglik
        if value - value != 0.0:  # infinite or no number
            return Evaluation(IMPOSSIBLE, np.zeros(len(u)))
        return Evaluation(value, now.score + slope)

    def dispersion(self, u: Floats) -> float:
        """1: every scale is a parameter."""
        return 1.0

    @property
    def own(self) -> Custom | None:
        """The model, where its log-likelihood is a user's own; None for the package's, where NaN is an overflow."""
        return self.data.model if isinstance(self.data, Whole) and self.data.model.facts.is_function else None

    @property
    def start(self) -> Floats:
        """The data's start, moved inside what the priors allow."""
        x = self.data.start.astype(float)
        low, high = self.transforms.low, self.transforms.high
        for j in np.flatnonzero(~((x > low) & (x < high))):
            middle = getattr(self.priors.each[j], "median", np.nan)
            x[j] = middle if low[j] < middle < high[j] else _between(low[j], high[j])
        return self.transforms.inverse(x)

    @property
    def frame(self) -> Floats:
        """Coordinates of u in which the parameters are comparable: those of the data where they may be mixed."""
        F, B = self.data.frame, self.transforms.summed
        bound = np.isfinite(self.transforms.low) | np.isfinite(self.transforms.high)
        if self.transforms.ordered:  # distances do not depend on the origin of columns
            F = np.linalg.solve(B, F @ B)
            bound[list(self.transforms.ordered[1:])] = True
            F[np.abs(F) < 1e-12] = 0.0
        if not bound.any():
            return F
        mixed = np.any(F[np.ix_(bound, ~bound)] != 0) or np.any(F[np.ix_(~bound, bound)] != 0)
        F = np.diag(np.diagonal(F)) if mixed else F.copy()
        F[bound] = 0.0
        F[:, bound] = 0.0
        F[bound, bound] = 1.0
        return F


def _between(low: float, high: float) -> float:
    """The middle of two ends, one step from the only finite one."""
    if np.isfinite(low) and np.isfinite(high):
        return 0.5 * (low + high)
    return low + 1.0 if np.isfinite(low) else high - 1.0


@record
class Framed:
    """The same density in coordinates phi, u = F phi."""

    target: Target
    F: Floats

    @property
    def title(self) -> str:
        return self.target.title

    @property
    def n(self) -> float:
        return self.target.n

    @property
    def start(self) -> Floats:
        return np.linalg.solve(self.F, self.target.start)

    def evaluate(self, phi: Floats, order: int = 2) -> Evaluation:
        now = self.target.evaluate(self.F @ phi, order)
        if not now.is_finite or not order:
            return now
        information = self.F.T @ now.information @ self.F if order == 2 else NOT_ASKED
        return Evaluation(now.loglik, self.F.T @ now.score, information)

    def dispersion(self, phi: Floats) -> float:
        return 1.0


@record
class Mode:
    """Where the density of u is highest, and the coordinates z, u = center + W z, in which its curvature there is 1.

    `log_density` is that of u at the center; `decrement` says how far from the mode the center is, in standard
    deviations; `reads` counts the reads of files, the first one included.
    """

    target: Target
    center: Floats
    W: Floats
    log_density: float
    decrement: float
    reads: int = 0

    @np.errstate(over="ignore", invalid="ignore")  # a sampler that diverges asks far out
    def at(self, z: Floats) -> tuple[float, Floats]:
        """log p(u | y) at u = center + W z, and its gradient in z."""
        now = self.target.evaluate(self.center + self.W @ z, 1)
        return now.loglik, self.W.T @ now.score

    def values(self, z: Floats) -> Floats:
        """Parameters on their own scale for many points z, (..., q)."""
        u = z.reshape(-1, z.shape[-1]) @ self.W.T + self.center
        return self.target.transforms.values(u).reshape(z.shape)


def target(model: AnyModel, priors: Priors, *, ordered: bool = False) -> Target:
    """The posterior density of a model under its priors; `ordered` walks thresholds in logarithms of their distances.

    >>> import stattools as st
    >>> from stattools.bayes.priors.assignment import assign
    >>> model = st.logistic("ill ~ dose", {"ill": [0, 1, 0, 1], "dose": [1, 2, 3, 4]})
    >>> round(target(model, assign(model, st.Flat())).evaluate(np.zeros(2)).loglik / float(np.log(2)), 12)
    -4.0
    """
    ends = np.array([support(prior, p) for prior, p in zip(priors.each, priors.parameters, strict=True)])
    cuts = cuts_of(model) if ordered else ()
    free = cuts if not np.isfinite(ends[list(cuts)]).any() else ()
    return Target(model.title, model.n, observed(model), priors, Transforms(ends[:, 0], ends[:, 1], free))


def mode(density: Target, stand_in: Target | None = None) -> Mode:
    """The mode by Newton's method, and the Cholesky factor of the posterior information there.

    `stand_in` is the same density from a sample that stands for all rows, where these are in files
    (`solvers/subsampling.py`): the mode is then found in few reads of them. Raises IdentificationError where the
    density has no mode: then it is no distribution, or it rises towards a boundary.
    """
    if density.own is not None:
        return _own_mode(density, density.own)
    F = density.frame
    smooth: Any = Framed(density.smoothed(), F)
    try:
        if stand_in is not None:
            found = certified_ascent(smooth, Framed(stand_in.smoothed(), F), 1e-6, 200, "Newton on files")
            whiten = _upper(found.covariance)
        else:
            found = newton_ascent(smooth, smooth.start, 1e-6, 200, "Newton")
            whiten = Metric(smooth.evaluate(found.estimate).information).whiten()
    except (DomainError, IdentificationError) as error:
        reason = FUNNEL if isinstance(density.data, Whole) else f"{error} {REMEDY}"
        raise _no_mode(density, reason) from error
    _require_near(density, found)
    u = F @ found.estimate
    top = found.loglik if stand_in is not None else density.evaluate(u, 0).loglik
    return Mode(density, u, F @ whiten, top, found.decrement, found.reads)


def _own_mode(density: Target, model: Custom) -> Mode:
    """The mode of a user's own density, in units that follow the climb; from there on its slopes are taken in those
    that hold at the mode (`solvers/newton.py`).
    """
    smooth, q = density.smoothed(), len(density.start)
    slopes = None if model.gradient is None else lambda u: smooth.evaluate(u, 1).score
    own = replace(
        model,
        function=lambda u: smooth.evaluate(u, 0).loglik,
        gradient=slopes,
        start=density.start,
        T=np.eye(q),
        low=None,
        high=None,
        is_by_row=False,
    )
    try:
        place, found = climb_in_own_units(own, 1e-6, 1000)
    except DomainError as error:
        raise _no_mode(density, f"{error} {REMEDY}") from error
    if not np.isfinite(found.decrement):
        raise _no_mode(density, FUNNEL)
    _require_near(density, found)
    slope, W = density.transforms.forward(place.x).slope, _upper(found.covariance)
    here = replace(density, data=Whole(model.in_units(slope[:, None] * W), np.eye(q), np.eye(q)))
    return Mode(here, place.x, W, here.evaluate(place.x, 0).loglik, found.decrement)


def _upper(covariance: Floats) -> Floats:
    """W with W W' the covariance, and zeros below its diagonal, as that of a `Metric`."""
    return np.linalg.cholesky(covariance[::-1, ::-1])[::-1, ::-1]


def _require_near(density: Target, found: Solution) -> None:
    if not found.decrement < 0.5:
        raise _no_mode(
            density,
            f"after {found.steps} steps it is still {found.decrement:.2g} standard deviations away. {REMEDY[:-1]}, or "
            "start elsewhere.",
        )


def _no_mode(density: Target, reason: str) -> IdentificationError:
    return IdentificationError(f"the posterior of {density.title} has no mode that Newton's method can find: {reason}")


def is_hole(target: Target, model: Custom, u: Floats, slope: Floats) -> bool:
    """Is the log-likelihood NaN at u, or the score that was given with it no number? Raises DomainError for +inf."""
    x = target.transforms.forward(u).x
    if not np.isfinite(x).all():
        return False
    value = model.evaluate(x, 0).loglik
    if value == np.inf:
        raise infinite(model, x)
    return value != value or (model.gradient is not None and np.isfinite(value) and not np.isfinite(slope).all())


def require_defined(target: Target, u: Floats) -> None:
    """DomainError if a user's own log-likelihood is NaN or +inf at one of the points u (S, q)."""
    model = target.own
    if model is None:
        return
    x = target.transforms.values(u)
    values = target.data.logliks(x)
    if (values == np.inf).any():
        raise infinite(model, x[int(np.argmax(values))])
    if holes := int(np.isnan(values).sum()):
        raise undefined(model, holes, len(u))


def infinite(model: Custom, x: Floats) -> DomainError:
    """The error for a log-likelihood of +inf."""
    return DomainError(
        f"{model.title}: the log-likelihood is +inf at {quoted(dict(zip(model.names, x.tolist(), strict=True)))}, and "
        "no posterior has such a density. Return -inf where a point is impossible, and a finite number elsewhere."
    )


def undefined(model: Custom, holes: int, points: int) -> DomainError:
    """The error for a log-likelihood that is NaN at some of the points that draws are made of."""
    return DomainError(
        f"{model.title}: the log-likelihood or its score is NaN at {holes:,} of the {points:,} points that the draws "
        "are made from, and the posterior cannot be told there. Return -inf where a point is impossible, and a finite "
        "number with a finite score elsewhere."
    )

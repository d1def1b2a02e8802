"""The density that is sampled: log-likelihood, log prior and log Jacobian, as one function of u on the whole line.

log p(u | y) = log p(y | x) + log p(x) + log |dx / du|,   x = x(u)  (`transforms.py`)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.bayes.priors.assignment import Priors, support
from stattools.bayes.priors.parameters import cuts_of
from stattools.bayes.sampling.observed import Observed, Whole, observed
from stattools.bayes.sampling.transforms import Transforms
from stattools.errors import DomainError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.custom import Custom
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.solvers.climb import newton_ascent
from stattools.solvers.metric import Metric
from stattools.solvers.newton import climb_in_own_units
from stattools.solvers.solution import Solution
from stattools.solvers.subsampling import certified_ascent

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


def target(model: Any, priors: Priors, *, ordered: bool = False) -> Target:
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
    if isinstance(density.data, Whole) and isinstance(density.data.model, Custom):
        return _own_mode(density, density.data.model)
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

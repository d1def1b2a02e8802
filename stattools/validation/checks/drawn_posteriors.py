"""The reference of a posterior that was drawn: the same moments from values of the density alone, another way.

    one or two parameters   the trapezoid rule over a grid that reaches 8 standard deviations
    more                    importance sampling from a Student t around the draws' mean and covariance
    where its k-hat > 0.7   the same sampler again, from another seed

The density is built anew from the rows: log p(y_i | theta) of every row, the log density of every prior, the Jacobian.
A mean agrees within 0.05 posterior standard deviations plus four Monte Carlo errors, a standard deviation within 5 %
plus four of its own; of Laplace's approximation a mean may be off by as much as it says of itself. Source:
Vehtari et al., "Pareto smoothed importance sampling", JMLR 25 (2024).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from stattools.bayes.sampling.draws import Posterior
from stattools.bayes.sampling.nuts import nuts
from stattools.bayes.sampling.target import mode, target
from stattools.bayes.sampling.transforms import Transforms
from stattools.errors import StattoolsError
from stattools.inference.arviz.datatree import pareto_smoothed
from stattools.inference.arviz.layout import log_likelihood
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.posterior_agreement import PosteriorAgreement, moments_beside

MEANS, SDS, ERRORS = 0.05, 0.05, 4.0
REACH, POINTS, TAILS = 8.0, {1: 201, 2: 61}, 5.0
DRAWS = 10_000
LARGEST_K = 0.7
ON_THE_EDGE = 1e-6
"""More of the probability than this on the rim of a grid, and the grid is too small."""


class ReferenceMoments(NamedTuple):
    """Means and standard deviations (q,), how many draws they are worth (infinite for a grid), and how they came."""

    mean: Floats
    sd: Floats
    size: float
    how: str


def validate_draws(posterior: Posterior) -> PosteriorAgreement:
    """Means and standard deviations of the draws beside those of the reference."""
    checked = posterior.diagnostics
    if not checked.ok:
        return _untrusted(posterior)
    found = _reference(posterior)
    spread = np.where(found.sd > 0, found.sd, 1.0)
    ours = checked.mcse / spread
    error = np.hypot(ours, 1.0 / np.sqrt(found.size))
    gap, ratio = (posterior.mean - found.mean) / spread, posterior.sd / spread
    worth = np.maximum(np.minimum(checked.ess_bulk, checked.ess_tail), 1.0)
    loose = SDS + ERRORS * np.sqrt(0.5 / worth + 0.5 / found.size)
    rows = moments_beside(posterior.names, posterior.mean, posterior.sd, found.mean, found.sd, gap, ratio, error)
    close = MEANS + (posterior.shift or 0.0)  # Laplace's approximation says how far off it is
    means = np.abs(gap) <= close + ERRORS * error
    sds = np.abs(ratio - 1.0) <= loose
    ok = bool(means.all() and sds.all())
    allowed = f"within {close:.2f} posterior standard deviations plus {ERRORS:g} Monte Carlo errors"
    if ok:
        sentence = (
            f"{found.how} agrees: {len(rows)} mean{'s' * (len(rows) > 1)} {allowed}, standard deviations within 5 % "
            f"plus theirs (largest differences {np.abs(gap).max():.2f} standard deviations and "
            f"{np.abs(ratio - 1.0).max():.1%})."
        )
    else:
        bad = ~(means & sds)
        worst = int(np.argmax(np.where(bad, np.abs(gap) + np.abs(ratio - 1.0), -1.0)))
        sentence = (
            f"{found.how} does not agree: the mean of {posterior.names[worst]} differs by {gap[worst]:.2g} standard "
            f"deviations, its standard deviation by {ratio[worst] - 1.0:.1%}; allowed are means {allowed}."
        )
    return PosteriorAgreement(rows, found.how, ok, sentence)


def _untrusted(posterior: Posterior) -> PosteriorAgreement:
    """Draws that fail on their own need no reference, which would take long to find where the density is hard."""
    rows = moments_beside(posterior.names, posterior.mean, posterior.sd, *[np.nan] * 5)
    reason = f"The draws are not to be trusted before any comparison: {posterior.diagnostics.problems[0]}"
    return PosteriorAgreement(rows, "Diagnostics of the draws", False, reason)


def _reference(posterior: Posterior) -> ReferenceMoments:
    density = target(posterior.model, posterior.priors)
    maps = density.transforms
    u = np.array([maps.inverse(x) for x in posterior.flat])
    usable = np.isfinite(u).all(axis=1)
    center, covariance = u[usable].mean(axis=0), np.atleast_2d(np.cov(u[usable], rowvar=False))
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 1e-300))
    q = len(center)
    if q in POINTS:
        found = _grid(posterior, maps, center, root)
        if found is not None:
            return found
    return _weighted(posterior, maps, center, root) or _again(posterior)


def _grid(posterior: Posterior, maps: Transforms, center: Floats, root: Floats) -> ReferenceMoments | None:
    """By the trapezoid rule, or None where the density reaches beyond the grid."""
    q = len(center)
    line = np.linspace(-REACH, REACH, POINTS[q])
    z = np.stack(np.meshgrid(*[line] * q, indexing="ij"), axis=-1).reshape(-1, q)
    weight = _normalized(_log_density(posterior, maps, center + z @ root.T))
    if weight[np.abs(z).max(axis=1) == REACH].sum() > ON_THE_EDGE:
        return None
    return ReferenceMoments(
        *_moments(maps.values(center + z @ root.T), weight), np.inf, "Quadrature of likelihood times prior"
    )


def _weighted(posterior: Posterior, maps: Transforms, center: Floats, root: Floats) -> ReferenceMoments | None:
    """By weighted draws of a Student t, or None where their k-hat says that they are no reference."""
    random, q = np.random.default_rng([posterior.seed, 29]), len(center)
    z = random.standard_normal((DRAWS, q)) / np.sqrt(random.chisquare(TAILS, (DRAWS, 1)) / TAILS)
    u = center + z @ root.T
    ratios = _log_density(posterior, maps, u) + 0.5 * (TAILS + q) * np.log1p(np.sum(z * z, axis=1) / TAILS)
    log_weights, k = pareto_smoothed(ratios)
    if not k <= LARGEST_K:
        return None
    weight = _normalized(log_weights)
    size = float(1.0 / np.sum(weight**2))
    return ReferenceMoments(*_moments(maps.values(u), weight), size, "Importance sampling from values of the density")


def _again(posterior: Posterior) -> ReferenceMoments:
    """The same sampler from another seed: a weaker reference, which says that the draws can be repeated."""
    chains, draws, _ = posterior.draws.shape
    center = mode(target(posterior.model, posterior.priors))
    z, statistics = nuts(
        center, draws=draws, chains=max(chains, 2), tune=1000, seed=posterior.seed + 1, target_accept=0.95
    )
    made = Posterior(posterior.model, posterior.priors, center.values(z), "nuts", 0, statistics, posterior.mode)
    size = float(min(made.diagnostics.ess_bulk.min(), made.diagnostics.ess_tail.min()))
    return ReferenceMoments(made.mean, made.sd, size, "NUTS from another seed")


def _log_density(posterior: Posterior, maps: Transforms, u: Floats) -> Floats:
    """log p(u | y) up to a constant at many points, (S,), summed over the rows; -inf where it is no number."""
    x, model = maps.values(u), posterior.model
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # points far out may overflow
        data = _of_rows(model, x) if isinstance(model, Model) else np.array([_of_whole(model, point) for point in x])
        value = data + posterior.priors.pointwise(x).sum(axis=1)
        value += np.array([maps.forward(point).log_jacobian for point in u])
    return np.where(np.isfinite(value), value, -np.inf)


def _of_rows(model: Model, x: Floats) -> Floats:
    step = max(1, 2_000_000 // max(len(model.rows.X), 1))
    return np.concatenate([log_likelihood(model, x[i : i + step]).sum(axis=1) for i in range(0, len(x), step)])


def _of_whole(model: Any, x: Floats) -> float:
    try:
        return float(np.squeeze(model.loglik(x)))
    except StattoolsError:  # outside of where the model is defined
        return -np.inf


def _normalized(logs: Floats) -> Floats:
    weight = np.exp(logs - logs.max())
    return weight / weight.sum()


def _moments(x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    some = weight > 0
    x, weight = x[some], weight[some]
    mean = weight @ x
    return mean, np.sqrt(weight @ (x - mean) ** 2)

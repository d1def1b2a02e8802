"""The verdict on Laplace's approximation of a posterior whose rows are in files.

all rows   log-likelihood, score and information at the mode written again, the prior's by differences: where the
           Newton step leads, and the curvature there, are the normal's mean and covariance; one read
sample     its own posterior by the same method against the density built anew, in memory
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.bayes.posterior import posterior as drawn
from stattools.bayes.priors.assignment import support
from stattools.bayes.sampling.draws import Posterior
from stattools.bayes.sampling.transforms import Transforms
from stattools.errors import IncompatibleError, StattoolsError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.agreement import SECOND
from stattools.validation.checks.files import sample_of, sums_at
from stattools.validation.posterior_agreement import PosteriorAgreement, moments_beside

SAMPLE = 2_000
"""Rows whose own posterior is compared, at most: it is less normal than that of all."""

MEANS, SDS, ERRORS = 0.01, 0.01, 4.0
"""Means agree within so many standard deviations, standard deviations within that share, plus Monte Carlo errors."""

STEP = 1e-3
"""Standard deviations of a difference of the prior."""


def validate_draws_in_files(
    posterior: Posterior, validate: Callable[[Posterior], PosteriorAgreement]
) -> PosteriorAgreement:
    """Means and standard deviations of the draws beside those of the normal from a second computation over all rows,
    and what `validate` says of the sample's own posterior. Raises IncompatibleError for `st.ols`, whose posterior comes
    from sums over the rows that `st.validate(st.fit(model))` checks.
    """
    model: Model = posterior.model
    if model.has_scale:
        raise IncompatibleError(
            f"validate knows posteriors of {model.title} in memory, and these rows are {model.rows.place}. Its sums "
            "are those of st.validate(st.fit(model)); take some rows into memory for the rest."
        )
    checked = posterior.diagnostics
    priors = posterior.priors
    ends = np.array(
        [support(prior, parameter) for prior, parameter in zip(priors.each, priors.parameters, strict=True)]
    )
    maps = Transforms(ends[:, 0], ends[:, 1])
    u = maps.inverse(posterior.mode)
    sums = sums_at(model, u)
    spread = posterior.sd / maps.forward(u).slope
    slope, bend = _of_priors(posterior, maps, u, STEP * spread)
    covariance = np.linalg.inv(sums.information + bend)
    center, sd = u + covariance @ (sums.score + slope), np.sqrt(np.diagonal(covariance))
    mean, sd = _on_their_scale(maps, center, sd)
    gap, ratio, error = (posterior.mean - mean) / sd, posterior.sd / sd, checked.mcse / sd
    rows = moments_beside(posterior.names, posterior.mean, posterior.sd, mean, sd, gap, ratio, error)
    loose = SDS + ERRORS * np.sqrt(0.5 / len(posterior.flat))
    ok = bool((np.abs(gap) <= MEANS + ERRORS * error).all() and (np.abs(ratio - 1.0) <= loose).all())
    ok = ok and sums.rows == len(model.rows.X)
    how = f"{SECOND} over all {sums.rows:,} rows"
    verdict = "agrees" if ok else "does not agree"
    said = (
        f"{how}, read again and summed by other formulas, {verdict} on mode and curvature: "
        f"means differ by at most {np.abs(gap).max():.2f} standard deviations, standard deviations by at most "
        f"{np.abs(ratio - 1.0).max():.1%}, as draws do."
    )
    sample_ok, sample_said = _sample(posterior, validate)
    return PosteriorAgreement(rows, how, ok and sample_ok, f"{said} {sample_said}")


def _of_priors(posterior: Posterior, maps: Transforms, u: Floats, h: Floats) -> tuple[Floats, Floats]:
    """Slope and minus curvature of log prior and log Jacobian in u, by central differences."""

    def value(at: Floats) -> float:
        return float(posterior.priors.pointwise(maps.values(at[None])).sum() + maps.log_jacobians(at[None])[0])

    q, E = len(u), np.diag(h)
    slope = np.array([value(u + step) - value(u - step) for step in E]) / (2.0 * h)
    bend = np.empty((q, q))
    for a in range(q):
        for b in range(a + 1):
            far = value(u + E[a] + E[b]) - value(u + E[a] - E[b]) - value(u - E[a] + E[b]) + value(u - E[a] - E[b])
            bend[a, b] = bend[b, a] = -far / (4.0 * h[a] * h[b])
    return slope, bend


def _on_their_scale(maps: Transforms, center: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Means and standard deviations of x(u), u normal: those of the log-normal where x is positive."""
    mean, spread = center.copy(), sd.copy()
    k = maps.above
    mean[k] = maps.low[k] + np.exp(center[k] + 0.5 * sd[k] ** 2)
    spread[k] = (mean[k] - maps.low[k]) * np.sqrt(np.expm1(sd[k] ** 2))
    return mean, spread


def _sample(posterior: Posterior, validate: Callable[[Posterior], PosteriorAgreement]) -> tuple[bool, str]:
    """What the sample's own posterior says of the method, and whether it agrees."""
    sample, _ = sample_of(posterior.model, SAMPLE)
    few = len(sample.rows.X)
    priors = posterior.priors
    given: dict[str, Any] = dict(zip(priors.names, priors.each, strict=True)) if priors.plain else {}
    try:
        own = drawn(sample, prior=given or None, method="laplace", seed=posterior.seed)
        found = validate(own)
    except StattoolsError as error:
        return True, f"A sample of {few:,} rows says nothing of the approximation: {error.message}"
    return found.ok, f"On a sample of {few:,} rows, whose own posterior is less normal: {found.sentence}"

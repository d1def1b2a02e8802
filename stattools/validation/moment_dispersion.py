"""The dispersion beside a mean as R and statsmodels estimate it: from moments, where ours is of maximum likelihood.

    phi = sum of squared residuals over V(mean) / (n - p)      Pearson's statistic
    phi = deviance / (n - p)                                   an older way

beta is the same whatever phi is; standard errors have the factor sqrt(phi). A log-likelihood at either phi is below the
maximum. Source: McCullagh & Nelder, Generalized Linear Models (1989), 8.3.6.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.fits.fit import Fit
from stattools.inference.restricted import Along
from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import expected_of_first
from stattools.models.model import Model
from stattools.solvers.climb import newton_ascent
from stattools.solvers.metric import Metric

POWERS = {"dispersion": 1.0, "scale": 2.0}
"""The parameters that stand for phi, and the power of them that it is."""


SOURCES = {
    "likelihood": "maximum likelihood",
    "X2": "Pearson's statistic over n - p",
    "deviance": "the deviance over n - p",
}


def said_of(dispersion: str | float) -> str:
    """Where a dispersion comes from: a name of `Recipe.dispersion`, or a number that was given."""
    return SOURCES[dispersion] if isinstance(dispersion, str) else f"{dispersion:.6g}, a number that was given"


def has_moments(model: Any) -> bool:
    """Whether a model has one dispersion for all rows, which other packages take from moments."""
    if not (model.facts.is_regression and model.kind in ("glm", "gamma")) or any(model.predictor.own):
        return False
    return any(name in POWERS for name, _ in model.likelihood.others)


def with_dispersion(model: Model, theta: Floats, phi: float) -> Floats:
    """theta with the logarithm that stands for phi."""
    return np.append(theta[:-1], np.log(phi) / POWERS[model.likelihood.others[0][0]])


def dispersion_of(model: Model, theta: Floats) -> float:
    """phi at theta."""
    return float(np.exp(POWERS[model.likelihood.others[0][0]] * theta[-1]))


def pearson_dispersion(model: Model, theta: Floats) -> float:
    """Pearson's statistic at the coefficients of theta over n - p."""
    eta, y = model.eta(with_dispersion(model, theta, 1.0)), model.rows.y
    return _over_spare(model, (y - model.likelihood.mean(eta)) ** 2 / model.likelihood.variance(eta, y))


def deviance_dispersion(model: Model, theta: Floats) -> float:
    """The deviance at the coefficients of theta over n - p."""
    return _over_spare(model, model.likelihood.deviance(model.eta(with_dispersion(model, theta, 1.0)), model.rows.y))


def _over_spare(model: Model, terms: Floats) -> float:
    total = terms.sum() if model.rows.weight is None else model.rows.weight @ terms
    return float(total) / max(model.n - model.predictor.size_first, 1.0)


def best_dispersion(model: Model, theta: Floats) -> Floats:
    """theta with the dispersion of the highest likelihood for its coefficients."""
    last = np.eye(len(theta))[:, -1:]
    alone = Along(model, last, np.append(theta[:-1], 0.0))
    return np.append(theta[:-1], newton_ascent(alone, theta[-1:], 1e-10, 50, "Newton").estimate)


def expected_of_mean(model: Model, theta: Floats) -> Floats:
    """The expected information of the mean, X' (dm/deta)^2 / V(m) X for a generalized linear model."""
    p = model.predictor.size_first
    total = np.zeros((p, p))
    for block in model.rows.blocks():
        eta = model.predictor.forward(theta, block)[0]
        w = expected_of_first(model.likelihood, eta, block.y)
        X = block.X[:, model.predictor.first]
        total += (X.T * (w if block.weight is None else w * block.weight)) @ X
    return total


def mean_covariance(model: Model, theta: Floats, information: str) -> Floats:
    """The covariance of the coefficients where phi is known, by the "expected" or the "observed" information; in the
    place of phi stands 1.
    """
    work, T = model.standardized()
    phi, p = np.linalg.solve(T, theta), model.predictor.size_first
    total = work.evaluate(phi).information[:p, :p]
    if information == "expected":
        total = expected_of_mean(work, phi)
    C = np.eye(len(theta))
    C[:p, :p] = T[:p, :p] @ Metric(total).covariance() @ T[:p, :p].T
    return C


def moment_note(fit: Fit) -> str | None:
    """What R and statsmodels print beside these coefficients; None where they have the same dispersion."""
    model, theta = fit.model, fit.estimate
    if not has_moments(model) or fit.penalty is not None:
        return None
    phi, ours = pearson_dispersion(model, theta), dispersion_of(model, theta)
    lost = fit.loglik - model.loglik(with_dispersion(model, theta, phi))
    return (
        f"R's glm and statsmodels' GLM estimate the dispersion by Pearson's statistic over n - p, {phi:.6g}; the "
        f"maximum of the likelihood has {ours:.6g}. Their coefficients are these, their standard errors are those of "
        f"the expected information times sqrt({phi / ours:.5g}). statsmodels' log-likelihood, taken at that "
        f"dispersion, is {lost:.4g} below the maximum, and its AIC does not count the dispersion."
    )

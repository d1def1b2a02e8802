"""A regression that no file of the package knows, added as a stranger would by CONTRIBUTING's "Where new code goes".

The largest of many values: y ~ Gumbel(location x^T beta, scale exp(tau)), with density exp(-z - exp(-z)) / scale,
z = (y - location) / scale, mean location + 0.5772 scale and variance (pi scale)^2 / 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.arrays import numeric
from stattools.interface.arrays import Floats
from stattools.interface.seeds import generator
from stattools.likelihoods.likelihood import Likelihood, Terms, finite_floats
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.words import Facts, Words, bounded
from stattools.models.model import Model
from stattools.models.regressions.binding import bind, read_rows

LOWEST = -300.0
"""exp(-z) stays within float64; a step of a solver may reach further, and is then shortened."""


@dataclass(frozen=True)
class Gumbel(Likelihood):
    """Largest values: y ~ Gumbel(eta_0, exp(eta_1)); eta has shape (n, 2), the location and the log of the scale."""

    width = 2
    parameters: ClassVar = {"location": "identity", "scale": "log"}
    outcome = Outcome.REAL
    facts = Facts(own_words=Words("the location"), side=bounded)

    def check(self, y: ArrayLike) -> Floats:
        return finite_floats(y, "Gumbel")

    def mean(self, eta: ArrayLike) -> Floats:
        location, scale = _parts(eta)
        return location + np.euler_gamma * scale

    def link(self, mean: Any) -> Any:
        return mean

    def slope(self, eta: ArrayLike) -> Floats:
        location, scale = _parts(eta)
        return np.stack([np.ones_like(location), np.euler_gamma * scale], axis=-1)[:, None, :]

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        return self.evaluate(eta, y)[0]

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        return self.evaluate(eta, y)[1]

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        return self.evaluate(eta, np.asarray(y, dtype=float))[2]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        location, scale = _parts(eta)
        z = np.maximum((np.asarray(y, dtype=float) - location) / scale, LOWEST)
        e = np.exp(-z)
        score = np.stack([(1.0 - e) / scale, z - 1.0 - z * e], axis=-1)
        mixed = (1.0 - e + z * e) / scale
        information = np.stack([e / scale**2, mixed, mixed, z * scale * mixed], axis=-1)
        return -np.log(scale) - z - e, score, information.reshape(*z.shape, 2, 2)

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        mean = np.average(y - offset, weights=weight)
        scale = np.sqrt(6.0 * np.average((y - offset - mean) ** 2, weights=weight)) / np.pi
        return np.array([mean - np.euler_gamma * scale, np.log(scale)])

    def variance(self, eta: Floats, y: Floats) -> Floats:
        return (np.pi * _parts(eta)[1]) ** 2 / 6.0

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        location, scale = _parts(eta)
        z = (y - location) / scale
        return 2.0 * (z + np.exp(np.minimum(-z, 700.0)) - 1.0)

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        location, scale = _parts(eta)
        return np.exp(-np.exp(np.minimum((location - y) / scale, 700.0)))

    def survival(self, eta: Floats, y: Floats) -> Floats:
        location, scale = _parts(eta)
        return -np.expm1(-np.exp(np.minimum((location - y) / scale, 700.0)))

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        location, scale = _parts(eta)
        return location + scale * generator(seed).gumbel(size=location.shape)


def gumbel(
    formula_or_y: Any, data_or_X: Any, /, *, offset: Any = None, weights: Any = None, scale: Any = None
) -> Model:
    """Gumbel regression of a formula and a table, or of arrays; the scale by a formula of its own."""
    beside = {"offset": offset, "weights": weights}
    data = read_rows(formula_or_y, data_or_X, None, True, formulas={"scale": scale}, **beside)
    y = numeric(data.outcome, data.outcome_name)
    return bind("gumbel", "Gumbel regression", Gumbel(), data, y)


def _parts(eta: ArrayLike) -> tuple[Floats, Floats]:
    eta = np.asarray(eta, dtype=float)
    return eta[..., 0], np.exp(np.clip(eta[..., 1], -100.0, 100.0))

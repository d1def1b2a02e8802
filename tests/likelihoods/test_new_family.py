"""A family that is written in one place, as a stranger would, answers all questions of a fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import ArrayLike
from scipy import optimize, stats

import stattools as st
from stattools.interface.arrays import Floats
from stattools.interface.seeds import generator
from stattools.likelihoods import Likelihood
from stattools.likelihoods.likelihood import OF_FACTS, Terms, allowed, finite_floats
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.words import Facts, Words, bounded
from tests.cases import rng


@dataclass(frozen=True)
class Rayleigh(Likelihood):
    """The length of a normal vector in the plane: log p(y) = log(2 u / y) - u, u = pi y^2 / (4 mean^2)."""

    parameters: ClassVar = {"mean": "log"}
    outcome = Outcome.POSITIVE
    facts = Facts(own_words=Words("the log mean", "ratio of means"), concave_with=("log",), side=bounded)

    def check(self, y: ArrayLike) -> Floats:
        y = finite_floats(y, "Rayleigh")
        return allowed(y, y > 0.0, "Rayleigh", "positive numbers", "Drop the others.")

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        u = self._u(eta, y)
        return np.log(2.0 * u / np.asarray(y)) - u, 2.0 * (u - 1.0), 4.0 * u

    def expected(self, eta: Floats, y: Floats) -> Floats:
        return np.full(eta.shape, 4.0)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        mean = self.mean(eta)
        return mean * np.sqrt(4.0 / np.pi * generator(seed).standard_exponential(mean.shape))

    def variance(self, eta: Floats, y: Floats) -> Floats:
        return self.mean(eta) ** 2 * (4.0 / np.pi - 1.0)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        u = self._u(eta, y)
        return 2.0 * (u - 1.0 - np.log(u))

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        return -np.expm1(-self._u(eta, y))

    def _u(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        return np.pi / 4.0 * (np.asarray(y, dtype=float) / self.mean(eta)) ** 2


def law(eta: Any) -> Any:
    """The same distribution in SciPy, whose scale is not the mean."""
    return stats.rayleigh(scale=np.exp(eta) * np.sqrt(2.0 / np.pi))


@pytest.fixture(scope="module")
def fit() -> Any:
    x = rng(1).normal(size=80)
    return st.fit(st.regression("y ~ x", {"x": x, "y": Rayleigh().sample(0.5 + 0.7 * x, seed=2)}, Rayleigh()))


def test_its_terms_are_those_of_scipy_and_of_differences():
    eta, y, h = rng(3).normal(size=40), rng(4).exponential(size=40), 1e-5
    family = Rayleigh()
    assert_allclose(family.loglik(eta, y), law(eta).logpdf(y), rtol=1e-12)
    for of, slope in ((family.loglik, family.score(eta, y)), (family.score, -family.information(eta, y))):
        assert_allclose((of(eta + h, y) - of(eta - h, y)) / (2.0 * h), slope, rtol=1e-6, atol=1e-6)
    assert_allclose(family.slope(eta)[:, 0, 0], family.mean(eta))
    assert_allclose(family.mean(eta), law(eta).mean(), rtol=1e-12)


def test_the_fit_is_the_maximum_of_scipys_density(fit: Any):
    x, y = np.asarray(fit.model.rows.X)[:, 1], fit.model.rows.y
    found = optimize.minimize(lambda b: -law(b[0] + b[1] * x).logpdf(y).sum(), [0.0, 0.0], method="BFGS")
    assert_allclose(fit.estimate, found.x, atol=1e-5)
    assert_allclose(fit.loglik, -found.fun, rtol=1e-9)
    assert st.validate(fit).ok


def test_predictions_and_residuals_are_those_of_the_distribution(fit: Any):
    x, y = np.asarray(fit.model.rows.X)[:, 1], fit.model.rows.y
    eta = fit.estimate[0] + fit.estimate[1] * x
    assert_allclose(fit.predict({"x": x[:3]}), law(eta[:3]).mean(), rtol=1e-12)
    assert_allclose(fit.residuals_of("pearson"), (y - law(eta).mean()) / law(eta).std(), rtol=1e-9)
    assert_allclose(fit.residuals_of("quantile", seed=1), stats.norm.ppf(law(eta).cdf(y)), rtol=1e-9)
    assert_allclose((fit.residuals_of("deviance") ** 2).sum(), Rayleigh().deviance(eta, y).sum(), rtol=1e-12)
    assert_allclose(Rayleigh().quantile(eta, 0.3), law(eta).ppf(0.3), rtol=1e-9)


def test_its_page_and_its_report_speak_its_words(fit: Any, tmp_path: Any):
    assert "Rayleigh regression" in str(fit)
    text = st.report(fit, to=tmp_path / "rayleigh").read_text(encoding="utf-8")
    assert "Rayleigh regression" in text
    assert "log mean" in text


@pytest.mark.parametrize("fact", sorted(OF_FACTS))
def test_every_fact_that_stands_in_the_class_itself_is_refused(fact: str) -> None:
    with pytest.raises(st.IncompatibleError, match=rf"Stray states {fact} in its class"):
        type("Stray", (Likelihood,), {fact: True})

"""The same regression fitted in other ways: by other solvers, with a penalty, with other covariances, from a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.matrix.asked import FORMULA, Asked, H
from tests.matrix.bayesian import drawn
from tests.matrix.evidence import in_a_file
from tests.matrix.question import question

Floats = np.ndarray


@question("st.fit(solver=)", "LBFGS", "GradientDescent", heavy=True)
def solvers(a: Asked) -> None:
    for solver in (st.LBFGS(), st.GradientDescent()):
        found = a.refitted(solver=solver).fit
        assert_allclose((found.estimate - a.theta) / a.unit, 0.0, atol=1e-5)
        assert_allclose(found.covariance, a.fit.covariance, rtol=1e-4, atol=1e-9)


@question("st.fit(penalty=st.Ridge())", "Ridge")
def ridge(a: Asked) -> None:
    """The slope of the log-likelihood is that of the penalty, the scale of `st.ols` held at 1."""
    strength = 0.7
    fit = a.refitted(penalty=st.Ridge(strength)).fit
    theta = np.asarray(fit.estimate)
    wanted = np.zeros_like(theta)
    wanted[a.at_x : a.p] = strength * theta[a.at_x : a.p]
    if a.is_softmax:  # about the mean over the categories, the reference's zeros included
        B = theta.reshape(2, a.p)
        wanted = strength * (B - B.sum(axis=0) / 3.0)
        wanted[:, 0] = 0.0
        wanted = wanted.ravel()
    scale = a.fit.scale**2 if a.is_least_squares else 1.0
    assert_allclose((a.score(theta) * scale - wanted) * a.unit, 0.0, atol=1e-4)
    with pytest.raises(st.IncompatibleError, match="no standard errors"):
        fit.se  # noqa: B018


FIRTH = ("logistic", "softmax", "poisson", "one_vs_rest", "probit", "cloglog", "loglog", "negative_binomial", "ordinal")
"""Words of the regressions whose likelihoods have cumulants."""


@question("st.fit(penalty=st.Jeffreys())", "Jeffreys", only=FIRTH)
def jeffreys(a: Asked) -> None:
    """The slope of the log-likelihood is minus that of half the log determinant of the expected information."""
    theta = np.asarray(a.refitted(penalty=st.Jeffreys()).fit.estimate)
    h = 1e-4
    slope = [(_log_det(a, theta + s) - _log_det(a, theta - s)) / (4.0 * h * u) for s, u in _steps(a, h)]
    assert_allclose((a.score(theta) + slope) * a.unit, 0.0, atol=1e-4)


def _steps(a: Asked, h: float) -> list[tuple[Floats, float]]:
    return [(h * u * unit, u) for u, unit in zip(a.unit, np.eye(len(a.unit)), strict=True)]


def _log_det(a: Asked, theta: Floats) -> float:
    """Of X^T W X, about the coefficients of the mean: W = slope^2 / variance, of categories the covariance."""
    at = a.distribution(theta)
    if a.is_ordinal:  # of all coefficients
        ends = [
            (a.distribution(theta + s).mean() - a.distribution(theta - s).mean()) / (2.0 * u)
            for s, u in _steps(a, 1e-5)
        ]
        D = np.stack(ends, axis=-1) / 1e-5
        return float(np.linalg.slogdet(np.einsum("nca,ncb,nc->ab", D, D, a.weight[:, None] / at.mean()))[1])
    if not a.is_softmax:
        eta = a.eta(theta)
        slope = (a.distribution(theta, eta=eta + 1e-5).mean() - a.distribution(theta, eta=eta - 1e-5).mean()) / 2e-5
        return float(np.linalg.slogdet(a.X.T @ (a.X * (a.weight * slope**2 / at.var())[:, None]))[1])
    p = at.mean()[:, 1:]
    W = (p[:, :, None] * (np.eye(2) - p[:, None, :])) * a.weight[:, None, None]
    whole = np.einsum("nij,nk,nl->ikjl", W, a.X, a.X).reshape(2 * a.p, 2 * a.p)
    return float(np.linalg.slogdet(whole)[1])


@question("st.fit(cov='HC3')", heavy=True)
def leverage_sandwich(a: Asked) -> None:
    """The sum of what one step of Newton moves the estimate when an observation is left out, squared."""
    found = a.refitted(cov="HC3").fit
    steps = H * np.diag(a.unit)
    bend = (a.scores(a.theta - steps) - a.scores(a.theta + steps)) / (2.0 * H * a.unit[:, None, None])  # (q, q, n)
    rest = a.information_at[..., None] - 0.5 * (bend + bend.transpose(1, 0, 2))
    left = np.linalg.solve(rest.transpose(2, 0, 1), a.scores(a.theta).T[..., None])[..., 0]
    wanted = left.T @ (left * a.weight[:, None])
    assert_allclose(found.covariance, wanted, rtol=1e-3, atol=1e-3 * np.abs(wanted).max())  # differences


@question("st.validate of a posterior", slow=True)
def validated_posterior(a: Asked) -> None:
    found = st.validate(drawn(a.case))
    assert found.ok, found.sentence


@question("st.validate of st.scan", refused=("trials", "precision", "gumbel", "own"), heavy=True)
def validated_file(a: Asked) -> None:
    with tempfile.TemporaryDirectory() as name:
        found = st.validate(in_a_file(a, Path(name)).fit)
    assert found.ok, found.sentence
    assert_allclose(found.reference_loglik, a.own_loglik, rtol=1e-9)


@question("st.posterior of st.scan", refused=("trials", "precision"), slow=True)
def posterior_of_a_file(a: Asked) -> None:
    """Mode and curvature of rows in a file are those of the rows in memory."""
    a = a.refitted(FORMULA, a.case.table(1000))
    with tempfile.TemporaryDirectory() as name:
        there = st.posterior(in_a_file(a, Path(name)).model, method="laplace", seed=2)
    here = st.posterior(a.model, method="laplace", seed=2)
    assert_allclose(there.mode, here.mode, rtol=1e-5, atol=1e-6)
    assert_allclose((there.mean - here.mean) / here.sd, 0.0, atol=0.1)  # 4000 draws each: 0.02
    assert_allclose(there.sd, here.sd, rtol=0.1)


@question("st.report of a posterior", slow=True)
def report_of_a_posterior(a: Asked) -> None:
    found = drawn(a.case)
    with tempfile.TemporaryDirectory() as folder:
        text = st.report(found, to=Path(folder) / "report").read_text(encoding="utf-8")
    for mean in found.mean[: a.p]:
        assert f"{abs(mean):.2f}"[:-1] in text

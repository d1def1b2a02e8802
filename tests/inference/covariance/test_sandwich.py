"""Sandwiches against loops over rows and groups, in blocks, and far from zero."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.rows.rows import Rows
from stattools.errors import DomainError
from stattools.inference.covariance import HAC, Cluster
from stattools.inference.covariance.sandwich import unshrunk
from tests.inference.covariance.test_estimate import FIRST, HC, KINDS, SECOND, draw, gap, labels, refused, sandwich


def slow(model: st.Model, cov: Any) -> np.ndarray:
    fit = st.fit(model)
    C, theta, rows = fit.solution.covariance, fit.estimate, model.rows
    s, n, p = [], len(rows.y), len(theta)
    for i in range(n):
        part = slice(i, i + 1)
        offset = None if rows.offset is None else rows.offset[part]
        (block,) = Rows(rows.X[part], rows.y[part], None, offset).blocks()
        eta, pullback = model.predictor.forward(theta, block)
        u = model.likelihood.score(eta, block.y)
        W = np.atleast_2d(model.likelihood.information(eta, block.y)[0])
        J = np.stack([pullback(row.reshape(eta.shape)) for row in np.eye(eta.size)])
        if cov in ("HC2", "HC3", "HC4"):
            A = np.linalg.inv(C)
            if cov == "HC3":  # one Newton step after row i is left out moves theta by C s
                s.append(A @ np.linalg.solve(A - J.T @ W @ J, J.T @ u.ravel()))
                continue
            values, vectors = np.linalg.eig(np.eye(len(W)) - W @ J @ C @ J.T)
            power = 0.5 if cov == "HC2" else 0.5 * min(4.0, n / p * (1.0 - values.real).sum())
            u = (vectors @ np.diag(values.real**-power) @ np.linalg.inv(vectors)).real @ u.ravel()
        s.append(J.T @ u.ravel())
    S = np.array(s)
    M = np.zeros((p, p))
    if isinstance(cov, str):
        for row in S:
            M += np.outer(row, row)
        M *= {"HC1": n / (n - p), "robust": n / (n - p if model.has_scale else n - 1)}.get(cov, 1.0)
    elif isinstance(cov, HAC):
        for i in range(n):
            for j in range(n):
                if abs(i - j) <= cov.lags:
                    M += (1 - abs(i - j) / (cov.lags + 1)) * np.outer(S[i], S[j])
    else:
        for i in range(n):
            for j in range(n):
                M += (cov.groups[i] == cov.groups[j]) * np.outer(S[i], S[j])
        G = len(set(cov.groups))
        M *= G / (G - 1) * ((n - 1) / (n - p) if model.has_scale else 1.0)
    return C @ M @ C


@pytest.mark.parametrize(
    "cov", [*HC, "robust", HAC(3), Cluster(labels(60, 7, 5), correction="stata")], ids=lambda c: str(c)[:7]
)
@pytest.mark.parametrize("kind", KINDS)
def test_equals_the_loop(kind, cov):
    model = draw(kind, n=60)
    assert gap(sandwich(model, cov).matrix, slow(model, cov)) < 1e-9


COVS = ("HC3", HAC(9), HAC("auto", prewhiten=True), Cluster(FIRST, SECOND))


@pytest.mark.parametrize("kind", ["poisson", "softmax"])
def test_blocks_do_not_matter(kind, monkeypatch):
    model = draw(kind)
    whole = [sandwich(model, cov).matrix for cov in COVS]
    blocks = Rows.blocks
    monkeypatch.setattr(Rows, "blocks", lambda self, size=None: blocks(self, size or 4))  # fewer rows than lags
    for cov, expected in zip(COVS, whole, strict=True):
        assert gap(sandwich(model, cov).matrix, expected) < 1e-11


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_its_own_group_is_hc0(kind):
    model = draw(kind)
    each = Cluster(np.arange(240), correction="none")
    assert gap(sandwich(model, each).matrix, sandwich(model, "HC0").matrix) < 1e-12
    one, both = Cluster(FIRST, kind="CR1"), Cluster(FIRST, FIRST)
    assert gap(sandwich(model, both).matrix, sandwich(model, one).matrix) < 1e-12


def test_columns_far_from_zero_keep_their_digits():
    """A shift of a column leaves its coefficient's variance; C M C on raw columns would lose 8 digits here."""
    model = draw("ols")
    X = model.rows.X[:, 1:]
    far = st.ols(model.rows.y, np.round(X, 3) + 2.0**20)
    near = st.ols(model.rows.y, np.round(X, 3))
    # 2^20 beside 1 leaves the columns 1e-10; leverages come from a bread that has lost (2^20)^2 of float64 on the way
    for cov, tolerance in (("HC0", 1e-9), (Cluster(FIRST), 1e-9), ("HC3", 1e-4)):
        a, b = (sandwich(m, cov).matrix[1:, 1:] for m in (far, near))
        assert gap(a, b) < tolerance


@pytest.mark.parametrize("kind", ["ols", "logistic"])
def test_sandwiches_of_columns_far_from_zero(kind):
    r = np.random.default_rng(3)
    x = r.normal(size=80)
    y = x + r.normal(size=80)
    y, groups = (y > 0).astype(float) if kind == "logistic" else y, r.integers(0, 10, 80)
    for cov in ("HC0", "HC3", st.HAC(2), st.Cluster(groups)):
        near, far = (st.fit(getattr(st, kind)(y, x + shift), cov=cov) for shift in (0.0, 1e8))
        assert_allclose(far.se[1], near.se[1], rtol=1e-6)  # of x + 1e8, float64 holds 8 digits


@pytest.mark.parametrize("cov", ["HC0", "HC3"])
def test_theta_far_from_zero_is_only_near_the_maximum_and_errors_are_those_there(cov):
    """The intercept has 7 digits of the linear predictor left: errors were off by 1.4e-8 here."""
    g = np.random.default_rng(7)
    x, z = g.normal(size=(2, 5000))
    table = {"k": g.poisson(np.exp(0.2 * x - 0.1 * z + 0.5)), "z": z}
    far, near = (st.fit(st.poisson("k ~ x + z", {**table, "x": x}), cov=cov) for x in (x + 1e9, (x + 1e9) - 1e9))
    assert_allclose(far.se[1:], near.se[1:], rtol=1e-12)


def test_hc2_makes_the_variance_of_a_residual_that_of_the_error():
    """Var(u) = W - W G W where the model is true; (I - W G)^-1/2 takes it to W, also for singular W."""
    g = np.random.default_rng(3)
    root, half = g.standard_normal((2, 5, 3, 3))
    W, G = root @ root.transpose(0, 2, 1), half @ half.transpose(0, 2, 1)
    W[0] = np.outer([1.0, 2.0, 0.0], [1.0, 2.0, 0.0])
    G /= 2.0 * np.trace(W @ G, axis1=1, axis2=2)[:, None, None]
    B = np.stack([unshrunk(np.tile(e, (5, 1)), W, G, "HC2", 1.0, 0) for e in np.eye(3)], axis=-1)
    assert_allclose(B @ (W - W @ G @ W) @ B.transpose(0, 2, 1), W, atol=1e-12 * np.abs(W).max())
    B = np.stack([unshrunk(np.tile(e, (5, 1)), W, G, "HC3", 1.0, 0) for e in np.eye(3)], axis=-1)
    assert_allclose(B @ (np.eye(3) - W @ G), np.broadcast_to(np.eye(3), (5, 3, 3)), atol=1e-12)


@pytest.mark.parametrize("cov", HC[:4])
def test_precision_weights_leverages_too(cov):
    g = np.random.default_rng(3)
    x, w = g.normal(size=30), g.uniform(0.2, 5.0, 30)
    y = x + g.normal(size=30) / np.sqrt(w)
    fit = st.fit(st.ols(y, x, precision=w), cov=cov)
    assert_allclose(fit.covariance, sm.WLS(y, sm.add_constant(x), weights=w).fit(cov_type=cov).cov_params(), rtol=1e-8)


MTCARS = """
21 160 110 2.62 4 21 160 110 2.875 4 22.8 108 93 2.32 1 21.4 258 110 3.215 1 18.7 360 175 3.44 2 18.1 225 105 3.46
1 14.3 360 245 3.57 4 24.4 146.7 62 3.19 2 22.8 140.8 95 3.15 2 19.2 167.6 123 3.44 4 17.8 167.6 123 3.44 4 16.4
275.8 180 4.07 3 17.3 275.8 180 3.73 3 15.2 275.8 180 3.78 3 10.4 472 205 5.25 4 10.4 460 215 5.424 4 14.7 440 230
5.345 4 32.4 78.7 66 2.2 1 30.4 75.7 52 1.615 2 33.9 71.1 65 1.835 1 21.5 120.1 97 2.465 1 15.5 318 150 3.52 2
15.2 304 150 3.435 2 13.3 350 245 3.84 4 19.2 400 175 3.845 2 27.3 79 66 1.935 1 26 120.3 91 2.14 2 30.4 95.1 113
1.513 2 15.8 351 264 3.17 4 19.7 145 175 2.77 6 15 301 335 3.57 8 21.4 121 109 2.78 2
"""
"""R's mtcars: mpg, disp, hp, wt, carb."""


def cars() -> pd.DataFrame:
    rows = np.reshape(np.array(MTCARS.split(), dtype=float), (-1, 5))
    return pd.DataFrame(rows, columns=["mpg", "disp", "hp", "wt", "carb"])


def test_hc4_as_in_r():
    """R's sandwich 3.1-1: sqrt(diag(vcovHC(f, "HC4"))) of lm(mpg ~ wt + hp + disp) and glm(carb ~ wt + hp, poisson)."""
    fit = st.fit(st.ols("mpg ~ wt + hp + disp", cars()), cov="HC4")
    assert_allclose(fit.se, [2.8684147018, 1.03548834576, 0.0261211408346, 0.0136310541715], rtol=1e-10)
    fit = st.fit(st.poisson("carb ~ wt + hp", cars()), cov="HC4")
    assert_allclose(fit.se, [0.220488283798, 0.0767870399944, 0.00157678793646], rtol=1e-9)


@pytest.mark.parametrize("kind", ["ols", "softmax"])
def test_leverage_of_one(kind):
    X = np.column_stack([np.arange(12.0) == 7, np.tile([0.0, 1.0, 2.0], 4)])
    model = st.ols(np.arange(12.0) ** 2, X)
    if kind == "softmax":  # one column for one row separates it; at an arbitrary point the leverage is still refused
        u, W = np.array([[0.3, 0.1]]), np.array([[[0.2, -0.1], [-0.1, 0.2]]])
        with pytest.raises(DomainError, match=r"HC3 divides by 1 - leverage, and row 5 .* leverage 1"):
            unshrunk(u, W, np.linalg.inv(W), "HC3", 1.0, 5)
        return
    for cov in ("HC2", "HC3", "HC4"):
        refused(model, cov, rf"{cov} divides by 1 - leverage, and row 7 \(counting from 0\) has leverage")
    assert np.isfinite(sandwich(model, "HC1").matrix).all()


def test_a_leverage_above_one_is_not_said_to_fix_a_coefficient():
    """Where the log-likelihood is not concave, a row's information may be more than that of all rows together."""
    with pytest.raises(DomainError, match=r"row 12 \(counting from 0\) has leverage 1.2: .* not concave"):
        unshrunk(np.ones(3), np.array([0.1, 0.2, 1.2]), np.ones(3), "HC2", 1.0, 10)
    with pytest.raises(DomainError, match="has leverage 1: it alone fixes a coefficient"):
        unshrunk(np.ones(3), np.array([0.1, 0.2, 1.0]), np.ones(3), "HC3", 1.0, 10)

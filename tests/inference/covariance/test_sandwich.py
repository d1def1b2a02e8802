"""Sandwiches against loops over rows and groups, in blocks, and far from zero."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.rows.rows import Rows
from stattools.inference.covariance import HAC, Cluster
from tests.inference.covariance.test_estimate import FIRST, HC, KINDS, SECOND, draw, gap, labels, sandwich


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
    assert gap(sandwich(model, Cluster(FIRST, FIRST)).matrix, sandwich(model, Cluster(FIRST)).matrix) < 1e-12


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

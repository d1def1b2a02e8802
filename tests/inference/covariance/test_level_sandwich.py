"""Sandwiches beside a factor of many levels equal those of all columns."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.design import design
from stattools.numerics.low_rank import LowRank


@pytest.fixture(scope="module")
def models():
    rng = np.random.default_rng(1)
    g, x = np.append(np.arange(6), rng.integers(0, 6, 84)), rng.standard_normal(90)
    data = {
        "g": g, "x": 1000 + x, "c": rng.integers(0, 12, 90), "w": rng.integers(1, 4, 90), "above": g // 2,
        "y": 1 + rng.negative_binomial(2, 1 / (1 + np.exp(0.5 * x))), "z": x**2,
        "within": 3 * g + rng.integers(0, 3, 90),
    }  # fmt: skip
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for many in (10**9, 3):
            patch.setattr(design, "MANY", many)
            found.append([
                st.negative_binomial("y ~ C(g) + x", data, weights="w"), st.ols("y ~ 0 + x + C(g)", data),
                st.poisson("y ~ z * C(g) + c", data, weights="w"), st.ols("y ~ 0 + C(g) + C(g):z + c", data),
            ])  # fmt: skip
    return found


CLUSTERS = [st.Cluster(name, kind="CR1") for name in ("g", "within", "above", "c")]


@pytest.mark.parametrize(
    "cov", ["HC0", "robust", "HC2", "HC4", *CLUSTERS, st.Cluster("c", correction="stata")], ids=str
)
def test_it_equals_the_sandwich_of_all_columns(models, cov):
    for plain, coded in zip(*models, strict=True):
        expected, found = st.fit(plain, cov=cov), st.fit(coded, cov=cov)
        assert isinstance(found.covariance, LowRank)
        V = np.asarray(expected.covariance)
        size = np.sqrt(np.outer(V.diagonal(), V.diagonal()))
        assert_allclose(np.asarray(found.covariance) / size, V / size, rtol=1e-6, atol=1e-7)
        assert (found.cov, found.t_df) == (expected.cov, expected.t_df)


ARRAYS = [
    st.Cluster("c", "within"), st.Cluster("c", "within", correction="stata"), st.HAC(3), st.HAC("auto"),
    st.HAC(4, correction="stata"), st.HAC(2, prewhiten=True), st.Cluster("c", kind="CR2"), st.Cluster("c", kind="CR3"),
]  # fmt: skip


@pytest.mark.parametrize("cov", ARRAYS, ids=str)
def test_two_ways_and_series_equal_those_of_all_columns(models, cov):
    for plain, coded in zip(*models, strict=True):
        if isinstance(cov, st.HAC):
            plain, coded = (
                replace(plain, rows=replace(plain.rows, weight=None)),
                replace(coded, rows=replace(coded.rows, weight=None)),
            )
        expected, found = st.fit(plain, cov=cov), st.fit(coded, cov=cov)
        V = np.asarray(expected.covariance)
        size = np.sqrt(np.outer(V.diagonal(), V.diagonal()))
        assert_allclose(np.asarray(found.covariance) / size, V / size, rtol=1e-6, atol=1e-7)
        assert found.cov == expected.cov
        assert_allclose(found.t_df, expected.t_df, rtol=1e-6)


def test_leverages_are_those_of_all_columns(models):
    for plain, coded in zip(*models, strict=True):
        if plain.kind == "ols":
            assert_allclose(st.fit(coded).leverage(), st.fit(plain).leverage(), rtol=1e-9)
            assert_allclose(st.fit(coded).cooks_distance(), st.fit(plain).cooks_distance(), rtol=1e-7)


def test_a_level_of_one_row_has_no_variance_below_0(monkeypatch):
    """Its residual is 0, and the other levels cancel out of the variance of its mean up to round-off."""
    monkeypatch.setattr(design, "MANY", 3)
    for seed in range(20):
        y = np.random.default_rng(seed).standard_normal(40)
        found = st.fit(st.ols("y ~ C(g)", {"g": np.append(np.arange(36), [35, 35, 34, 34]), "y": y}), cov="HC0")
        assert isinstance(found.covariance, LowRank)
        assert (found.covariance.diagonal() >= 0.0).all()
        assert (np.diagonal(np.asarray(found.covariance)) >= 0.0).all()
        assert "HC0" in str(found)

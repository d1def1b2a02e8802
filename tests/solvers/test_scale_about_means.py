"""The origin of the columns of a scale does not matter to a climb: it is the same maximum, told at another place."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError
from stattools.solvers.scale_about_means import about_means, offset_far_from_means

rng = np.random.default_rng(1)
x, z, w = rng.normal(size=(3, 200))
y = np.digitize(x + 0.5 * z + rng.logistic(size=200) * np.exp(0.15 * z), [-1, 1])


def fitted(z, formula="y ~ x * z"):
    return st.fit(st.ordinal(formula, {"y": y, "x": x, "z": z, "w": w}, scale="~ z + w"))


@pytest.fixture(scope="module")
def near():
    return fitted(z)


@pytest.mark.parametrize(("by", "to"), [(1.0, 5.0), (1.0, -50.0), (1e6, 2e7), (1e-6, 1e-4)])
def test_columns_far_from_0_have_the_same_maximum(near, by, to):
    far = fitted(z * by + to)
    assert_allclose(far.loglik, near.loglik, rtol=1e-12)
    assert_allclose(far.model.loglik(far.estimate), near.loglik, rtol=1e-12)
    units = np.array([by, 1.0])
    assert_allclose(far.estimate[-2:] * units, near.estimate[-2:], atol=1e-9 * near.se[-1])
    assert_allclose(far.se[-2:] * units, near.se[-2:], rtol=1e-9)
    assert_allclose(far.model.likelihood.mean(far.model.eta(far.estimate))[0], near.predict().iloc[0], rtol=1e-9)


def test_the_covariance_is_that_of_the_information_there():
    far = fitted(z + 5.0)
    assert about_means(far.model) is not None
    assert_allclose(far.covariance @ far.model.information(far.estimate), np.eye(7), atol=1e-6)


def test_a_scale_of_a_small_slope_has_its_origin_anywhere():
    few = z - (z @ (y == 1)) / (y == 1).sum()
    one, other = (st.fit(st.ordinal("y ~ x", {"y": y, "x": x, "z": v}, scale="~ z")) for v in (few, few * 1e6 + 1e8))
    assert_allclose(other.loglik, one.loglik, rtol=1e-12)
    assert_allclose(other.estimate[-1] * 1e6, one.estimate[-1], atol=1e-9 * one.se[-1])


def test_an_origin_beyond_float64_is_refused_with_the_remedy():
    table = {"y": y, "x": x, "z": z * 1e6 + 5e10}
    with pytest.raises(DomainError, match=r'so far from 0 that the scale there is .*scale="~ center\(x\)"'):
        st.fit(st.ordinal("y ~ x", table, scale="~ z"))
    centered = st.fit(st.ordinal("y ~ x", table, scale="~ center(z)"))
    assert_allclose(centered.loglik, fitted_about_0().loglik, rtol=1e-10)


def fitted_about_0():
    return st.fit(st.ordinal("y ~ x", {"y": y, "x": x, "z": z - z.mean()}, scale="~ z"))


def test_rows_in_files_have_the_same_maximum(tmp_path):
    """Their origin and units are those of the sample."""
    rows = pd.DataFrame({"y": y, "x": x, "z": z * 100.0 + 2e4, "w": w + 5.0})
    rows.to_parquet(tmp_path / "rows.parquet", row_group_size=70)
    here, there = (
        st.fit(st.ordinal("y ~ x * z", of, scale="~ z + w")) for of in (rows, st.scan(tmp_path / "rows.parquet"))
    )
    assert_allclose(there.loglik, here.loglik, rtol=1e-12)
    assert_allclose(there.estimate / here.estimate, 1.0, rtol=1e-5)  # of numbers that are as large as exp(s)
    assert_allclose(there.se, here.se, rtol=1e-5)


def test_an_offset_is_in_units_of_the_scale_at_0():
    table = {"y": y, "x": x, "z": z + 5.0, "o": w}
    assert about_means(st.ordinal("y ~ x", table, scale="~ z", offset="o")) is None
    assert about_means(st.ordinal("y ~ x", {**table, "z": z}, scale="~ z")) is None
    assert about_means(st.ordinal("y ~ x", table)) is None
    assert about_means(st.ordinal("y ~ x", {**table, "o": 0.0 * w}, scale="~ z", offset="o")) is not None
    far = {**table, "z": z + 300.0}
    assert "center(z)" in offset_far_from_means(st.ordinal("y ~ x", far, scale="~ z", offset="o"))
    assert offset_far_from_means(st.ordinal("y ~ x", far, scale="~ z")) == ""
    assert offset_far_from_means(st.ordinal("y ~ x", far, offset="o")) == ""


@pytest.mark.parametrize(("factor", "far"), [(1e-301, 1.0), (1e-160, 1.0), (1.0, 1e155), (1e155, 1.0)])
def test_columns_whose_squares_are_beyond_float64_are_named(factor, far):
    columns = z * factor
    columns[0] *= far
    with pytest.raises(DomainError, match="squares its columns, and 'z'"):
        fitted(columns, "y ~ z")

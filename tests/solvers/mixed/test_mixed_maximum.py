import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import ConvergenceError, IdentificationError
from stattools.solvers.mixed.maximum import maximized
from tests.latent.certified import table
from tests.models.mixed.test_linear_mixed import TABLE


def test_everything_is_in_the_units_of_the_data():
    found = maximized(st.linear_mixed("Reaction ~ Days + (Days | Subject)", table("sleepstudy")), True)
    assert_allclose(found.beta, [251.405104848, 10.467285960], rtol=1e-10)
    assert_allclose(np.sqrt(found.covariance.diagonal()), [6.824556532, 1.545788896], rtol=1e-9)
    expected = [[612.0899387, 9.60433332], [9.60433332, 35.0716605]]
    assert_allclose(found.covariances[0], expected, rtol=1e-8)
    assert_allclose(found.s2, 654.94102707, rtol=1e-11)
    assert found.n_parameters == 6


def test_precision_is_the_likelihood_of_scaled_rows():
    model = st.linear_mixed("y ~ x + (1 | g)", TABLE, precision="w")
    found, root = maximized(model, False), np.sqrt(np.array(TABLE["w"]))
    Z = (model.random[0].codes[:, None] == np.arange(3)).astype(float)
    V = found.s2 * np.diag(root**-2.0) + Z @ Z.T * found.covariances[0][0, 0]
    residual = model.y - model.X @ found.beta
    gap = np.linalg.slogdet(2.0 * np.pi * V)[1] + residual @ np.linalg.solve(V, residual)
    assert_allclose(found.loglik, -0.5 * gap, rtol=1e-12)


@pytest.mark.parametrize(
    ("y", "formula"),
    [
        ([2.0 * x + "abc".index(g) for x, g in zip(TABLE["x"], TABLE["g"], strict=True)], "y ~ x + (1 | g)"),
        ([2.0 * x + 1.0 for x in TABLE["x"]], "y ~ x + (1 | g)"),
    ],
)
def test_an_outcome_without_a_residual_is_named(y, formula):
    model = st.linear_mixed(formula, TABLE | {"y": y})
    with pytest.raises(IdentificationError, match="y exactly"):
        maximized(model, True)


@pytest.mark.slow
@pytest.mark.parametrize(("reml", "size"), [(True, 1.0), (False, 1e8)])
def test_crossed_effects_that_leave_round_off_are_an_error_of_ours(reml, size):
    r = np.random.default_rng(1)
    g, h, x = r.integers(0, 3, 21), r.integers(0, 4, 21), r.normal(size=21)
    y = size * (r.normal(size=3)[g] + 0.01 * r.normal(size=3)[g] * x + r.normal(size=4)[h])
    model = st.linear_mixed("y ~ x + (x | g) + (1 | h)", {"y": y, "x": x, "g": g, "h": h})
    with pytest.raises((IdentificationError, ConvergenceError), match=r"y exactly|digits are lost"):
        maximized(model, reml)


def between_groups():
    """Groups of two kinds, b = 0 and 1, whose intercepts differ by kind."""
    r = np.random.default_rng(0)
    g, x = np.repeat(np.arange(12), 4), r.normal(size=48)
    y = x + r.normal(size=12)[g] * (1 + g % 2) + r.normal(size=48)
    return {"y": y, "x": x, "g": g, "b": (g % 2).astype(float)}


@pytest.mark.parametrize("reml", [True, False])
def test_variances_that_rows_do_not_tell_apart_are_refused(reml, tmp_path):
    """Two kinds of groups have two variances, and (b | g) has three entries."""
    table = between_groups()
    with pytest.raises(IdentificationError, match=r"variances of \(b \| g\) apart"):
        maximized(st.linear_mixed("y ~ x + (b | g)", table), reml)
    assert maximized(st.linear_mixed("y ~ x + (b || g)", table), reml).maximum.converged
    path = tmp_path / "rows.parquet"
    pd.DataFrame(table).to_parquet(path)
    with pytest.raises(IdentificationError, match=r"variances of \(b \| g\) apart"):
        maximized(st.linear_mixed("y ~ x + (b | g)", st.scan(path)), reml)


def test_three_rows_have_one_contrast_for_three_variances():
    model = st.linear_mixed("y ~ x + (x || g)", {"y": [1.0, 5.0, 2.0], "x": [0.3, -1.0, 2.0], "g": [0, 0, 1]})
    with pytest.raises(IdentificationError, match=r"\(1 \| g\) and \(0 \+ x \| g\) and the residual apart"):
        maximized(model, True)


def test_a_slope_that_makes_the_one_pair_of_rows_exactly_leaves_no_residual():
    """Six groups in seven rows: the restricted likelihood does not fall as the residual variance goes to 0."""
    x = [0.788, 0.370, 0.621, -0.137, 0.140, 0.103, 0.575]
    y = [0.131, 0.247, 0.360, 0.148, 0.173, 0.185, 0.161]
    model = st.linear_mixed("y ~ x + (1 | h)", {"y": y, "x": x, "h": [2, 6, 8, 3, 1, 5, 3]})
    with pytest.raises(IdentificationError, match="residual variance is 0"):
        maximized(model, True)

"""Curves of a normal outcome: their limits, and what they must not depend on."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.mixed.maximum import maximized
from tests.latent.curve_cases import TABLE

DATA = Path(__file__).parents[4] / "shared" / "data" / "mcycle.csv"
FORMULA = "y ~ z + s(x, k=10)"


def found(table=TABLE, formula=FORMULA):
    return maximized(st.linear_mixed(formula, table), True)


@pytest.fixture(scope="module")
def usual():
    return found()


def test_a_curve_is_its_coefficients(usual):
    (curve,) = usual.of_curves
    term, made = curve.term, np.zeros(90)
    for a in range(4):
        made += term.values[:, a] * curve.coefficients[term.first + a]
    line = usual.beta[term.slope] * usual.model.X[:, term.slope]
    assert_allclose(made, line + term.columns @ curve.wiggly, atol=1e-12)
    assert_allclose(made.mean(), 0.0, atol=1e-12)
    assert_allclose(np.diff(curve.coefficients, 2), curve.wiggly, atol=1e-12)
    assert_allclose(curve.penalty, usual.s2 / curve.sd**2, rtol=1e-12)


@pytest.mark.parametrize("moved", [{"x": 1e3 * TABLE["x"] + 2000.0}, {"x": -TABLE["x"]}, {"y": 1e-6 * TABLE["y"]}])
def test_origin_and_unit_change_nothing(usual, moved):
    other = found(TABLE | moved)
    unit = 1e-6 if "y" in moved else 1.0
    (ours,), (theirs,) = usual.of_curves, other.of_curves
    assert_allclose(theirs.edf, ours.edf, rtol=1e-9)
    assert_allclose(theirs.penalty, ours.penalty, rtol=1e-9)
    turned = slice(None, None, -1 if moved.get("x", [1.0])[0] < 0.0 else 1)
    assert_allclose(theirs.coefficients[turned], unit * ours.coefficients, rtol=1e-9, atol=unit * 1e-9)
    assert_allclose(other.loglik + (90 - 3) * np.log(unit), usual.loglik, rtol=1e-11)


@pytest.mark.parametrize("formula", ["y ~ z + s(x, k=10)", "y ~ s(x, k=10) + s(x, by=z, k=8)"])
def test_a_far_origin_changes_nothing_that_the_data_keep(formula):
    """x is rounded so that 2^20 + x / 2^14 holds every digit of it. Of other x in a range of 1, 1e6 + x / 1000 keeps
    seven digits: those are other data, and the fit moves as it does when they are brought back by - 1e6.
    """
    x = np.round(TABLE["x"] * 2.0**16) / 2.0**16
    near, far = (found(TABLE | {"x": column}, formula) for column in (x, 2.0**20 + x / 2.0**14))
    for ours, theirs in zip(near.of_curves, far.of_curves, strict=True):
        assert_allclose(theirs.edf, ours.edf, rtol=1e-9)
    assert_allclose(far.loglik, near.loglik, rtol=1e-11)


def test_without_a_variance_the_curve_is_a_line(usual):
    line = st.fit(st.ols("y ~ z + x", TABLE))
    straight = found(formula="y ~ x + s(z, k=10)")
    (curve,) = straight.of_curves
    assert (curve.sd, curve.penalty) == (0.0, np.inf)
    assert_allclose(curve.edf, 1.0)
    assert_allclose(straight.beta[1:], [line.estimate[2], line.estimate[1]], rtol=1e-9)
    at = usual.deviance.at(np.zeros(1))
    assert_allclose(at.s2 * usual.coordinates.unit**2, line.scale**2, rtol=1e-12)


def test_without_a_penalty_the_curve_is_the_spline(usual):
    at = usual.deviance.at(np.array([1e8]))
    term = usual.model.smooths[0]
    X = np.column_stack([usual.model.X, term.columns])
    left = TABLE["y"] - X @ np.linalg.lstsq(X, TABLE["y"])[0]
    assert_allclose(at.r2 * usual.coordinates.unit**2, left @ left, rtol=1e-9)
    effects = usual.model.curves.effects(at)
    assert_allclose(effects.edf[0], term.width, rtol=1e-9)


def test_a_signal_without_noise_keeps_its_digits():
    clean = TABLE | {"y": np.sin(6.0 * TABLE["x"]) + 1e-7 * TABLE["y"]}
    one = found(clean, "y ~ s(x, k=30)")
    (curve,) = one.of_curves
    B = curve.term.columns
    X = np.column_stack([one.model.X, B])
    D = np.diag([0.0, 0.0, *[np.sqrt(curve.penalty)] * B.shape[1]])
    exact = np.linalg.lstsq(np.vstack([X, D]), np.append(clean["y"], np.zeros(len(D))))[0]
    assert_allclose(one.beta, exact[:2], rtol=1e-9)
    assert_allclose(one.model.X @ one.beta + B @ curve.wiggly, X @ exact, atol=1e-9 * 1e-3)


def test_every_local_maximum_is_listed():
    """A slow wave and a fast one: a maximum for each, and no other in a scan."""
    k = np.arange(100)
    y = 0.3 * np.sin(4.0 * k / 99.0) + 0.2 * np.where(k // 2 % 2 < 1, 1.0, -1.0) + ((k * 37) % 11 - 5) / 50.0
    fit = st.fit(st.glm("y ~ s(x, k=80)", {"x": k / 99.0, "y": y}, family="normal"))
    listed = fit.local_maxima()
    heights = np.array([fit.found.deviance.at(np.array([t])).value for t in np.geomspace(1e-3, 1e3, 300)])
    inner = heights[1:-1][(heights[1:-1] < heights[:-2]) & (heights[1:-1] < heights[2:])]
    assert len(listed) == len(inner) == 2
    assert_allclose(sorted(inner), listed["deviance"], atol=0.1)  # the scan steps over its lowest points
    assert (np.sort(inner) >= listed["deviance"]).all()
    assert "The likelihood has 2 local maxima, of s(x)" in str(fit.certificate)
    assert "no point is better by more than" in str(fit.certificate)


@pytest.mark.skipif(not DATA.exists(), reason="data beside the project")
def test_mcycle_has_its_certified_degrees_of_freedom():
    table = np.genfromtxt(DATA, delimiter=",", names=True, dtype=None, encoding="utf-8")
    fit = st.fit(st.glm("accel ~ s(times)", {name: table[name] for name in ("accel", "times")}, family="normal"))
    assert_allclose(fit.found.of_curves[0].edf + 1.0, 12.0345281, atol=5e-8)

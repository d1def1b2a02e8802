"""Levels whose rows all fall on one side are found by a count, named, and what is left keeps its inference."""

import time

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.design import design
from stattools.inference.existence.separation import SeparationError, is_rising, pure_levels, separation_of_levels


@pytest.fixture
def data():
    rng = np.random.default_rng(2)
    g = np.repeat(np.arange(7), 14)
    x = rng.standard_normal(98)
    y = rng.poisson(np.exp(0.5 + 0.4 * x))
    return {"g": g, "x": x, "y": y, "b": (y > 1) * 1, "w": np.ones(98)}


def both(monkeypatch, make):
    with pytest.raises(SeparationError) as plain:
        st.fit(make())
    monkeypatch.setattr(design, "MANY", 4)
    with pytest.raises(SeparationError) as coded:
        st.fit(make())
    return plain.value, coded.value


@pytest.mark.parametrize("right", ["0 + C(g) + x", "C(g) + x"])
def test_a_level_of_zeros_is_named_as_with_all_columns(monkeypatch, data, right):
    data["y"][data["g"] == 3] = 0
    plain, coded = both(monkeypatch, lambda: st.poisson("y ~ " + right, data))
    name = "C(g)[3]" if right[0] == "0" else "C(g)[T.3]"
    assert f"{name} separates no y" in str(coded)
    assert coded.separation.infinite == plain.separation.infinite == {name: -np.inf}
    assert coded.separation.certain.tolist() == plain.separation.certain.tolist()
    ours, theirs = coded.separation.table(), plain.separation.table()
    assert_allclose(ours[["estimate", "se", "lower", "upper"]], theirs[["estimate", "se", "lower", "upper"]], rtol=1e-5)


@pytest.mark.slow
def test_the_first_level_of_zeros_makes_the_constant_and_all_levels_infinite(monkeypatch, data):
    data["b"][data["g"] == 0] = 0
    data["b"][data["g"] == 5] = 1
    plain, coded = both(monkeypatch, lambda: st.logistic("b ~ C(g) + x", data))
    assert coded.separation.infinite == plain.separation.infinite
    ours, theirs = coded.separation.table(), plain.separation.table()
    assert_allclose(ours[["estimate", "se", "lower", "upper"]], theirs[["estimate", "se", "lower", "upper"]], rtol=1e-5)


def test_columns_beside_the_levels_are_looked_at_too(monkeypatch, data):
    monkeypatch.setattr(design, "MANY", 4)
    model = st.logistic("b ~ C(g) + x", data)
    assert separation_of_levels(model) is None
    assert not is_rising(model)
    data["b"] = (data["x"] > np.tile(np.linspace(-0.3, 0.3, 14), 7)[data["g"]]) * 1
    model = st.logistic("b ~ C(g) + x", data)
    assert pure_levels(model) is not None or is_rising(model)
    with pytest.raises(st.IdentificationError, match="x"):
        st.fit(model)


def test_of_two_thousand_levels_it_is_quick():
    rng = np.random.default_rng(1)
    g = np.append(np.arange(2000), rng.integers(0, 2000, 8000))
    y = 1 + rng.poisson(2.0, 10000)
    y[np.isin(g, [7, 1234])] = 0
    model = st.poisson("y ~ 0 + C(g)", {"y": y, "g": g})
    start = time.process_time()
    with pytest.raises(st.IdentificationError, match=r"C\(g\)\[7\], C\(g\)\[1234\] separate"):
        st.fit(model)
    assert time.process_time() - start < 5.0


@pytest.mark.parametrize("right", ["C(g)", "0 + C(g)", "x + C(g)"])
def test_levels_that_are_all_on_one_side_leave_no_rows(monkeypatch, data, right):
    data["b"] = (data["g"] % 2 == 0) * 1
    plain, coded = both(monkeypatch, lambda: st.logistic("b ~ " + right, data))
    assert coded.separation.kind == plain.separation.kind == "complete"
    assert str(coded) == str(plain)


@pytest.mark.parametrize("right", ["C(g)", "x + C(g)"])
def test_levels_of_which_only_the_reference_is_left(monkeypatch, data, right):
    """Then no column of a level is left beside the constant."""
    data["b"] = np.where(data["g"] == 0, np.arange(98) % 3 == 0, True) * 1
    plain, coded = both(monkeypatch, lambda: st.logistic("b ~ " + right, data))
    assert str(coded) == str(plain)
    one, other = plain.separation.solution, coded.separation.solution
    assert_allclose(other.estimate, one.estimate, rtol=1e-6, atol=1e-8)
    finite = np.isfinite(one.estimate)
    covariances = [np.asarray(it.covariance)[np.ix_(finite, finite)] for it in (one, other)]
    assert_allclose(*covariances, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("family", [st.logistic, st.probit])
def test_columns_that_separate_what_pure_levels_leave_are_found(monkeypatch, data, family):
    """Steps along them end where the decrement is 1e-8, as at a maximum."""
    data["b"] = np.where(data["g"] == 3, 1, data["x"] > 0.2) * 1
    plain, coded = both(monkeypatch, lambda: family("b ~ C(g) + x", data))
    assert coded.separation.kind == plain.separation.kind == "complete"
    assert coded.separation.infinite["x"] == plain.separation.infinite["x"] == np.inf
    assert coded.separation.loglik == plain.separation.loglik == 0.0

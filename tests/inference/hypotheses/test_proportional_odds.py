"""Proportional odds: likelihood ratios are those of fits with effects at each cut, Brant's test is a loop's."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import special

import stattools as st
from stattools.data.design import design
from stattools.errors import IncompatibleError
from stattools.inference.hypotheses.anova import _brant


@pytest.fixture(scope="module")
def table():
    g = np.random.default_rng(3)
    x, z = g.normal(5.0, 1.0, 400), g.normal(size=400)
    y = np.digitize(0.7 * x - 0.4 * z + g.logistic(size=400), [2.5, 3.5, 4.5])
    return pd.DataFrame({"y": y, "x": x, "z": z, "g": np.array(["a", "b", "c"])[g.integers(0, 3, 400)]})


@pytest.fixture(scope="module")
def fit(table):
    return st.fit(st.ordinal("y ~ x + z + g", table))


@pytest.fixture(scope="module")
def found(fit):
    return fit.proportional_odds().set_index(["term", "test"])


def test_likelihood_ratios_are_those_of_larger_fits(table, fit, found):
    for term in ("x", "g"):
        wanted = st.likelihood_ratio(st.fit(st.ordinal("y ~ x + z + g", table, nonparallel=[term])), fit)
        row = found.loc[(term, "lr")]
        assert_allclose(row.statistic, wanted.statistic, rtol=1e-6)
        assert row.df == wanted.df
        assert_allclose(row.p_value, wanted.p_value, rtol=1e-6)


def test_scores_are_those_of_the_larger_model(table, fit, found):
    wanted = st.score_test(fit, st.ordinal("y ~ x + z + g", table, nonparallel=["g"]))
    assert_allclose(found.loc[("g", "score"), "statistic"], wanted.statistic, rtol=1e-8)


def test_brants_statistic_is_that_of_a_loop(table, found):
    X = np.column_stack([np.ones(400), table.x, table.z, table.g == "b", table.g == "c"]).astype(float)
    fits = [st.fit(st.logistic("y ~ x + z + g", table.assign(y=(table.y > j).astype(int)))) for j in range(3)]
    p = [special.expit(X @ one.estimate) for one in fits]
    V = np.empty((15, 15))
    for j in range(3):
        for m in range(3):
            low, high = min(j, m), max(j, m)
            inner = X.T @ (X * (p[high] * (1 - p[low]))[:, None])
            bread = [np.linalg.inv(X.T @ (X * (p[k] * (1 - p[k]))[:, None])) for k in (j, m)]
            V[5 * j : 5 * j + 5, 5 * m : 5 * m + 5] = bread[0] @ inner @ bread[1]
    beta = np.concatenate([one.estimate for one in fits])
    for term, columns in {"x": [1], "g": [3, 4], "all terms": [1, 2, 3, 4]}.items():
        R = np.concatenate([np.eye(15)[[5 * j + k for k in columns]] - np.eye(15)[columns] for j in (1, 2)])
        wanted = (R @ beta) @ np.linalg.solve(R @ V @ R.T, R @ beta)
        assert_allclose(found.loc[(term, "brant"), "statistic"], wanted, rtol=1e-7)
        assert found.loc[(term, "brant"), "df"] == len(R)


def test_a_test_that_the_data_do_not_allow_is_named(table):
    some = table.assign(d=(table.z > 1.0).astype(int))
    some.loc[(some.d == 1) & (some.y == 0), "y"] = 1
    found = st.fit(st.ordinal("y ~ d + x", some)).proportional_odds()
    assert "brant" not in found.test.unique()
    assert "Not made: " in found.attrs["note"]
    assert np.isfinite(found.statistic).all()


def test_other_models_and_fits_are_refused(table, fit):
    with pytest.raises(IncompatibleError, match="labels in order"):
        st.fit(st.ols("y ~ x", table)).proportional_odds()
    with pytest.raises(IncompatibleError, match="without penalty="):
        st.fit(fit.model, cov="HC1").proportional_odds()


def test_brants_test_is_left_out_where_its_covariance_is_not_definite():
    """Regressions of each cut that are nearly separated: the statistic was NaN, with a warning of NumPy."""
    model: Any = st.ordinal("y ~ x", {"y": [0, 1, 2, 1, 0, 2, 1, 2], "x": [1.0, 2, 3, 4, 2, 5, 1, 3]})
    betas, V = np.array([[1.0], [2.0]]), np.array([[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(st.DomainError, match="not definite"):
        _brant(model, (betas, V), (0,))
    sound = _brant(model, (betas, np.eye(2)), (0,))
    assert sound == pytest.approx(0.5)
    with pytest.raises(st.DomainError, match="not definite"):  # a variance far below 0, whose unit was the least number
        _brant(model, (betas, np.array([[-1e300, 0.0], [0.0, 1.0]])), (0,))


@pytest.mark.parametrize("formula", ["y ~ x*C(g)", "y ~ C(g):x + z", "y ~ z + C(g)", "y ~ C(g)"])
def test_levels_that_are_codes_have_the_tests_of_all_columns(formula, table, monkeypatch):
    """Effects at each cut of slopes by level ended in an error of NumPy, or in words of a column that is all 0."""
    some = table.assign(g=np.arange(400) % 5)
    monkeypatch.setattr(design, "MANY", 10**9)
    plain = st.fit(st.ordinal(formula, some)).proportional_odds()
    monkeypatch.setattr(design, "MANY", 3)
    coded = st.fit(st.ordinal(formula, some))
    assert type(coded.model.rows.X) is not np.ndarray
    found = coded.proportional_odds()
    assert found[["term", "test", "df"]].equals(plain[["term", "test", "df"]])
    assert_allclose(found.statistic, plain.statistic, rtol=1e-6)


def test_a_score_test_that_is_singular_leaves_the_others():
    """A level without one of the labels has no information about an effect at that cut; no test was made at all."""
    rng = np.random.default_rng(0)
    data = {"y": rng.integers(0, 4, 200), "x": rng.normal(size=200), "g": np.arange(200) % 2}
    data["g"][(np.arange(200) % 5 == 0)] = 2
    data["y"][data["g"] == 2] = 0
    data["y"][np.flatnonzero(data["g"] == 2)[:3]] = 1
    found = st.fit(st.ordinal("y ~ x + C(g)", data)).proportional_odds()
    assert {"lr", "score"} <= set(found[found.term == "x"].test)
    assert "score of C(g), " in found.attrs["note"]
    assert found[["term", "test"]].to_numpy().tolist() == [["x", "lr"], ["x", "score"]]
    assert "score of all terms: the data do not determine 2|3: C(g)[T.2] beside" in found.attrs["note"]

"""Tests of a factor with very many levels: those of all columns, of which no matrix p x p is made."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.design import design
from stattools.interface import memory
from stattools.numerics.low_rank import LowRank

COLUMNS = ["df", "statistic"]


def table(n, levels, least=5):
    r = np.random.default_rng(0)
    g = np.concatenate([np.arange(levels)] * least + [r.integers(0, levels, n - least * levels)])
    x, z = r.normal(size=(2, n))
    return {"x": x, "z": z, "g": g, "y": x + 0.1 * r.normal(size=levels)[g] + r.normal(size=n)}


SOME, FEWER = table(3000, 300), table(1500, 110)


def refuse_arrays(monkeypatch):
    """Of covariances of more than a few coefficients."""
    made = LowRank.copy
    monkeypatch.setattr(LowRank, "copy", lambda V: made(V) if len(V) < 10 else pytest.fail("the covariance was made"))


@pytest.mark.parametrize("formula", ["y ~ x + z + C(g)", "y ~ x * C(g)", "y ~ 0 + x + C(g)"])
@pytest.mark.parametrize("cov", ["information", "HC1", "HC3"])
def test_they_are_those_of_the_array(formula, cov, monkeypatch):
    monkeypatch.setattr(design, "MANY", 50)
    fit = st.fit(st.ols(formula, FEWER if "*" in formula else SOME), cov=cov)  # anova finds where spaces meet in p**3
    assert type(fit.covariance) is LowRank
    dense = replace(fit, covariance=np.asarray(fit.covariance))
    first, second, third = [name for name in fit.names if name.startswith("C(g)") and ":" not in name][:3]
    for asked in ("C(g)", ["x", "C(g)"], "x", f"{first} = {second}", f"{first} = 0.1, {third} = {second}"):
        found, expected = fit.test(asked), dense.test(asked)
        assert_allclose(found.statistic, expected.statistic, rtol=1e-10)
        assert_allclose([found.p_value, *found.se], [expected.p_value, *expected.se], rtol=1e-8, atol=1e-12)
    for kind in ("I", "II", "III"):
        found, expected = fit.anova(kind), dense.anova(kind)
        assert found.attrs["unmade"] == expected.attrs["unmade"] == {}
        assert_allclose(found[COLUMNS].to_numpy(float), expected[COLUMNS].to_numpy(float), rtol=1e-10)


@pytest.mark.parametrize("formula", ["y ~ x + z + C(g)", "y ~ z + x * C(g)"])
@pytest.mark.parametrize("cov", ["information", "HC0", "HC3", st.Cluster("g"), st.Cluster("h")], ids=str)
def test_those_of_several_categories_are_those_of_the_array(formula, cov, monkeypatch):
    """Several linear predictors that read the levels: each level has the columns of all."""
    r = np.random.default_rng(1)
    n, levels = 1200, 30
    g, x, z = r.integers(0, levels, n), *r.normal(size=(2, n))
    eta = np.column_stack([np.zeros(n), 0.5 * x + r.normal(size=levels)[g] / 2, -0.4 * z])
    y = (eta + r.gumbel(size=(n, 3))).argmax(axis=1)
    data = {"y": np.array(list("abc"))[y], "x": x, "z": z, "g": g, "h": r.integers(0, 40, n)}
    dense = st.fit(st.softmax(formula, data), cov=cov)
    monkeypatch.setattr(design, "MANY", 10)
    fit = st.fit(st.softmax(formula, data), cov=cov)
    assert type(fit.covariance) is LowRank or isinstance(cov, st.Cluster)
    assert fit.names == dense.names
    assert_allclose(fit.estimate, dense.estimate, rtol=0, atol=1e-8 * dense.se.min())
    assert_allclose(fit.se, dense.se, rtol=1e-9)
    assert_allclose(np.asarray(fit.covariance), dense.covariance, rtol=1e-8, atol=1e-12)
    found, expected = (one.predict({"x": x[:9], "z": z[:9], "g": g[:9]}) for one in (fit, dense))
    assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-9, atol=1e-12)
    if cov == "information" and "*" not in formula:
        found, expected = (one.anova()[COLUMNS].to_numpy(float) for one in (fit, dense))
        assert_allclose(found, expected, rtol=1e-8)


def test_the_factor_by_the_sums_of_squares_of_the_fit_without_it():
    fit, without = (st.fit(st.ols(f"y ~ x + z{more}", SOME)) for more in (" + C(g)", ""))
    rss, more = (float(np.sum((SOME["y"] - one.predict()) ** 2)) for one in (fit, without))
    F = (more - rss) / 299 / (rss / fit.df)
    assert_allclose(fit.test("C(g)").statistic, F, rtol=1e-10)
    assert_allclose(fit.anova().set_index("term").loc["C(g)", "statistic"], F, rtol=1e-10)


def test_a_level_without_a_variance_of_its_own_leaves_the_levels_undetermined():
    """A level of one row has residual 0, and nothing of its own under a robust covariance."""
    data = table(2000, 300)
    data["g"] = np.where(np.arange(2000) < 20, 1000 + np.arange(2000), data["g"])
    fit = st.fit(st.ols("y ~ x + C(g)", data), cov="HC0")
    with pytest.raises(st.IdentificationError, match="singular for them"):
        fit.test("C(g)")
    with pytest.raises(st.IdentificationError, match="singular for them"):
        replace(fit, covariance=np.asarray(fit.covariance)).test("C(g)")
    assert fit.test("x").p_value < 1e-6


def test_a_fit_whose_covariance_is_larger_than_the_memory_answers(monkeypatch):
    """p x p numbers are refused here, and columns of the rows are not."""
    p = 302
    monkeypatch.setattr(memory, "SMALL", p * p - 1)
    monkeypatch.setattr(memory, "free_memory", lambda: 8.0 * (p * p - 1))
    fit = st.fit(st.ols("y ~ x + z + C(g)", SOME))
    refuse_arrays(monkeypatch)
    assert len(fit.estimate) == len(fit.se) == len(fit.table()) == 302
    found = [fit.estimate, fit.se, fit.predict(), fit.predict({"x": [1.0], "z": [0.0], "g": [7]})]
    found += [[one.statistic, one.p_value] for one in map(fit.test, ("x", "x = z", "C(g)"))]
    found += [fit.anova()[COLUMNS].to_numpy(float), np.asarray(fit.interval())]
    monkeypatch.undo()
    dense = st.fit(st.ols("y ~ x + z + C(g)", SOME))
    dense = replace(dense, covariance=np.asarray(dense.covariance))
    expected = [dense.estimate, dense.se, dense.predict(), dense.predict({"x": [1.0], "z": [0.0], "g": [7]})]
    expected += [[one.statistic, one.p_value] for one in map(dense.test, ("x", "x = z", "C(g)"))]
    expected += [dense.anova()[COLUMNS].to_numpy(float), np.asarray(dense.interval())]
    for one, other in zip(found, expected, strict=True):
        assert_allclose(np.asarray(one, float), np.asarray(other, float), rtol=1e-10)


def test_the_array_of_such_a_covariance_is_refused(monkeypatch):
    fit = st.fit(st.ols("y ~ x + z + C(g)", SOME))
    monkeypatch.setattr(memory, "SMALL", 1000)
    monkeypatch.setattr(memory, "free_memory", lambda: 1000.0)
    with pytest.raises(st.DomainError, match="The covariance of 302 coefficients would take"):
        np.asarray(fit.covariance)


@pytest.mark.slow
def test_forty_thousand_levels(monkeypatch):
    data = table(100_000, 40_000, 2)
    fit = st.fit(st.ols("y ~ x + z + C(g)", data))
    refuse_arrays(monkeypatch)
    g = data["g"]
    counts = np.bincount(g)

    def rest(values):
        return values - (np.bincount(g, values) / counts)[g]

    X = np.column_stack([data["x"], data["z"]])
    within = np.column_stack([rest(X[:, 0]), rest(X[:, 1])])
    pairs = (within, rest(data["y"])), (np.column_stack([X, np.ones(len(X))]), data["y"])
    sums = [np.linalg.lstsq(A, b)[1][0] for A, b in pairs]
    F = (sums[1] - sums[0]) / 39_999 / (sums[0] / (len(g) - 40_002))
    assert_allclose(fit.test("C(g)").statistic, F, rtol=1e-9)
    assert_allclose(fit.anova().set_index("term").loc["C(g)", "statistic"], F, rtol=1e-9)

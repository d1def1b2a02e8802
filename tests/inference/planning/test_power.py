"""`st.power` against the formula for Student's t, and its refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError

G = np.random.default_rng(0)
N = 40
TABLE = {"x": G.normal(size=N), "g": ["a", "b"] * (N // 2), "h": list("abcd") * (N // 4)}
TABLE |= {"y": TABLE["x"] + G.normal(size=N), "k": G.poisson(2.0, N)}
TRUTH = {"Intercept": 1.0, "g[T.b]": 0.8}


@pytest.fixture(scope="module")
def planned():
    return st.power(st.ols("y ~ g", TABLE), "g", coefficients=TRUTH, scale=1.0, draws=600, seed=1)


def test_power_and_rows_are_those_of_the_t_test(planned):
    table = planned.table()
    exact = TTestIndPower().power(0.8, N / 2, 0.05)
    assert abs(table.power[0] - exact) < 4.0 * table.power_se[0]
    assert abs(planned.needed.rows - 2.0 * TTestIndPower().solve_power(0.8, power=0.8, alpha=0.05)) < 5.0
    assert table.rows.tolist() == [N, planned.needed.rows]
    assert (np.abs(table.coverage - 0.95) < 4.0 * table.coverage_se).all()
    assert table.power_se[0] == pytest.approx(np.sqrt(exact * (1 - exact) / 600), rel=0.1)


def test_the_page_says_what_was_found(planned):
    text = str(planned)
    assert "true g[T.b] = 0.8" in text
    assert f"A power of 0.8 needs {planned.needed.rows} rows (Monte Carlo standard error" in text
    assert "600 draws, seed 1" in text
    assert planned.effect == {"g[T.b]": 0.8}


def test_a_test_of_what_is_true_rejects_at_its_level():
    fit = st.fit(st.poisson("k ~ x", TABLE))
    found = st.power(fit, "x", effect=0.0, draws=2000, level=0.9, seed=2)
    assert found.needed is None
    assert abs(found.table().power[0] - 0.1) < 0.03


def test_where_rows_were_not_asked_for_and_are_not_found_the_page_says_why():
    strong = {"effect": 50.0, "scale": 1.0, "draws": 20, "seed": 1}
    found = st.power(st.fit(st.ols("y ~ g", TABLE)), "g", **strong)
    assert found.needed is None
    said = " ".join(str(found).split())
    assert "Rows for a power of 0.8 were not found: the power is above 0.8 at 4 rows already" in said
    with pytest.raises(DomainError, match="already"):
        st.power(st.fit(st.ols("y ~ g", TABLE)), "g", target=0.8, **strong)


def test_a_fit_without_a_rest_has_a_power_of_one():
    exact = st.ols("y ~ x", {"y": [1.0, 2.0, 3.0, 4.0], "x": [1, 2, 3, 4]})
    assert st.power(st.fit(exact), "x", rows=8, draws=20, seed=1).table().power[0] == 1.0


def test_a_term_of_several_coefficients_has_the_power_of_the_f_test():
    effect = [0.5, 0.8, -0.3]
    found = st.power(st.fit(st.ols("y ~ h", TABLE)), "h", effect=effect, scale=1.0, rows=N, draws=2000, seed=3)
    means = np.array([0.0, *effect])
    distance = N / 4 * np.square(means - means.mean()).sum()
    exact = stats.ncf.sf(stats.f.ppf(0.95, 3, N - 4), 3, N - 4, distance)
    assert abs(found.table().power[0] - exact) < 4.0 * found.table().power_se[0]


def test_the_seed_decides():
    model = st.ols("y ~ g", TABLE)
    one, same, other = (
        st.power(model, "g", coefficients=TRUTH, scale=1.0, rows=[30, 50], draws=100, seed=seed).table()
        for seed in (1, 1, 2)
    )
    assert one.equals(same)
    assert not one.equals(other)


def test_frequencies_are_rows():
    weighted = st.ols("y ~ g", {"y": [0.0, 1.0], "g": ["a", "b"], "w": [20, 20]}, weights="w")
    found = st.power(weighted, "g", coefficients=TRUTH, scale=1.0, draws=500, rows=40, seed=1)
    assert abs(found.table().power[0] - TTestIndPower().power(0.8, 20, 0.05)) < 0.08


def test_robust_covariances_pass_through():
    fit = st.fit(st.ols("y ~ x", TABLE), cov="HC3")
    assert st.power(fit, "x", rows=20, draws=10, seed=1).cov == "HC3"
    assert st.power(fit, "x", rows=20, draws=10, cov="information", seed=1).cov == "information"


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"coefficients": {"Intercept": 1.0}, "scale": 1.0}, r"lacks g\[T.b\]"),
        ({"coefficients": TRUTH}, "needs scale="),
        ({"coefficients": TRUTH, "scale": -1.0}, "above 0"),
        ({"coefficients": TRUTH, "scale": 1e300}, "st.power squares scale="),
        ({"coefficients": TRUTH | {"z": 1.0}, "scale": 1.0}, "a coefficient 'z'"),
        ({"coefficients": [1.0, 2.0], "scale": 1.0}, "by name"),
        ({"coefficients": TRUTH, "scale": 1.0, "effect": [1.0, 2.0]}, "a finite number for 'g'"),
        ({"coefficients": TRUTH, "scale": 1.0, "rows": 2.5}, "whole number"),
        ({"coefficients": TRUTH, "scale": 1.0, "rows": []}, "one number of rows or more"),
        ({"coefficients": TRUTH, "scale": 1.0, "target": 1.0}, "target= between"),
        ({"coefficients": TRUTH, "scale": 1.0, "target": 0.8, "effect": 0.0}, "effect that is not 0"),
    ],
)
def test_what_is_not_known_is_told(options, match):
    with pytest.raises(DomainError, match=match):
        st.power(st.ols("y ~ g", TABLE), "g", **options, seed=1)


def test_what_it_cannot_do_is_told():
    fit = st.fit(st.ols("y ~ x", TABLE))
    with pytest.raises(DomainError, match=r"a coefficient .* or a term"):
        st.power(fit, "z", seed=1)
    with pytest.raises(IncompatibleError, match=r"scale= is that of st\.ols"):
        st.power(st.fit(st.poisson("k ~ x", TABLE)), "x", scale=2.0, seed=1)
    with pytest.raises(IncompatibleError, match="independent"):
        st.power(st.fit(st.ols("y ~ x", TABLE), cov=st.Cluster("g")), "x", seed=1)
    with pytest.raises(IncompatibleError, match="penalty"):
        st.power(st.fit(st.ols("y ~ x", TABLE), penalty=st.Ridge(1.0)), "x", seed=1)
    with pytest.raises(IncompatibleError, match="needs a regression"):
        st.power(st.binomial([3, 4], [9, 9]), "x", seed=1)
    with pytest.raises(IdentificationError, match="no draw at 2 rows has a maximum"):
        st.power(st.fit(st.logistic([0, 1, 0, 1, 1, 1], np.arange(6.0))), "x1", rows=2, draws=10, seed=1)


@pytest.mark.parametrize("term", [pd.DataFrame({"a": [1]}), np.array([]), None, 3])
def test_a_term_is_a_name(term):
    with pytest.raises(DomainError, match="power needs a coefficient"):
        st.power(st.ols("y ~ x", {"y": [1.0, 2.0, 2.5], "x": [1.0, 2.0, 4.0]}), term, seed=1)


@pytest.mark.parametrize("options", [{}, {"rows": 30}, {"target": 0.8}])
def test_a_covariance_that_does_not_exist_is_refused_and_no_draw_without_a_maximum(options):
    class Other:
        pass

    with pytest.raises(IncompatibleError, match=r"cov= is one of 'information'.*got .*Other"):
        st.power(st.fit(st.logistic("g ~ x", TABLE)), "x", cov=Other, draws=10, seed=0, **options)

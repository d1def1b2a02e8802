"""Quasi-likelihood: the numbers of statsmodels at the Pearson scale, Student's t, what is saved, and refusals."""

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st


def table():
    g, n = np.random.default_rng(6), 120
    x, w = g.normal(size=n), g.integers(1, 4, n)
    trials = g.integers(2, 12, n)
    share = g.beta(2.0, 2.0 * np.exp(-x))
    return {
        "x": x,
        "w": w,
        "count": g.poisson(np.exp(0.5 + 0.5 * x) * g.gamma(1.0, 1.0, n)),
        "k": g.binomial(trials, share),
        "n": trials,
        "b": (g.random(n) < 0.4).astype(float),
        "y": np.exp(x + g.normal(size=n)),
    }


T = table()
X = sm.add_constant(T["x"])
GROUPS = np.column_stack([T["k"], T["n"] - T["k"]])

QUASI = {
    "counts": (lambda **k: st.poisson("count ~ x", T, **k), T["count"], sm.families.Poisson()),
    "groups": (lambda **k: st.logistic("k ~ x", T, trials="n", **k), GROUPS, sm.families.Binomial()),
    "groups probit": (
        lambda **k: st.probit("k ~ x", T, trials="n", **k),
        GROUPS,
        sm.families.Binomial(sm.families.links.Probit()),
    ),
}


@pytest.mark.parametrize("kind", QUASI)
def test_standard_errors_are_those_of_statsmodels_at_the_pearson_scale(kind):
    make, y, family = QUASI[kind]
    fit = st.fit(make(), cov="quasi")
    other = sm.GLM(y, X, family=family).fit(tol=1e-14, maxiter=300)
    phi = other.pearson_chi2 / other.df_resid  # its scale="X2" leaves out the trials of groups
    information = -other.model.hessian(other.params, scale=1.0, observed=True)
    assert_allclose(fit.se, np.sqrt(phi * np.diagonal(np.linalg.inv(information))), rtol=1e-8)
    assert fit.cov == f"quasi(dispersion={phi:.4g})"
    assert fit.cov in str(fit)
    frame = fit.table()
    assert_allclose(frame["p_value"], 2.0 * stats.t.sf(np.abs(frame["statistic"]), 118), rtol=1e-9)
    assert_allclose(frame["upper"], fit.estimate + stats.t.ppf(0.975, 118) * fit.se, rtol=1e-9)
    assert st.validate(fit).ok


def test_weights_are_repeated_rows_and_the_estimate_is_the_maximum(tmp_path):
    weighted = st.fit(st.poisson("count ~ x", T, weights="w"), cov="quasi")
    repeated = {name: np.repeat(column, T["w"]) for name, column in T.items()}
    whole = st.fit(st.poisson("count ~ x", repeated), cov="quasi")
    assert_allclose(weighted.se, whole.se, rtol=1e-9)
    assert weighted.df == whole.df
    assert_allclose(weighted.estimate, st.fit(st.poisson("count ~ x", T, weights="w")).estimate, rtol=1e-12)
    weighted.save(tmp_path / "quasi.fit")
    again = st.load(tmp_path / "quasi.fit")
    assert (again.cov, again.t_df) == (weighted.cov, weighted.t_df)
    assert_allclose(again.se, weighted.se, rtol=0)
    wider = weighted.predict({"x": [0.5]}, interval=0.9)
    plain = st.fit(st.poisson("count ~ x", T, weights="w")).predict({"x": [0.5]}, interval=0.9)
    assert (wider.upper > plain.upper).all()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: st.logistic("b ~ x", T), r"rows of 0 and 1 Pearson / df is near 1"),
        (lambda: st.logistic("b ~ x", T, trials=np.ones(120)), r"rows of 0 and 1 Pearson / df is near 1"),
        (lambda: st.gamma("y ~ x", T), r"Gamma regression estimates a scale or a dispersion already"),
        (lambda: st.ols("y ~ x", T), r"Linear regression estimates a scale or a dispersion already"),
        (lambda: st.negative_binomial("count ~ x", T), r"estimates how much they vary, 'log alpha'"),
        (lambda: st.softmax(np.repeat(["a", "b", "c"], 40), T["x"]), r"Softmax regression is one of several labels"),
        (lambda: st.poisson([1, 3], [0.0, 1.0]), r"2 rows leave no degrees of freedom"),
    ],
)
def test_where_it_says_nothing_it_is_refused(make, said):
    with pytest.raises(st.IncompatibleError, match=said):
        st.fit(make(), cov="quasi")

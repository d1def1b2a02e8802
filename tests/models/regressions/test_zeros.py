"""Zero-inflated and hurdle regressions: statsmodels, recovery, changes of columns, what their data must have."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy.special import expit
from statsmodels.discrete.count_model import ZeroInflatedNegativeBinomialP, ZeroInflatedPoisson
from statsmodels.discrete.truncated_model import HurdleCountModel
from statsmodels.tools.numdiff import approx_hess

import stattools as st
from tests.cases import rng


def counts(n=1500, alpha=0.0, seed=21):
    g = rng(seed)
    frame = pd.DataFrame({"x": g.normal(size=n), "z": g.normal(size=n), "e": g.uniform(0.5, 2.0, n)})
    mean = frame.e * np.exp(0.8 + 0.4 * frame.x)
    frame["k"] = g.poisson(mean * g.gamma(1.0 / alpha, alpha, n) if alpha else mean)
    return frame.assign(y=np.where(g.random(n) < expit(-0.6 + 0.8 * frame.z), 0, frame.k))


@pytest.fixture(scope="module")
def table():
    return counts()


def in_our_order(values, inflated):
    """statsmodels has the coefficients of the zeros first."""
    return np.concatenate([values[inflated : inflated + 2], values[:inflated], values[inflated + 2 :]])


def test_zero_inflated_poisson_equals_statsmodels(table):
    """Standard errors are those of its log-likelihood; its own are of another Hessian, 2 % off (0.15)."""
    X, Z = sm.add_constant(table[["x"]]), sm.add_constant(table[["z"]])
    fit = st.fit(st.zero_inflated("y ~ x", table, zero="~ z", exposure="e"))
    reference = ZeroInflatedPoisson(table.y, X, exog_infl=Z, exposure=table.e)
    start = reference.fit(disp=0, method="bfgs", maxiter=500).params
    theirs = reference.fit(start_params=start, disp=0, method="newton", tol=1e-13, maxiter=100)
    assert_allclose(fit.estimate, in_our_order(theirs.params.to_numpy(), 2), atol=1e-7)
    V = np.linalg.inv(-approx_hess(theirs.params.to_numpy(), reference.loglike))
    assert_allclose(fit.se, in_our_order(np.sqrt(V.diagonal()), 2), rtol=1e-5)
    assert_allclose(fit.loglik, theirs.llf, rtol=1e-11)
    assert fit.names == ("Intercept", "x", "zero: Intercept", "zero: z")
    assert "of a local maximum" in str(fit)


def test_zero_inflated_negative_binomial_equals_statsmodels():
    table = counts(alpha=0.5)
    X = sm.add_constant(table[["x"]])
    fit = st.fit(st.zero_inflated("y ~ x", table, family="negative-binomial", offset=np.log(table.e)))
    reference = ZeroInflatedNegativeBinomialP(table.y, X, offset=np.log(table.e))
    start = np.append(fit.estimate[[2, 0, 1]], np.exp(fit.estimate[3])) * 1.001
    theirs = reference.fit(start_params=start, disp=0, method="bfgs", gtol=1e-8, maxiter=500)
    found = in_our_order(theirs.params.to_numpy(), 1)
    assert_allclose(fit.estimate, np.append(found[:3], np.log(found[3])), atol=1e-5)  # its score errs by 1e-8 a row
    assert_allclose(fit.loglik, theirs.llf, rtol=1e-10)


def test_the_counts_of_a_hurdle_equal_statsmodels(table):
    """Whose zeros are those of a Poisson count: the same probability in other words where all rows share it."""
    X = sm.add_constant(table[["x"]])
    fit = st.fit(st.hurdle("y ~ x", table))
    theirs = HurdleCountModel(table.y, X, dist="poisson", zerodist="poisson").fit(disp=0, method="newton", tol=1e-13)
    assert_allclose(fit.estimate[:2], theirs.params.iloc[2:], atol=1e-7)
    assert_allclose(fit.se[:2], theirs.bse.iloc[2:], rtol=1e-5)
    alone = HurdleCountModel(table.y, X[["const"]]).fit(disp=0, method="newton", tol=1e-13)
    one = st.fit(st.hurdle("y ~ 1", table))
    assert_allclose(one.loglik, alone.llf, rtol=1e-11)
    assert_allclose(expit(one.estimate[1]), np.exp(-np.exp(alone.params.iloc[0])), rtol=1e-7)


def test_a_hurdle_is_a_logistic_regression_and_truncated_counts(table):
    fit = st.fit(st.hurdle("y ~ x", table, zero="~ z", family="poisson"))
    zeros = st.fit(st.logistic("none ~ z", table.assign(none=(table.y == 0).astype(int))))
    some = st.fit(st.regression("y ~ x", table[table.y > 0], st.ZeroTruncated()))
    assert_allclose(fit.estimate, np.concatenate([some.estimate, zeros.estimate]), atol=1e-8)
    assert_allclose(fit.se, np.concatenate([some.se, zeros.se]), rtol=1e-8)
    assert_allclose(fit.loglik, some.loglik + zeros.loglik, rtol=1e-12)
    assert "of the maximum" in str(fit)  # both are concave
    assert "log odds of a zero" in str(fit)


@pytest.mark.parametrize("make", [st.zero_inflated, st.hurdle])
def test_origin_unit_and_coding_change_nothing(make, table):
    """In standard errors; two codings of a factor have the same means."""
    moved = table.assign(x=100.0 + 0.1 * table.x, z=40.0 - 7.0 * table.z, g=np.where(table.z > 0.3, "high", "low"))
    fit, other = (st.fit(make("y ~ x", frame, zero="~ z")) for frame in (table, moved))
    slopes, units = [1, 3], np.array([0.1, -7.0])
    assert_allclose(units * other.estimate[slopes], fit.estimate[slopes], rtol=0, atol=1e-9 * fit.se[slopes].min())
    assert_allclose(np.abs(units) * other.se[slopes], fit.se[slopes], rtol=1e-8)
    coded = [st.fit(make("y ~ x", moved, zero=zero)) for zero in ("~ g", "~ 0 + g", "~ C(g, contr.sum)")]
    for one in coded[1:]:
        assert_allclose(one.predict(), coded[0].predict(), rtol=1e-9)
        assert_allclose(one.predict(interval=0.9), coded[0].predict(interval=0.9), rtol=1e-8)


@pytest.mark.parametrize("make", [st.zero_inflated, st.hurdle])
@pytest.mark.parametrize(
    "alpha", [pytest.param(0.0, marks=pytest.mark.slow), pytest.param(0.5, marks=pytest.mark.nightly)]
)
def test_parameters_are_recovered(make, alpha):
    """95 % intervals hold the truth in 100 simulated sets about 95 times: 88 is three standard deviations below."""
    family = "negative-binomial" if alpha else "poisson"
    truth = [0.8, 0.4, -0.6, 0.8, *([np.log(alpha)] if alpha else [])]
    likelihood = (st.ZeroInflated if make is st.zero_inflated else st.Hurdle)(
        st.NegativeBinomial() if alpha else st.Poisson()
    )
    frame, hits = counts(500), np.zeros(len(truth))
    eta = np.column_stack(
        [0.8 + 0.4 * frame.x, -0.6 + 0.8 * frame.z, *([np.full(500, np.log(alpha))] if alpha else [])]
    )
    for seed in range(100):
        drawn = frame.assign(y=likelihood.sample(eta, seed=seed))
        lower, upper = st.fit(make("y ~ x", drawn, zero="~ z", family=family)).interval()
        hits += (lower <= truth) & (truth <= upper)
    assert (hits >= 88).all(), hits


def test_the_probability_of_a_zero_is_predicted(table):
    fit = st.fit(st.zero_inflated("y ~ x", table, zero="~ z"))
    new = {"x": [0.0, 1.0], "z": [0.0, -1.0]}
    eta = fit.estimate[0] + fit.estimate[1] * np.array(new["x"])
    p = expit(fit.estimate[2] + fit.estimate[3] * np.array(new["z"]))
    assert_allclose(fit.predict(new, kind="zero"), p + (1 - p) * np.exp(-np.exp(eta)), rtol=1e-12)
    assert_allclose(fit.predict(new), (1 - p) * np.exp(eta), rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda t: st.zero_inflated("y ~ x", t.assign(y=t.y + 1)), r"needs zeros; got counts from 1"),
        (lambda t: st.hurdle("y ~ x", t.assign(y=t.y + 1)), r"needs zeros; .*st\.ZeroTruncated"),
        (lambda t: st.hurdle("y ~ x", t.assign(y=0)), r"needs a positive count somewhere; got only zeros"),
        (lambda t: st.hurdle("y ~ x", t.assign(y=t.y > 0)), r"needs counts of 2 or more; .*Use st\.logistic"),
        (lambda t: st.hurdle("y ~ x", t, family="nb"), r"got 'nb'\. Write family=\"negative-binomial\""),
        (lambda t: st.hurdle("y ~ x", t, family="gamma"), r"one of 'poisson', 'negative-binomial'; got 'gamma'"),
        (lambda t: st.zero_inflated("y ~ x", t, zero="z"), r"zero= is a right side such as"),
        (lambda t: st.zero_inflated("y ~ x", t, dispersion="~ z"), r"dispersion= is of family='negative-binomial'"),
        (lambda t: st.zero_inflated("y ~ x", t.assign(y=0.5 * t.y)), r"needs counts 0, 1, 2"),
    ],
)
def test_what_cannot_be_fitted_is_said(call, said, table):
    with pytest.raises((st.DomainError, st.IncompatibleError), match=said):
        call(table)

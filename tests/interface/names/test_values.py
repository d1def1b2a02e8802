"""Values of arguments as others write them, and arguments in another order: errors say what goes where."""

# pyright: reportCallIssue=false, reportArgumentType=false
import numpy as np
import pytest

import stattools as st
from stattools.interface.names.answers import meant
from tests.interface.names.scene import TABLE, X, Y, objects

MODEL = st.ols("y ~ x", TABLE)


def fit():
    return objects()["smaller"][0]


@pytest.mark.parametrize(
    ("cov", "ours"),
    [
        ("cluster", 'st.Cluster("group")'),
        ({"CRV1": "g"}, 'cov=st.Cluster("g")'),
        ({"CRV1": "g + id"}, 'cov=st.Cluster("g", "id")'),
        ({"CRV3": "g"}, 'cov=st.Cluster("g", kind="CR3")'),
        ("CR2", 'cov=st.Cluster("group", kind="CR2")'),
        (("cluster", "g"), 'cov=st.Cluster("g")'),
        ("cluster(g)", 'cov=st.Cluster("g")'),
        (TABLE.g, "cov=st.Cluster(groups)"),
        ("nonrobust", 'cov="information"'),
        ("iid", 'cov="information"'),
        ("hetero", 'cov="HC1"'),
        ("white", 'cov="HC1"'),
        ("HAC", "cov=st.HAC(lags=4)"),
        ("newey-west", "cov=st.HAC(lags=4)"),
        (st.HAC, "cov=st.HAC(...)"),
    ],
)
def test_a_covariance_of_others_is_answered_with_ours(cov, ours):
    with pytest.raises(st.IncompatibleError) as caught:
        st.fit(MODEL, cov=cov)
    assert ours in str(caught.value)


@pytest.mark.parametrize(("given", "name"), [("hc1", "HC1"), ("HC-3", "HC3"), ("hc_0", "HC0"), ("Robust", "robust")])
def test_words_are_read_however_they_are_joined(given, name):
    assert st.fit(MODEL, cov=given).cov == name


def test_kinds_are_read_however_they_are_joined():
    coin = st.fit(st.binomial(6, 10))
    wanted = tuple(coin.interval(0.95, kind="clopper-pearson"))
    for kind in ("clopper_pearson", "Clopper Pearson", "clopperpearson"):
        assert tuple(coin.interval(0.95, kind=kind)) == wanted
    assert np.array_equal(fit().residuals_of("Pearson"), fit().residuals_of("pearson"))


CALLS = [
    (lambda: st.fit(MODEL, penalty="l2"), "penalty=st.Ridge(1.0)"),
    (lambda: st.fit(MODEL, penalty=2.0), "penalty=st.Ridge(2.0)"),
    (lambda: st.fit(MODEL, penalty="firth"), "penalty=st.Jeffreys()"),
    (lambda: st.fit(MODEL, penalty="l1"), "no penalty that sets coefficients to 0"),
    (lambda: st.fit(MODEL, penalty=st.Jeffreys), "st.Jeffreys(...)"),
    (lambda: st.fit(MODEL, solver="lbfgs"), "solver=st.LBFGS()"),
    (lambda: st.fit(MODEL, level=95), "level=0.95"),
    (lambda: fit().interval(90), "level=0.9"),
    (lambda: fit().interval("profile"), 'kind="profile"'),
    (lambda: fit().interval(0.95, kind="likelihood ratio"), 'kind="profile"'),
    (lambda: fit().predict(TABLE, kind="response"), 'kind="mean"'),
    (lambda: fit().predict(TABLE, kind="lp"), 'kind="link"'),
    (lambda: fit().residuals_of("standardized"), 'kind="pearson"'),
    (lambda: st.posterior(MODEL, method="mcmc"), 'method="nuts"'),
    (lambda: st.posterior(MODEL, method="advi"), 'method="laplace"'),
    (lambda: st.Beta(2, 3).interval(0.9, kind="hpd"), 'kind="hdi"'),
    (lambda: st.logistic(TABLE, "b ~ x"), "the formula comes first, then its table: ('b ~ x', table)"),
    (lambda: st.ols(X, Y), "the outcome comes first, (y, X)"),
    (lambda: st.ols(TABLE.y, "x"), '("y ~ x", table)'),
    (lambda: st.fit("y ~ x", TABLE), 'st.fit(st.ols("y ~ x", table))'),
    (lambda: st.fit("y ~ x"), 'st.fit(st.ols("y ~ x", table))'),
    (lambda: st.fit(st.ols), 'st.fit(st.ols("y ~ x", table))'),
    (lambda: st.fit(fit()), "fitted already"),
    (lambda: st.posterior(st.Normal(0, 1), MODEL), "prior=st.Normal(0, 2.5)"),
    (lambda: st.posterior(fit()), "fit.model"),
    (lambda: st.validate(MODEL), "st.fit(model)"),
    (lambda: st.compare(MODEL, MODEL), "st.fit(model)"),
    (lambda: st.compare([fit(), fit()]), "st.compare(*fits)"),
    (lambda: st.report("out", fit()), 'st.report(fit, to="report")'),
    (lambda: st.score_test(MODEL, fit()), "st.score_test(smaller, fit)"),
    (lambda: st.likelihood_ratio(MODEL, MODEL), "st.likelihood_ratio(fit, smaller)"),
    (lambda: st.audit(TABLE, fit()), "st.audit(results, table)"),
    (lambda: st.held_out(fit(), TABLE), "st.held_out(fit, data=new)"),
    (lambda: st.separation(fit()), "fit.model"),
    (lambda: st.Poisson("k ~ x", TABLE), 'st.poisson("k ~ x", table)'),
    (lambda: st.Binomial(6, 10), "st.binomial(6, 10)"),
    (lambda: st.Gaussian(sigma=2), "use scale=1"),
    (lambda: st.fit_many("y ~ x", TABLE, by="g", model="ols"), "a function, such as st.ols"),
]


@pytest.mark.parametrize(("call", "says"), CALLS)
def test_errors_say_what_goes_where(call, says):
    with pytest.raises(st.StattoolsError) as caught:
        call()
    assert says in str(caught.value)


def test_a_value_of_nobody_is_not_answered():
    assert meant("cov", "xyzzy") == meant("cov", 3) == meant("solver", None) == ""


def test_a_value_that_a_function_does_not_take_is_not_what_it_is_told_to_write():
    assert meant("kind of predictions", "label") == ' Write kind="class".'
    assert meant("kind of predictions", "label", ("mean", "observation")) == ""
    assert meant("kind of predictions", "response", ("mean", "observation")) == ' Write kind="mean".'

# pyright: reportCallIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
"""What an error says of a call with arguments that the function does not take."""

import pytest

import stattools as st
from stattools.interface.names.answers import about_call
from tests.interface.names.scene import TABLE, X, Y, objects

MODEL = st.ols("y ~ x", TABLE)


def fit():
    return objects()["smaller"][0]


def curve():
    return st.fit(st.glm("y ~ s(x)", TABLE, family="normal"))


def exact():
    return objects()["posterior"][1]


CALLS = [
    (lambda: st.fit(MODEL, cov_type="HC3"), 'use cov="HC3"'),
    (lambda: st.fit(MODEL, vcov="HC1"), 'use cov="HC1"'),
    (lambda: st.fit(MODEL, alpha=0.1), "use level=0.9 or penalty=st.Ridge(1.0)"),
    (lambda: st.fit(MODEL, C=1.0), "use penalty=st.Ridge(1.0)"),
    (lambda: st.fit(MODEL, max_iter=10), "use solver=st.Newton(max_steps=1000)"),
    (lambda: st.fit(MODEL, tol=1e-3), "use solver=st.Newton(tolerance=1e-10)"),
    (lambda: st.fit(MODEL, method="bfgs"), "use solver=st.LBFGS()"),
    (lambda: st.fit(MODEL, conf_level=0.9), "use level=0.9."),
    (lambda: st.fit(MODEL, cluster="g"), 'use cov=st.Cluster("group")'),
    (lambda: st.fit(MODEL, disp=0), "leave it out"),
    (lambda: st.fit(MODEL, sover=None), "Did you mean 'solver'?"),
    (lambda: st.fit(MODEL, "HC3"), 'takes 1 argument by position, st.fit(st.ols("y ~ x", table))'),
    (lambda: st.fit(), "st.fit needs model"),
    (lambda: st.ols("y ~ x", TABLE, cov_type="HC3"), 'st.fit(model, cov="HC3")'),
    (lambda: st.ols("y ~ x", TABLE, cov="HC3"), 'st.fit(model, cov="HC3")'),
    (lambda: st.ols("y ~ x", TABLE, level=0.9), "st.fit(model, level=0.95)"),
    (lambda: st.ols(formula="y ~ x", data=TABLE), 'st.ols("y ~ x", table)'),
    (lambda: st.ols("y ~ x", data=TABLE), "takes data by position"),
    (lambda: st.ols("y ~ x"), 'st.ols needs data_or_X: st.ols("y ~ x", table)'),
    (lambda: st.ols(y=Y, X=X), "st.ols(y, X)"),
    (lambda: st.ols(Y, X, fit_intercept=False), "use intercept=False"),
    (lambda: st.ols("y ~ x", TABLE, sample_weight=Y), 'use weights="w"'),
    (lambda: st.ols("y ~ x", TABLE, freq_weights=Y), 'use weights="w"'),
    (lambda: st.ols("y ~ x", TABLE, var_weights=Y), 'use precision="w"'),
    (lambda: st.ols("y ~ x", TABLE, subset="x > 0"), "table[table.x > 0]"),
    (lambda: st.ols("y ~ x", TABLE, missing="drop"), "dropped and counted"),
    (lambda: st.ols("y ~ x", TABLE, family="gamma"), "the function is the family"),
    (lambda: st.logistic("b ~ x", TABLE, penalty="l2"), "st.fit(model, penalty=st.Ridge(1.0))"),
    (lambda: st.logistic("b ~ x", TABLE, class_weight="balanced"), "weights"),
    (lambda: st.logistic("b ~ x", TABLE, random_state=1), "seed=1"),
    (lambda: st.logistic("b ~ x", TABLE, size="n"), 'use trials="n"'),
    (lambda: st.poisson("k ~ x", TABLE, population="t"), 'use exposure="t"'),
    (lambda: st.softmax("g ~ x", TABLE, ref="a"), 'use reference="a"'),
    (lambda: st.posterior(MODEL, priors=st.Normal(0, 1)), "use prior=st.Normal(0, 2.5)"),
    (lambda: st.posterior(MODEL, random_seed=1), "use seed=1"),
    (lambda: st.posterior(MODEL, iter=10, warmup=5), "has no"),
    (lambda: st.posterior(MODEL, warmup=10), "use tune=500"),
    (lambda: st.posterior(MODEL, num_samples=10), "use draws=1000"),
    (lambda: st.posterior(MODEL, st.Normal(0, 1)), "By name it takes prior="),
    (lambda: st.bootstrap(fit(), n_boot=10), "use draws=1000"),
    (lambda: st.bootstrap(fit()), "st.bootstrap needs seed="),
    (lambda: st.report(fit(), path="x"), 'use to="report"'),
    (lambda: st.report_table(fit(), fmt="latex"), 'use format="latex"'),
    (lambda: st.held_out(fit(), X_new=TABLE), "use data"),
    (lambda: st.binomial(successes=6, trials=10), "by position"),
    (lambda: st.Normal(mu=0, sigma=1), "has no"),
    (lambda: st.Normal(mu=0), "use mean=0"),
    (lambda: st.Normal(0, sigma=1), "use sd=1"),
    (lambda: st.Beta(alpha=1, b=1), "use a=1"),
    (lambda: st.Gamma(shape=1, scale=2), "st.Gamma has no scale="),
    (lambda: st.Ridge(alpha=1.0), "use strength=1.0"),
    (lambda: st.Newton(maxiter=10), "use max_steps=1000"),
    (lambda: st.Adam(learning_rate=0.1), "use rate=0.01"),
    (lambda: st.HAC(maxlags=4), "use lags=4"),
    (lambda: st.Cluster(), "needs groups"),
    (lambda: fit().interval(alpha=0.05), "use level=0.95"),
    (lambda: fit().interval(0.95, "profile"), "takes 1 argument by position"),
    (lambda: fit().table(conf_level=0.9), "use level=0.9"),
    (lambda: fit().predict(newdata=TABLE), "use data"),
    (lambda: fit().predict(exog=TABLE), "use data"),
    (lambda: fit().predict(TABLE, type="response"), 'use kind="mean"'),
    (lambda: fit().predict(TABLE, se_fit=True), "use interval=0.95"),
    (lambda: fit().calibration(n_bins=5), "use bins=10"),
    (lambda: fit().test(), "fit.test needs hypothesis"),
    (lambda: exact().interval(hdi_prob=0.9), "use prob=0.9."),
    (lambda: exact().interval(level=0.9), "use prob=0.9."),
    (lambda: exact().sample(n=10, seed=1), "use draws=1000"),
    (lambda: exact().sample(10, random_state=1), "use seed=1"),
    (lambda: fit().test("x = 0", alternative="greater"), "two-sided"),
    (lambda: curve().smooth("x", values=[1.0]), "fit.smooth has no values=: use at=[0.0, 1.0]."),
    (lambda: curve().smooth("x", low=2.0), "fit.smooth has no low=; by name it takes variable=, at=, level=."),
    (lambda: curve().smooth("x", scale=2.0), "fit.smooth has no scale=; by name it takes variable=, at=, level=."),
    (lambda: fit().means("x", at=[1.0]), "fit.means has no at=: use values=[0.0, 1.0]."),
    (lambda: fit().marginal_effects(values=[1.0]), 'fit.marginal_effects has no values=: use at={"x": 1.0}.'),
    (lambda: fit().interval(values=[1.0]), "fit.interval has no values=; by name it takes level=, kind=."),
    (lambda: fit().interval(weights="w"), 'it belongs to st.ols("y ~ x", table, weights="w")'),
    (lambda: fit().plot(path="x.png"), "fit.plot has no path=; by name it takes what=,"),
    (lambda: st.report_table(fit(), interval=0.9), "st.report_table has no interval=; by name it takes format=,"),
    (lambda: st.multinomial([1, 2], weights=[1, 1]), "st.multinomial has no weights=; by name it takes names=."),
    (lambda: st.custom(data=TABLE), "st.custom has no data=: write st.custom(loglik, start=[0.0]); by name it takes"),
    (lambda: st.decay_weights([1.0], cov="HC3"), "st.decay_weights has no cov=; by name it takes times=, half_life=."),
    (lambda: st.power(MODEL, "x", n=100), "st.power has no n=: use rows=120."),
    (lambda: st.posterior(MODEL, sampler="nuts"), 'use method="nuts".'),
]


@pytest.mark.parametrize(("call", "answer"), CALLS)
def test_a_wrong_argument_is_answered_with_ours(call, answer):
    with pytest.raises(st.IncompatibleError) as caught:
        call()
    assert answer in str(caught.value)


def test_a_right_call_is_not_explained():
    assert about_call(st.ols, "ols", None, ("y ~ x", TABLE), {"weights": "w"}) is None
    assert about_call(st.fit, "fit", None, (MODEL,), {"seed": 1}) is None


def test_an_argument_given_twice():
    with pytest.raises(st.IncompatibleError, match=r"fit\.interval got level twice"):
        fit().interval(0.9, level=0.9)


VALUED = [
    (lambda: fit().predict(TABLE, type="link"), 'use kind="link".'),
    (lambda: fit().predict(TABLE, type="response"), 'use kind="mean".'),
    (lambda: fit().residuals_of(type="deviance"), 'use kind="deviance".'),
    (lambda: fit().interval(method="profile"), 'use kind="profile".'),
    (lambda: fit().interval(method=3), 'use kind="wald".'),
    (lambda: fit().predict(TABLE, alpha=0.1), "use interval=0.9."),
    (lambda: fit().predict(exog=TABLE), "use data=new."),
    (lambda: st.fit(MODEL, cov_type="hc1"), 'use cov="HC1".'),
    (lambda: st.fit(MODEL, vcov={"CRV1": "id"}), 'use cov=st.Cluster("id").'),
    (lambda: st.fit(MODEL, vcov="hetero"), 'use cov="HC1".'),
    (lambda: st.fit(MODEL, cov_kwds={"groups": [1, 2]}), 'use cov=st.Cluster("group").'),
    (lambda: st.fit(MODEL, method="bfgs"), "use solver=st.LBFGS()."),
    (lambda: st.logistic("b ~ x", TABLE, sample_weight="w"), 'use weights="w".'),
    (lambda: st.softmax("g ~ x", TABLE, base="b"), 'use reference="b".'),
    (lambda: st.glm("y ~ x", TABLE), 'st.glm("y ~ x", table, family="gamma")'),
    (lambda: st.regression("y ~ x", TABLE), 'st.regression("y ~ x", table, likelihood)'),
    (lambda: st.local_level([1.0, 2.0, 3.0], freq=12), "use seasonal=12."),
    (lambda: st.Gamma(2, scale=1), "use rate=1 / scale"),
]


@pytest.mark.parametrize(("call", "answer"), VALUED)
def test_the_answer_has_the_value_that_was_meant(call, answer):
    with pytest.raises(st.IncompatibleError) as caught:
        call()
    assert answer in str(caught.value)

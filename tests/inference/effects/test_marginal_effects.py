"""Marginal effects and contrasts against statsmodels, hand-written derivatives and differences of the design."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose
from scipy import special
from statsmodels.datasets import anes96, randhie, spector

import stattools as st
from stattools.inference.effects.means import contrasts, marginal_effects
from tests.cases import rng
from tests.sizes import slowly

COLUMNS = ["term", "estimate", "se", "statistic", "p_value", "lower", "upper"]
at_both = pytest.mark.parametrize("at", ["overall", "mean"])


def data(n: int = 400):
    g = rng(7)
    frame = pd.DataFrame({"x": g.normal(size=n), "z": g.uniform(1, 5, n), "w": g.integers(1, 4, n)})
    frame["g"] = np.array(list("abc"))[g.integers(0, 3, n)]
    frame["flag"] = g.random(n) < 0.4
    eta = 0.2 + 0.6 * frame.x - 0.3 * np.log(frame.z) + 0.5 * (frame.g == "b") + 0.4 * frame.flag
    frame["y"] = eta + g.normal(size=n)
    frame["b"] = (g.random(n) < special.expit(eta)).astype(int)
    frame["c"] = g.poisson(np.exp(eta))
    frame["k"] = np.array(["red", "green", "blue"])[g.integers(0, 3, n)]
    return frame


def equal(table, reference, rtol=1e-6):
    frame = reference.summary_frame()
    if isinstance(frame.index, pd.MultiIndex):
        frame = frame.sort_index(level=0, sort_remaining=False)
    assert_allclose(table.estimate, frame["dy/dx"], rtol=rtol)
    assert_allclose(table.se, frame["Std. Err."], rtol=rtol)
    assert_allclose(table.statistic, frame["z"], rtol=rtol)
    assert_allclose(table.p_value, frame["Pr(>|z|)"], rtol=rtol * 1e2, atol=1e-12)
    assert_allclose(table[["lower", "upper"]], frame[["Conf. Int. Low", "Cont. Int. Hi."]], rtol=rtol, atol=1e-9)


@at_both
@pytest.mark.parametrize(("make", "reference"), [(st.logistic, sm.Logit), (st.probit, sm.Probit)])
def test_binary_effects_equal_statsmodels_on_spector(make, reference, at):
    d = spector.load_pandas()
    fit = st.fit(make(d.endog, d.exog))
    ref = reference(d.endog, sm.add_constant(d.exog)).fit(disp=0, tol=1e-14, maxiter=100)
    table = marginal_effects(fit, at=at)
    assert list(table.columns) == COLUMNS
    assert table.term.tolist() == ["GPA", "TUCE", "PSI"]
    equal(table, ref.get_margeff(at=at))
    discrete = marginal_effects(fit, at=at, discrete=["PSI"])
    assert abs(discrete.estimate[2] - table.estimate[2]) > 1e-3
    equal(discrete, ref.get_margeff(at=at, dummy=True))


@at_both
def test_poisson_effects_equal_statsmodels_on_randhie(at):
    frame = randhie.load_pandas().data.head(3000)
    frame = frame.assign(idp=frame.idp.astype(bool))
    names = ["lncoins", "lpi", "physlm", "idp"]
    fit = st.fit(st.poisson(f"mdvis ~ {' + '.join(names)}", frame))
    ref = sm.Poisson(frame.mdvis, sm.add_constant(frame[names].astype(float))).fit(disp=0, method="newton", tol=1e-14)
    equal(marginal_effects(fit, at=at, data=frame), ref.get_margeff(at=at, dummy=True))


@at_both
def test_softmax_effects_equal_statsmodels_on_anes96(at):
    d = anes96.load_pandas()
    fit = st.fit(st.softmax(d.endog.astype(int), d.exog))
    ref = sm.MNLogit(d.endog, sm.add_constant(d.exog)).fit(disp=0, tol=1e-14, maxiter=100)
    margins = ref.get_margeff(at=at)
    table = marginal_effects(fit, at=at)
    assert list(table.columns) == ["category", *COLUMNS]
    assert table.category.unique().tolist() == ["0", "1", "2", "3", "4", "5", "6"]
    assert_allclose(table.estimate, margins.margeff.T.ravel(), rtol=1e-6, atol=1e-12)
    assert_allclose(table.se, margins.margeff_se.T.ravel(), rtol=1e-6)
    assert_allclose(table.groupby("term").estimate.sum(), 0, atol=1e-12)


@at_both
def test_categories_are_discrete_changes_equal_to_statsmodels(at):
    frame = data()
    fit = st.fit(st.logistic("b ~ x + g + flag", frame))
    table = marginal_effects(fit, at=at, data=frame)
    assert table.term.tolist() == ["x", "g[T.b]", "g[T.c]", "flag"]
    ref = smf.logit("b ~ x + g + flag", frame.assign(flag=frame.flag.astype(float))).fit(disp=0, tol=1e-14)
    margins = ref.get_margeff(at="overall", dummy=True).summary_frame().loc[["x", "flag"]]
    if at == "overall":
        assert_allclose(table.set_index("term").estimate[["x", "flag"]], margins["dy/dx"], rtol=1e-6)
    # The two dummies of g move together: not as columns, as statsmodels does. The slow twin moves the table.
    rows = frame if at == "overall" else frame.assign(x=frame.x.mean())
    X = [fit.model.design.encode(rows.assign(g=level)) for level in "ab"]
    X = X if at == "overall" else [one.mean(axis=0, keepdims=True) for one in X]
    assert_allclose(table.estimate[1], np.diff([special.expit(one @ fit.estimate).mean() for one in X])[0], rtol=1e-12)


FORMULAS = [
    "b ~ x + I(x**2) + x:g + z",
    "b ~ poly(x, 3) + log(z) + log(z):x",
    "b ~ bs(z, df=5) + center(x)*flag",
    "b ~ scale(x) + C(w, Treatment(2)) + cr(z, df=4, constraints='center')",
]


def slow_effect(fit, frame, theta, name, h=1e-5):
    """The average derivative, by differences of predictions of moved tables; one-sided where a spline ends."""
    ends = (frame[name].min(), frame[name].max()) if name == "z" else (-np.inf, np.inf)
    high, low = np.clip(frame[name] + h, *ends), np.clip(frame[name] - h, *ends)
    means = [special.expit(fit.model.design.encode(frame.assign(**{name: v})) @ theta) for v in (high, low)]
    return np.mean((means[0] - means[1]) / (high - low))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_variable_has_one_effect_through_all_its_columns(formula):
    frame = data()
    fit = st.fit(st.logistic(formula, frame))
    table = marginal_effects(fit, variables=["x", "z"]).set_index("term")
    for name in ("x", "z"):
        # One-sided differences of z at the ends of the data err by 1e-5 times the curvature, in 2 of 400 rows.
        rtol = 1e-7 if name == "x" else 1e-5
        assert_allclose(table.estimate[name], slow_effect(fit, frame, fit.estimate, name), rtol=rtol, atol=1e-9)
        gradient = []
        for k in range(len(fit.estimate)):
            step = np.zeros(len(fit.estimate))
            step[k] = 1e-4 * fit.se[k]
            up, down = (slow_effect(fit, frame, fit.estimate + s * step, name) for s in (1, -1))
            gradient.append((up - down) / (2 * step[k]))
        assert_allclose(table.se[name], np.sqrt(gradient @ fit.covariance @ gradient), rtol=1e-4)  # two differences


def test_effects_of_the_kept_rows_are_those_of_the_table():
    frame = data()
    frame.loc[[3, 9, 100], "x"] = None
    fit = st.fit(st.logistic("b ~ x*g + log(z)", frame))
    whole = frame.dropna()
    pd.testing.assert_frame_equal(marginal_effects(fit), marginal_effects(fit, data=whole), rtol=1e-12)
    pd.testing.assert_frame_equal(contrasts(fit, "g"), contrasts(fit, "g", data=whole), rtol=1e-12)
    frame.loc[50, "x"] += 1.0
    pd.testing.assert_frame_equal(marginal_effects(fit), marginal_effects(fit, data=whole), rtol=1e-12)
    fit.model.source.loc[50, "x"] += 1.0
    with pytest.raises(st.IncompatibleError, match="the table was changed after the model was made"):
        marginal_effects(fit)


def test_the_reference_is_that_of_the_coding():
    frame = data()
    fit = st.fit(st.poisson("c ~ C(w, Treatment(2)) + C(g, contr.SAS)", frame))
    table = marginal_effects(fit, data=frame)
    assert table.term.tolist() == ["w[T.1]", "w[T.3]", "g[T.a]", "g[T.b]"]
    back = st.fit(st.poisson("c ~ C(w) + g", frame))
    other = marginal_effects(back, data=frame)
    assert other.term.tolist() == ["w[T.2]", "w[T.3]", "g[T.b]", "g[T.c]"]
    assert_allclose(table.estimate[0], -other.estimate[0], rtol=1e-7)
    assert_allclose(table.se[2], other.se[3], rtol=1e-6)


@pytest.mark.parametrize("cov", ["information", "HC1"])
def test_ols_effects_are_the_coefficients(cov):
    frame = data()
    fit = st.fit(st.ols("y ~ x + z + g + flag", frame), cov=cov)
    table = fit.table().set_index("term")
    effects = marginal_effects(fit).set_index("term")
    for name in effects.index:
        own = [table.loc[name, c] for c in ("estimate", "se", "statistic", "lower", "upper", "p_value")]
        found = [effects.loc[name, c] for c in ("estimate", "se", "statistic", "lower", "upper", "p_value")]
        assert_allclose(found, own, rtol=1e-6, atol=1e-12)


def test_negative_binomial_effects_are_the_mean_times_the_coefficient():
    frame = data()
    frame["c"] = rng(1).poisson(np.exp(0.3 + 0.5 * frame.x) * rng(2).gamma(2.0, 0.5, len(frame)))
    fit = st.fit(st.negative_binomial("c ~ x + z", frame))
    table = marginal_effects(fit, data=frame)
    X = fit.model.rows.X
    mean = np.exp(X @ fit.estimate[:-1])
    for k, name in ((1, "x"), (2, "z")):
        row = table.set_index("term").loc[name]
        assert_allclose(row.estimate, mean.mean() * fit.estimate[k], rtol=1e-8)
        gradient = np.append(fit.estimate[k] * (mean @ X) / len(X), 0.0)
        gradient[k] += mean.mean()
        assert_allclose(row.se, np.sqrt(gradient @ fit.covariance @ gradient), rtol=1e-7)


@at_both
def test_weights_count_rows(at):
    frame = data()
    weighted = st.fit(st.poisson("c ~ x + g + log(z)", frame, weights="w"))
    repeated = st.fit(st.poisson("c ~ x + g + log(z)", frame.loc[frame.index.repeat(frame.w)]))
    columns = ["estimate", "se"]
    assert_allclose(marginal_effects(weighted, at=at)[columns], marginal_effects(repeated, at=at)[columns], rtol=1e-7)


def test_exposure_counts_in_the_mean():
    frame = data()
    fit = st.fit(st.poisson("c ~ x", frame, exposure="w"))
    assert_allclose(marginal_effects(fit).estimate[0], fit.predict().mean() * fit.estimate[1], rtol=1e-8)
    assert_allclose(marginal_effects(fit, data=frame).se, marginal_effects(fit).se, rtol=1e-10)
    double = marginal_effects(fit, data=frame, exposure=2 * frame.w)
    assert_allclose(double.estimate, 2 * marginal_effects(fit).estimate, rtol=1e-10)


def test_a_ridge_fit_has_effects_without_standard_errors():
    frame = data()
    table = marginal_effects(st.fit(st.logistic("b ~ x", frame), penalty=st.Ridge(1.0)))
    assert np.isfinite(table.estimate).all()
    assert list(table) == ["term", "estimate"]


def test_effects_of_arrays_at_other_rows():
    frame = data()
    fit = st.fit(st.logistic(frame.b, frame[["x", "z"]]))
    few = frame[["x", "z"]].head(20)
    formula = st.fit(st.logistic("b ~ x + z", frame))
    same = marginal_effects(formula, data=frame.head(20))
    assert_allclose(marginal_effects(fit, data=few)[["estimate", "se"]], same[["estimate", "se"]], rtol=1e-8)
    assert marginal_effects(fit, variables=["z"]).term.tolist() == ["z"]


def test_the_covariance_of_the_fit_is_used():
    d = spector.load_pandas()
    fit = st.fit(st.logistic(d.endog, d.exog), cov="HC0")
    ref = sm.Logit(d.endog, sm.add_constant(d.exog)).fit(disp=0, tol=1e-14, cov_type="HC0")
    assert_allclose(marginal_effects(fit).se, ref.get_margeff().margeff_se, rtol=1e-6)


@pytest.mark.parametrize("make", [st.ols, st.logistic, st.poisson, st.softmax])
def test_contrasts_are_differences_of_average_means(make):
    frame = data()
    outcome = {st.ols: "y", st.logistic: "b", st.poisson: "c", st.softmax: "k"}[make]
    fit = st.fit(make(f"{outcome} ~ x*g + flag", frame))
    table = contrasts(fit, "g", data=frame)
    pairs = table if make is not st.softmax else table[table.category == "green"]
    assert pairs.contrast.tolist() == ["b - a", "c - a", "c - b"]
    levels = {v: np.asarray(fit.predict(frame.assign(g=v))).reshape(len(frame), -1).mean(axis=0) for v in "abc"}
    k = 1 if make is st.softmax else 0
    slow = [levels[b][k] - levels[a][k] for a, b in ("ab", "ac", "bc")]
    assert_allclose(pairs.estimate, slow, rtol=1e-10)
    effects = marginal_effects(fit, data=frame, variables=["g"])
    own = effects if make is not st.softmax else effects[effects.category == "green"]
    assert_allclose(pairs[["estimate", "se"]].iloc[:2], own[["estimate", "se"]], rtol=1e-10)
    flag = contrasts(fit, "flag", data=frame)
    assert flag.contrast.iloc[0] == "True - False"


def test_contrasts_of_ols_equal_a_wald_test():
    frame = data()
    fit = st.fit(st.ols("y ~ x + g", frame))
    ref = smf.ols("y ~ x + g", frame).fit()
    table = contrasts(fit, "g", data=frame, level=0.9)
    test = ref.t_test("g[T.c] - g[T.b] = 0")
    row = table.iloc[2]
    assert_allclose([row.estimate, row.se, row.p_value], [test.effect[0], test.sd[0, 0], test.pvalue], rtol=1e-9)
    assert_allclose([row.lower, row.upper], test.conf_int(0.1)[0], rtol=1e-9)


@dataclass(frozen=True)
class MeanOfLogNormal(st.NegativeBinomial):
    """A likelihood whose mean moves with its second parameter: exp(eta_0 + exp(eta_1) / 2)."""

    def mean(self, eta):
        return np.exp(eta[:, 0] + 0.5 * np.exp(eta[:, 1]))

    def slope(self, eta):
        mean = self.mean(eta)
        return np.stack([mean, 0.5 * np.exp(eta[:, 1]) * mean], axis=-1)[:, None, :]


def lognormal_fit():
    frame = data()
    frame["c"] = rng(1).poisson(np.exp(0.3 + 0.5 * frame.x) * rng(2).gamma(2.0, 0.5, len(frame)))
    fit = st.fit(st.negative_binomial("c ~ x + z + g", frame))
    return replace(fit, model=replace(fit.model, likelihood=MeanOfLogNormal()))


@pytest.mark.parametrize("at", slowly(["overall", "mean"], "mean"))
def test_effects_where_the_mean_moves_with_every_parameter(at):
    fit = lognormal_fit()
    table = marginal_effects(fit, at=at).set_index("term")
    for term in table.index:

        def effect(theta, term=term):
            return marginal_effects(replace(fit, estimate=theta), at=at).set_index("term").estimate[term]

        steps = 1e-5 * np.diag(fit.se)
        gradient = [(effect(fit.estimate + s) - effect(fit.estimate - s)) / (2 * s.max()) for s in steps]
        assert_allclose(table.se[term], np.sqrt(gradient @ fit.covariance @ gradient), rtol=1e-6)  # two differences
    mean = fit.model.likelihood.mean(fit.model.eta(fit.estimate)).mean()
    if at == "overall":
        assert_allclose(table.estimate["x"], mean * fit.estimate[1], rtol=1e-8)


def test_intervals_of_a_mean_that_moves_with_every_parameter():
    fit = lognormal_fit()
    found = fit.predict(interval=0.95)
    se = np.log(found.upper / found["mean"]) / fit.quantile(0.95)  # the mean is an exponential in eta_0
    gradient = np.column_stack([fit.model.rows.X, np.full(len(se), 0.5 * np.exp(fit.estimate[-1]))])
    assert_allclose(se, np.sqrt(((gradient @ fit.covariance) * gradient).sum(axis=1)), rtol=1e-9)


STEPS = ["I(x > 0)", "I(x // 1)", "I(x % 2)", "x + I(x <= 0.5)", "I((x > 0) * x)", "I(x > z)", "x:I(x > 0.2)"]
STEPS += ["center(x >= 1)", "bs(x, degree=0, knots=[0.0])", "bs(x, degree=1, knots=[0.0, 0.0])", "log(1 + (x > 0))"]


@pytest.mark.parametrize("values", [[1], [1, 1], 3, ["a", "b"], [1, np.nan], None])
def test_values_to_compare_are_two_numbers_or_more(values):
    fit = st.fit(st.ols("y ~ x + g", data()))
    with pytest.raises(st.DomainError, match="two or more"):
        contrasts(fit, "x", values=values)
    assert contrasts(fit, "g", values=["c", "a"]).contrast.tolist() == ["a - c"]
    with pytest.raises(st.DomainError, match="no level 'd'; it has 'a', 'b', 'c'"):
        contrasts(fit, "g", values=["a", "d"])


def test_refusals():
    frame = data()
    fit = st.fit(st.logistic("b ~ x + g", frame))
    with pytest.raises(st.DomainError, match="has no variable 'age'; it has 'x', 'g'"):
        marginal_effects(fit, data=frame, variables=["age"])
    with pytest.raises(st.IncompatibleError, match="got at='median'"):
        marginal_effects(fit, at="median", data=frame)
    with pytest.raises(st.DomainError, match="discrete= takes columns of 0 and 1; 'x' holds"):
        marginal_effects(fit, data=frame, discrete=["x"])
    with pytest.raises(st.DomainError, match=r"'x' is a number: give values="):
        contrasts(fit, "x", data=frame)
    with pytest.raises(st.DomainError, match="no variable to move"):
        marginal_effects(st.fit(st.logistic("b ~ 1", frame)), data=frame)
    with pytest.raises(st.IncompatibleError, match="belongs to regressions"):
        st.fit(st.coin([0, 1])).marginal_effects()
    with pytest.raises(st.DomainError, match="level is a probability"):
        marginal_effects(fit, data=frame, level=95)
    with pytest.raises(st.DomainError, match="has no value in 1 of the"):
        marginal_effects(fit, data=frame.assign(x=[None, *frame.x[1:]]))
    with pytest.raises(st.IncompatibleError, match="which this fit has not: give data=, the table"):
        marginal_effects(replace(fit, model=replace(fit.model, source=None)))


@pytest.mark.parametrize("kind", ["logistic", "softmax", "ols"])
def test_standard_errors_far_from_zero_are_right(kind):
    """Those of softmax were refused at 1e9, where the covariance had lost the digits."""
    r = np.random.default_rng(1)
    draw = {"logistic": np.arange(24) % 2, "softmax": list("abc" * 8), "ols": r.normal(size=24)}
    table = {"y": r.permutation(draw[kind]), "x": r.normal(size=24), "g": r.normal(size=24)}
    near = st.fit(getattr(st, kind)("y ~ x + g", table)).marginal_effects()
    for far in (1e4, 1e6, 1e9):
        found = st.fit(getattr(st, kind)("y ~ x + g", table | {"g": table["g"] + far})).marginal_effects()
        # 1e9 + x has 7 digits of x
        assert_allclose(found.se, near.se, rtol=1e-8 + 1e-14 * far)
        assert_allclose(found.estimate, near.estimate, rtol=1e-4, atol=1e-6)


def test_effects_whose_variance_is_beyond_float64_are_refused():
    """Rates at rows that are 400 units of the columns away."""
    frame = data()
    fit = st.fit(st.poisson("c ~ x", frame))
    far = frame.assign(x=400.0 / fit.estimate[1])
    said = "Poisson regression: the variance of {} at these coefficients is beyond float64"
    with pytest.raises(st.DomainError, match=said.format("effects")):
        marginal_effects(fit, data=far)
    with pytest.raises(st.DomainError, match=said.format("averages")):
        fit.means("x", values=[0.0, far.x[0]])

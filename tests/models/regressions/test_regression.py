"""The constructors: what they bind, what they state, what they refuse."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, special, stats

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from tests.cases import SOLVERS, rng

CONSTRUCTORS = [st.ols, st.logistic, st.softmax, st.poisson]
each = pytest.mark.parametrize("make", CONSTRUCTORS, ids=lambda f: f.__name__)


def frame(n: int = 30) -> pd.DataFrame:
    g = rng(0)
    return pd.DataFrame({"x": g.normal(size=n), "y": g.integers(0, 2, n), "off": g.normal(size=n)})


@each
def test_formula_and_arrays_are_the_same_model(make):
    data = frame()
    a, b = make("y ~ x", data), make(data.y, data[["x"]])
    assert a.names == b.names
    assert a.formula == "y ~ x"
    assert b.formula is None
    np.testing.assert_array_equal(a.rows.X, b.rows.X)
    np.testing.assert_array_equal(a.rows.y, b.rows.y)


@each
def test_large_arrays_without_intercept_are_not_copied(make):
    X = rng(1).normal(size=(100_000, 2))
    for layout in (X, np.asfortranarray(X)):
        model = make([0, 1] * 50_000, layout, intercept=False, names=["a", "b"])
        assert np.shares_memory(model.rows.X, layout)
        assert model.terms == ("a", "b")


@each
def test_unknown_keywords_are_type_errors(make):
    with pytest.raises(st.IncompatibleError, match="has no weight=: use weights="):
        make("y ~ x", frame(), weight=[1] * 30)
    with pytest.raises(TypeError):
        make("y ~ x")


@each
@pytest.mark.parametrize("bad", [0.5, -1.0, np.nan, np.inf])
def test_weights_are_frequencies(make, bad):
    weights = np.ones(30)
    weights[4] = bad
    if np.isnan(bad):
        model = make("y ~ x", frame(), weights=weights)  # a missing weight is a missing row
        assert (model.n, model.n_dropped, model.dropped) == (29.0, 1, {"weights": 1})
        return
    with pytest.raises(st.DomainError, match="weights"):
        make("y ~ x", frame(), weights=weights)
    with pytest.raises(st.DomainError, match="weights"):
        make("y ~ x", frame(), weights=np.zeros(30))


def test_offset_by_column_and_by_array():
    data = frame()
    by_name, by_array = (st.ols("y ~ x", data, offset=o) for o in ("off", data.off))
    np.testing.assert_array_equal(by_name.rows.offset, by_array.rows.offset)
    assert (by_name.extras, by_array.extras) == ({"offset": "off"}, {"offset": None})
    with pytest.raises(st.DomainError, match="of"):
        st.ols("y ~ x", data, offset="of")


def test_a_binary_outcome_states_which_level_is_one():
    data = frame()
    data["admit"] = np.where(data.y == 1, "yes", "no")
    model = st.logistic("admit ~ x", data)
    assert model.labels == ("no", "yes")
    np.testing.assert_array_equal(model.rows.y, data.y)
    data["admit"] = pd.Categorical(data.admit, categories=["yes", "no"])
    assert st.logistic("admit ~ x", data).labels == ("yes", "no")
    assert "P(admit = 'no')" in str(st.fit(st.logistic("admit ~ x", data)))


@pytest.mark.parametrize(
    ("make", "y", "message"),
    [
        (st.logistic, [1] * 30, "only"),
        (st.logistic, [0, 1, 2] * 10, "softmax"),
        (st.logistic, [1, 2] * 15, "1, 2|1 and 2"),
        (st.logistic, ["a", "b", "c"] * 10, "softmax"),
        (st.softmax, ["a"] * 30, "only"),
        (st.softmax, np.linspace(0, 1, 30), "categor"),
        (st.poisson, [-1] + [1] * 29, "Poisson needs counts"),
        (st.poisson, [0.5] + [1] * 29, "Poisson needs counts"),
        (st.poisson, [0] * 30, "positive count"),
        (st.ols, ["tall"] * 30, "softmax|logistic|numbers"),
    ],
)
def test_outcomes_off_the_support(make, y, message):
    with pytest.raises(st.DomainError, match=message):
        make("y ~ x", frame().assign(y=y))


def test_softmax_reference():
    data = frame().assign(k=["fig", "kiwi", "plum"] * 10)
    assert st.softmax("k ~ x", data).labels == ("fig", "kiwi", "plum")
    assert st.softmax("k ~ x", data, reference="plum").labels == ("plum", "fig", "kiwi")
    with pytest.raises(st.DomainError, match="pear"):
        st.softmax("k ~ x", data, reference="pear")


def test_poisson_starts_at_the_mean_rate():
    model = st.poisson([100, 200, 300], [1.0, 2.0, 3.0], offset=np.log([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(model.start, [np.log(100.0), 0.0], rtol=1e-14)


@pytest.mark.parametrize("make", [st.logistic, st.probit, st.poisson, st.negative_binomial])
@pytest.mark.parametrize("size", [1e300, -1e300, 1e9])
def test_an_offset_is_on_the_scale_of_the_linear_predictor(make, size):
    data = {"y": [0, 1, 0, 1, 1], "x": [1.0, 2.0, 3.0, 4.0, 2.0]}
    with pytest.raises(st.DomainError, match=r"offset= is added to the linear predictor.*in row 2.*give exposure="):
        make("y ~ x", data, offset=[0.0, 1.0, size, 0.0, 1.0])
    fit = st.fit(st.poisson("y ~ x", data, offset=[0.0, 1.0, 0.5, 0.0, 1.0]))
    with pytest.raises(st.DomainError, match=r"offset= is added to the linear predictor.*in row 0"):
        fit.predict({"x": [1.0]}, offset=[size])


def test_an_offset_beside_which_y_is_round_off_is_refused():
    data = {"y": [0.5, 1.0, 3.0, 1.5], "x": [1.0, 2.0, 3.0, 5.0]}
    with pytest.raises(st.DomainError, match=r"y - offset would keep fewer than 8 digits of y"):
        st.ols("y ~ x", data, offset=[0.0, 1e300, 0.0, 0.0])
    assert st.ols("y ~ x", data, offset=[1e6] * 4).n == 4


def table(n=120, unit=1.0, seed=3):
    g = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": g.normal(size=n), "h": g.uniform(0.5, 3.0, n), "w": g.integers(1, 4, n)})
    return frame.assign(y=unit * frame.h * np.exp(1.0 + 0.6 * frame.x) * g.gamma(2.0, 0.5, n))


def test_coefficients_are_those_of_statsmodels_and_the_dispersion_that_of_scipy():
    import statsmodels.api as sm

    data = table()
    fit = st.fit(st.gamma("y ~ x", data, exposure="h", weights="w"))
    X = np.column_stack([np.ones(len(data)), data.x])
    family = sm.families.Gamma(sm.families.links.Log())
    glm = sm.GLM(data.y, X, family=family, exposure=data.h, freq_weights=data.w).fit(tol=1e-14, tol_criterion="params")
    assert_allclose(fit.estimate[:2], glm.params, rtol=1e-8)
    mean = data.h * np.exp(X @ np.asarray(glm.params))

    def minus_loglik(phi):
        return -float(data.w @ stats.gamma.logpdf(data.y, 1.0 / phi, scale=phi * mean))

    found = optimize.minimize_scalar(minus_loglik, bounds=(0.1, 2.0), method="bounded", options={"xatol": 1e-10})
    assert_allclose(np.exp(fit.estimate[2]), found.x, rtol=1e-7)  # a minimum is flat: half the digits of float64
    assert_allclose(fit.loglik, -found.fun, rtol=1e-12)


@pytest.mark.parametrize("unit", [1e-90, 1e-9, 1e12, 1e90])
def test_intervals_of_a_new_outcome_are_in_its_unit(unit):
    one, other = (st.fit(st.gamma("y ~ x", table(unit=u))) for u in (1.0, unit))
    new = pd.DataFrame({"x": [-1.0, 2.0]})
    ends = [np.asarray(fit.predict(new, kind="observation", interval=0.9)) for fit in (one, other)]
    assert_allclose(ends[1], unit * ends[0], rtol=1e-9)


def test_means_that_fit_exactly_are_told():
    x = np.linspace(-1.0, 2.0, 40)
    with pytest.raises(IdentificationError, match=r"fit every outcome to round-off, and the dispersion .* at 0"):
        st.fit(st.gamma(np.exp(1.0 + 0.5 * x), x[:, None]))


def test_what_it_cannot_take_is_refused():
    with pytest.raises(DomainError, match=r"positive numbers; got 0 .*st\.logistic"):
        st.gamma("y ~ x", table().assign(y=0.0))
    with pytest.raises(IncompatibleError, match=r"Jeffreys needs a logistic, .* regression; got Gamma"):
        st.fit(st.gamma("y ~ x", table()), penalty=st.Jeffreys())


def test_its_density_compares_with_that_of_least_squares():
    """The scale of least squares is counted as the dispersion is."""
    line, gamma = st.fit(st.ols("y ~ x", table())), st.fit(st.gamma("y ~ x", table()))
    rows = st.compare(line, gamma).table()
    assert rows["p"].tolist() == [3, 3]
    assert_allclose(rows["aic"], [line.aic + 2.0, gamma.aic], rtol=1e-14)
    assert_allclose(rows["bic"], [line.bic + np.log(120), gamma.bic], rtol=1e-14)


def groups(m: int = 150, s: float = 12.0, slope: float = 0.5, seed: int = 0):
    g = rng(seed)
    n, x = g.integers(2, 200, m), g.normal(size=m)
    p = special.expit(-0.5 + slope * x)
    k = g.binomial(n, g.beta(s * p, s * (1 - p)))
    return {"won": k, "lost": n - k, "n": n, "x": x, "w": g.integers(1, 4, m)}


def test_the_maximum_is_that_of_scipys_log_probabilities():
    data = groups()

    def cost(theta):
        p, s = special.expit(theta[0] + theta[1] * data["x"]), np.exp(theta[2])
        return -stats.betabinom.logpmf(data["won"], data["n"], s * p, s * (1 - p)).sum()

    fit = st.fit(st.beta_binomial("won + lost ~ x", data))
    found = optimize.minimize(cost, fit.estimate + 0.1, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11})
    assert_allclose(fit.estimate, found.x, atol=1e-6)  # the simplex knows its place to the root of round-off
    assert_allclose(fit.loglik, -found.fun, rtol=1e-12)
    assert fit.names == ("Intercept", "x", "log precision")


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_every_solver_reaches_the_maximum(solver):
    model = st.beta_binomial("won + lost ~ x", groups())
    exact, fit = st.fit(model), st.fit(model, solver=solver)
    assert (np.abs(fit.estimate - exact.estimate) <= 3e-8 * exact.se).all()


def test_trials_are_successes_and_failures_and_weights_are_repeats():
    data = groups()
    grouped = st.fit(st.beta_binomial("won + lost ~ x", data, weights="w"))
    counted = st.fit(st.beta_binomial("won ~ x", data, trials="n", weights="w"))
    repeated = {name: np.repeat(values, data["w"]) for name, values in data.items()}
    for other in (counted, st.fit(st.beta_binomial("won + lost ~ x", repeated))):
        assert_allclose(other.estimate, grouped.estimate, rtol=1e-9)
        assert_allclose(other.covariance, grouped.covariance, rtol=1e-8)


@pytest.mark.slow
def test_parameters_are_recovered():
    """95 % intervals of slope and log precision hold the truth in 100 simulated sets about 95 times."""
    hits = np.zeros(2)
    for seed in range(100):
        lower, upper = st.fit(st.beta_binomial("won + lost ~ x", groups(100, seed=seed))).interval()
        hits += (lower[1:] <= [0.5, np.log(12.0)]) & ([0.5, np.log(12.0)] <= upper[1:])
    assert (hits >= 88).all()  # binomial(100, 0.95): three standard deviations below


def test_shares_without_overdispersion_are_sent_to_the_binomial():
    n = np.full(40, 50)
    with pytest.raises(st.IdentificationError, match=r"maximum at infinity, where the model is binomial. Pool"):
        st.fit(st.beta_binomial(np.tile([20, 21], 20), np.empty((40, 0)), trials=n))


def test_all_or_nothing_groups_have_no_precision():
    with pytest.raises(st.IdentificationError, match=r"successes only or failures only.*maximum at 0"):
        st.fit(st.beta_binomial([0, 5, 0, 7], np.empty((4, 0)), trials=[4, 5, 6, 7]))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: st.beta_binomial([0, 1], [[1.0], [2.0]]), st.DomainError, "one of the two; got neither"),
        (lambda: st.beta_binomial("won + lost ~ x", groups(), trials="n"), st.DomainError, "got both"),
        (lambda: st.beta_binomial([0, 1], [[1.0], [2.0]], trials=[1, 1]), st.IdentificationError, "two trials or more"),
        (lambda: st.beta_binomial([3, 1], [[1.0], [2.0]], trials=[2, 4]), st.DomainError, "do not exceed their trials"),
        (lambda: st.beta_binomial([0, 0], [[1.0], [2.0]], trials=[2, 4]), st.DomainError, "no success in any row"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_what_can_be_asked_of_the_fit():
    data = groups()
    one, beta = st.fit(st.beta_binomial("won + lost ~ 1", data)), st.fit(st.beta_binomial("won + lost ~ x", data))
    pooled = st.fit(st.logistic("won + lost ~ x", data))
    test = st.likelihood_ratio(beta, one)
    assert_allclose(test.statistic, 2 * (beta.loglik - one.loglik))
    edge = st.likelihood_ratio(beta, pooled)
    assert_allclose(edge.p_value, 0.5 * special.chdtrc(1, edge.statistic))
    assert st.score_test(one, beta.model).statistic > 0
    assert_allclose(beta.predict(), special.expit(beta.estimate[0] + beta.estimate[1] * data["x"]))


def test_it_is_saved_and_loaded(tmp_path):
    fit = st.fit(st.beta_binomial("won + lost ~ x", groups()))
    fit.save(tmp_path / "fit")
    assert str(st.load(tmp_path / "fit")) == str(fit)


def test_profile_and_robust_intervals():
    fit = st.fit(st.beta_binomial("won + lost ~ x", groups(500)))
    profile, wald = np.asarray(fit.interval(kind="profile")), np.asarray(fit.interval())
    assert_allclose(profile, wald, atol=0.05 * np.ptp(wald, axis=1).max())  # many groups: nearly quadratic
    robust = st.fit(fit.model, cov="HC0")
    assert_allclose(robust.se, fit.se, rtol=0.2)  # the model is true: the sandwich is near the information


def test_pearson_residuals_have_variance_one():
    from stattools.inference.diagnostics.goodness import residuals

    fit = st.fit(st.beta_binomial("won + lost ~ x", groups(4000)))
    assert_allclose(residuals(fit, "pearson").std(), 1.0, atol=0.05)
    with pytest.raises(st.IncompatibleError, match="no deviance"):
        residuals(fit, "deviance")


def test_separation_is_seen():
    with pytest.raises(st.SeparationError, match="Intercept = -inf"):
        st.fit(st.beta_binomial([0, 0, 3, 5, 4], [[0.0], [0.0], [1.0], [1.0], [1.0]], trials=[5, 6, 7, 8, 9]))

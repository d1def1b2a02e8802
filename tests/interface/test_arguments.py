"""What is given beside data, and objects of another kind where a model, a fit or a posterior is asked for."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

import stattools as st
from stattools.interface.arguments import as_theta

TABLE = {"y": [0.0, 1.0, 1.0, 3.0, 2.0], "x": [0.0, 1.0, 2.0, 3.0, 4.0]}
BETA = st.posterior(st.coin([0, 1, 1]), prior=st.Beta(1, 1))


@pytest.mark.parametrize("theta", ["text", None, {"x": 1}, 1j, [1, [2, 3]], [10**400], Decimal("sNaN"), b"x"])
def test_parameters_are_numbers(theta):
    with pytest.raises(st.DomainError, match="a model needs its parameters as numbers"):
        as_theta(theta, "a model")


def test_numbers_of_any_dress_are_parameters():
    for theta in ([1, 2], (1.0, 2.0), np.array([1, 2], dtype=np.float32), np.array([1, 2], dtype=object)):
        assert_allclose(as_theta(theta, "a model"), [1.0, 2.0])


NUMBERS = {
    "level": lambda value: OLS.interval(value),
    "level of states": lambda value: SERIES.states(level=value),
    "level of a scan": lambda value: BETA.interval(value),
    "drift": lambda value: st.local_level([1.0, 2.0, 1.5, 3.0, 2.5], drift=value),
    "initial": lambda value: st.exponential_smoothing([1.0, 2.0, 1.5, 3.0, 2.5], initial=value),
    "weight": lambda value: st.exponential_smoothing([1.0, 2.0, 1.5, 3.0, 2.5], weights=value),
    "half life": lambda value: st.decay_weights([1.0, 2.0], half_life=value),
    "smoothness": lambda value: st.whittaker([1.0, 2.0, 1.5, 3.0], value),
    "n": lambda value: st.custom(lambda t: -float(t[0] ** 2), start=[1.0], n=value),
    "tolerance": lambda value: st.Newton(tolerance=value),
    "step": lambda value: st.GradientDescent(step=value),
    "rate": lambda value: st.Adam(rate=value),
    "strength": lambda value: st.Ridge(value),
    "scale": lambda value: st.Gaussian(value),
    "prior variance": lambda value: st.loglik_conventions(SERIES.model, SERIES.estimate, prior_variance=value),
    "target": lambda value: st.posterior(st.coin([0, 1]), prior=st.Beta(1, 1), target_accept=value),
    "mean of a prior": lambda value: st.Beta.from_mean_sd(value, 0.1),
}
NO_NUMBERS = (10**400, np.timedelta64(1, "D"), np.complex128(0.5), np.zeros(2), True, float("nan"), "x", [0.5], {})


@pytest.mark.parametrize("option", NUMBERS)
@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: f"{value!r:.20}")
def test_an_option_that_is_a_number_takes_nothing_else(option, value):
    if not (option == "drift" and value is True):
        with pytest.raises(st.DomainError):
            NUMBERS[option](value)


LISTS = {
    "report_table": lambda value: st.report_table(OLS, OLS, names=value),
    "compare": lambda value: st.compare(OLS, OLS, names=value),
    "compare posteriors": lambda value: st.compare(BETA, BETA, names=value),
    "held_out": lambda value: st.held_out(OLS, OLS, data=TABLE, names=value),
    "variables": lambda value: OLS.marginal_effects(variables=value),
    "discrete": lambda value: OLS.marginal_effects(discrete=value),
    "values": lambda value: OLS.contrasts("x", values=value),
    "multinomial": lambda value: st.multinomial([3, 4], names=value),
    "categories": lambda value: st.categories(["a", "b"], names=value),
    "custom": lambda value: st.custom(lambda t: -float(t @ t), start=[1.0, 1.0], names=value),
    "reference": lambda value: st.softmax("y ~ x", {"y": ["a", "b", "c"], "x": [1.0, 2.0, 3.0]}, reference=value),
    "scan": st.scan,
}
NO_LISTS = (True, 3, np.array(3.0), np.eye(2), [[1], [2]], {1, 2}, b"ab", "ab", ["a", float("nan")], [pd.NA, 1], ...)


@pytest.mark.parametrize("option", LISTS)
@pytest.mark.parametrize("value", NO_LISTS, ids=lambda value: f"{value!r:.20}")
def test_an_option_that_is_a_list_takes_nothing_else(option, value):
    with pytest.raises(st.StattoolsError):
        LISTS[option](value)


@pytest.mark.parametrize("value", [np.array([]), np.eye(2), pd.DataFrame(), pd.NA, NotImplemented], ids=repr)
def test_what_has_no_truth_value_is_no_option_of_a_fit(value):
    """A comparison of an array with a word is an array, and NA is neither true nor false."""
    network = st.network("y ~ x", TABLE, hidden=[2], likelihood=st.Gaussian())
    calls = (
        lambda: st.fit(OLS.model, cov=value, penalty=st.Ridge(1.0)),
        lambda: st.fit(st.one_vs_rest("y ~ x", {"y": ["a", "b", "a", "b"], "x": [1.0, 2.0, 3.0, 4.0]}), cov=value),
        lambda: st.fit(network, solver=value),
    )
    for call in calls:
        with pytest.raises(st.StattoolsError):
            call()


SWITCHES = {
    "standardize of gradient descent": lambda value: st.GradientDescent(standardize=value),
    "standardize of a network": lambda value: st.network("y ~ x", TABLE, hidden=[2], standardize=value),
    "batch_norm": lambda value: st.network("y ~ x", TABLE, hidden=[2], batch_norm=value),
    "centered": lambda value: st.Ridge(1.0, centered=value),
    "bias": lambda value: st.exponential_moments([1.0, 2.0], half_life=1.0, bias=value),
    "html": lambda value: st.report(OLS, to="report", html=value),
    "png": lambda value: st.report(OLS, to="report", png=value),
    "intercept": lambda value: st.ols([1.0, 2.0, 4.0], [[1.0], [2.0], [3.0]], intercept=value),
}


@pytest.mark.parametrize("option", SWITCHES)
@pytest.mark.parametrize("value", ["no", 0, np.array(True), [False], float("nan")], ids=repr)
def test_a_switch_is_true_or_false(option, value):
    with pytest.raises(st.DomainError, match="True or False"):
        SWITCHES[option](value)


SERIES = st.fit(st.local_level([1.0, 2.0, 1.5, 3.0, 2.5, 4.0]))

OLS = st.fit(st.ols("y ~ x", TABLE))

OTHER_KINDS = {
    "fit of a fit": lambda: st.fit(st.fit(st.ols("y ~ x", TABLE)), penalty=st.Jeffreys()),
    "fit of a posterior": lambda: st.fit(BETA, solver=st.ClosedForm()),
    "fit of text": lambda: st.fit("y ~ x", penalty=st.Jeffreys()),
    "posterior of a likelihood": lambda: st.posterior(st.Gaussian(), draws=50),
    "separation of a number": lambda: st.separation(3.0),
    "separation of a fit": lambda: st.separation(st.fit(st.coin([0, 1]))),
    "likelihood ratio of posteriors": lambda: st.likelihood_ratio(BETA, BETA),
    "score test of a model": lambda: st.score_test(st.coin([0, 1]), st.coin([0, 1])),
    "ledger of a dict": lambda: st.ledger({"x": st.Normal(0, 1)}),
    "confusion of draws": lambda: st.confusion(st.posterior(st.logistic([0, 1, 0, 1], [1, 2, 3, 4]), method="laplace")),
    "labels that are none": lambda: st.Beta([1, 2], [1, 2], arms=3.0),
    "labels without a hash": lambda: st.Normal([1, 2], 1, arms=[[1], [2]]),
    "names that are numbers": lambda: st.NormalInverseGammaRegression([0, 1], np.eye(2), 1, 1, names=[1, 2]),
    "names that are one text": lambda: st.NormalInverseWishart([0, 1], 1, 3, np.eye(2), names="ab"),
    "scale that is a list": lambda: st.Gaussian([1.0, 2.0]),
    "steps that are no number": lambda: st.Newton(max_steps=Decimal("sNaN")),
    "tolerance that is an array": lambda: st.LBFGS(tolerance=np.array([1e-8, 1e-9])),
    "smoothness that is text": lambda: st.whittaker([1.0, 2.0, 3.0], "much"),
    "choice that is an array": lambda: st.report_table(st.fit(st.coin([0, 1])), spread=np.array(["se", "se"])),
    "parameter that is an array": lambda: st.NormalInverseGamma(0, 1, 1, 1).marginal(np.array([])),
    "variances that are a set": lambda: st.loglik_conventions(st.local_level([1.0, 2.0, 4.0]), {1, 2}),
    "covariance that is none": lambda: st.multivariate_normal(np.eye(3)[:, :2]).loglik([0, 0], [[1, 2], [2, 1]]),
    "acceptance that is NaN": lambda: st.posterior(st.coin([0, 1]), target_accept=Decimal("sNaN")),
    "statistic that is text": lambda: st.predictive_check(BETA, lambda y: "many"),
    "statistic that is NaN": lambda: st.predictive_check(BETA, lambda y: np.nan),
    "cotangent with NaN": lambda: st.linear_recurrence_adjoint(0.5, [1.0, 2.0], [np.nan, 1.0]),
    "derivatives that overflow": lambda: st.exponential_filter_adjoint([1e300, -1e300], 0.5, [1e300, 1e300]),
    "groups that are text": lambda: st.empirical_bayes(""),
    "score test of an array": lambda: st.score_test(st.fit(st.ols("y ~ x", TABLE)), np.ones(3)),
    "names of a custom likelihood in one text": lambda: st.custom(lambda t: -t @ t, start=[1.0, 2.0], names="pq"),
    "count that is empty": lambda: st.custom(lambda t: -t @ t, start=[1.0], n=()),
    "start that cannot be squared": lambda: st.custom(lambda t: -float(np.abs(t).sum()), start=[1e300]),
    "likelihood that cannot be squared": lambda: st.custom(lambda t: -1e300 * t @ t, start=[0.5]),
    "format without a hash": lambda: st.report_table(BETA, format=["markdown"]),
    "score test of a series": lambda: st.score_test(SERIES, SERIES),
    "name that no file can have": lambda: st.scan("n" * 300),
    "penalty of a probability": lambda: st.fit(st.multinomial([3, 4]), penalty=st.Ridge(1.0)),
    "penalty of a coin": lambda: st.fit(st.coin([0, 1, 1]), penalty=st.Ridge(1.0)),
    "deviations that cannot be squared": lambda: st.exponential_moments([1e160, -1e160, 1.0], half_life=1.0),
    "strengths that are text": lambda: st.prior_sensitivity(BETA, conclusion=lambda b: b.mean, strengths="much"),
    "mean of another length": lambda: st.NormalInverseWishart([0, 1], 1, 3, np.eye(2)).density(2.0, np.eye(2)),
    "conclusion that is text": lambda: st.prior_sensitivity(BETA, conclusion="mean"),
    "names that are a type": lambda: st.categories(["a", "b"], names=int),
    "region that is no number": lambda: st.rope_probability(BETA, BETA, low="low", high=1.0),
    "points beside other scales": lambda: st.HalfNormal([1.0, 2.0]).log_density([1.0, 2.0, 3.0]),
    "point beyond float64": lambda: st.Flat().log_density(Fraction(10**400, 7)),
    "derivative of a recurrence that overflows": lambda: st.linear_recurrence_adjoint(1e155, [1.0], [1e200], initial=0),
    "names without an axis": lambda: st.multinomial([3, 4], names=np.array(3.0)),
    "names of columns that are a number": lambda: st.multivariate_normal(np.eye(3), names=3),
    "names of fits that are a number": lambda: st.held_out(SERIES, data=TABLE, names=1.0),
    "kinds of intervals in a dict": lambda: st.explain(OLS, OLS, intervals={"wald": 1}),
    "score that is no function": lambda: st.custom(lambda t: -t @ t, start=[1.0], score=True),
    "rates that are no numbers": lambda: st.exponential_rate([1.0, 2.0]).loglik(...),
    "means of a tipping prior": lambda: st.tipping_prior(BETA, conclusion=lambda b: b.mean, mean=[0.5, 0.6]),
    "half-life beyond float64": lambda: st.decay_weights([1.0, 2.0], half_life=10**400),
    "point that is complex": lambda: st.Flat().density(np.array([1 + 2j])),
    "names that are a number": lambda: st.custom(lambda t: -t @ t, start=[1.0], names=3),
    "kind that is an array": lambda: st.fit(st.ols("y ~ x", TABLE)).interval(kind=np.array(["wald", "score"])),
    "kind without a hash": lambda: BETA.interval(kind={"eti"}),
    "method without a hash": lambda: st.posterior(st.coin([0, 1]), method={"nuts"}),
    "title that is no text": lambda: st.report(BETA, to="never", title=2.0),
    "column that is sparse": lambda: st.ols("y ~ x", TABLE | {"x": sparse.csr_matrix(np.eye(5))}),
    "column without an axis": lambda: st.ols("y ~ x", TABLE | {"x": np.array(2.0)}),
    "column of records": lambda: st.ols("y ~ x", TABLE | {"x": np.zeros(5, dtype=[("a", float), ("b", int)])}),
    "arms that are sparse": lambda: st.binomial([1, 2], sparse.csr_matrix(np.eye(2))),
    "lazy table": lambda: st.multivariate_normal(pl.LazyFrame({"a": [1.0, 2.0], "b": [2.0, 1.0]})),
    "times beyond int64": lambda: st.decay_weights([2**64, 2**64 + 2**20], half_life=1.0),
}


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_other_kinds_are_refused(name):
    with pytest.raises(st.StattoolsError):
        OTHER_KINDS[name]()


def test_a_normal_posterior_is_checked_against_its_data():
    """`Normal.flat` makes a flat prior, and is not the draws of a posterior."""
    belief = st.posterior(st.normal([1.0, 2.0, 4.0, 3.0], sd=1.0), prior=st.Normal(0, 5))
    check = st.predictive_check(belief, np.mean, seed=1)
    assert (check.observed, 0.4 < check.p_value < 0.6) == (2.5, True)


@pytest.mark.parametrize("prior", [st.HalfNormal, st.HalfCauchy, st.Exponential])
def test_priors_of_several_scales_print(prior):
    assert repr(prior([1.0, 2.0])).startswith(prior.__name__)


def test_heavy_tails_reach_any_number():
    """log f = log(s / pi) - 2 log x far out, where z^2 overflows."""
    for prior, factor in ((st.Cauchy(0, 2.0), 1.0), (st.HalfCauchy(2.0), 2.0)):
        far = np.log(factor * 2.0 / np.pi) - 2.0 * np.log(1e300)
        assert_allclose(prior.log_density(1e300), far, rtol=1e-14)
        assert_allclose(prior.slope(1e300), -2e-300, rtol=1e-14)
    assert st.InverseGamma(1.0, 40.0).density(5e-324) == 0.0
    assert st.HalfNormal(1.0).log_density(1e300) == st.Normal(0, 1).log_density(1e300) == -np.inf


def test_counts_of_any_size_have_a_dispersion():
    """log(r / (r + y)) is -log(1 + y / r): the share y / (r + y) rounds to 1."""
    y = 2.0**60 + 2.0**50 * np.array([0.0, 3.0, 1.0, 5.0])
    score = st.NegativeBinomial().score(np.column_stack([np.log(y.mean()) * np.ones(4), np.zeros(4)]), y)
    assert np.isfinite(score).all()


def labelled(first, second, labels="ba"):
    return pd.Series([first, second], index=list(labels))


MATRIX = pd.DataFrame(np.eye(2), index=["b", "a"], columns=["b", "a"])
AB = labelled(5, 9, "ab")
LEVEL = st.local_level([1.0, 2.0, 1.5, 3.0, 2.5, 4.0])
REVERSED = pd.Series([1.0, 2.0], index=list(LEVEL.names[::-1]))
COEFFICIENTS = pd.Series([1.0, 2.0], index=["x", "Intercept"])

IN_ANOTHER_ORDER = {
    "precision": lambda: st.NormalInverseGammaRegression(labelled(1, 2, "ab"), MATRIX, 2, 2),
    "coefficients": lambda: st.NormalInverseGammaRegression(labelled(1, 2, "ab"), 1, 2, 2, names=["b", "a"]),
    "scale": lambda: st.NormalInverseWishart(labelled(1, 2, "ab"), 1, 4, MATRIX),
    "concentration": lambda: st.Dirichlet(labelled(1, 2), names=["a", "b"]),
    "counts": lambda: st.multinomial(AB, names=["b", "a"]),
    "counts of a dict": lambda: st.multinomial({"a": 5, "b": 9}, names=["b", "a"]),
    "arms": lambda: st.Beta(labelled(1, 2), 1, arms=["a", "b"]),
    "start": lambda: st.custom(lambda t: -(t @ t), start=labelled(1, 2), names=["a", "b"]),
    "variances": lambda: st.states(LEVEL, REVERSED),
    "variances of paths": lambda: st.simulate_states(LEVEL, REVERSED, seed=1),
    "R": lambda: OLS.test(COEFFICIENTS),
    "R of Arrow": lambda: OLS.test(pa.table({"x": [0.0], "Intercept": [1.0]})),
    "theta": lambda: OLS.model.loglik(COEFFICIENTS),
    "thetas": lambda: OLS.model.logliks(COEFFICIENTS.to_frame().T),
}


@pytest.mark.parametrize("case", IN_ANOTHER_ORDER)
def test_labels_that_are_not_the_names_are_refused(case):
    with pytest.raises(st.DomainError, match=r"has the labels .* put them into one order, or pass \.to_numpy"):
        IN_ANOTHER_ORDER[case]()


def test_labels_of_a_series_are_the_names():
    prior, model = st.Beta(labelled(1.0, 100.0), 1.0), st.binomial(AB, labelled(10, 10, "ab"))
    by_label = dict(zip(prior.arms, st.posterior(model, prior=prior).mean, strict=True))
    assert by_label == pytest.approx({"a": 105 / 111, "b": 10 / 12})
    prior = st.Dirichlet(labelled(1.0, 100.0))
    posterior = st.posterior(st.multinomial(AB), prior=prior)
    assert dict(zip(posterior.names, posterior.mean, strict=True)) == pytest.approx({"a": 105 / 115, "b": 10 / 115})
    assert st.custom(lambda t: -(t @ t), start=labelled(1, 2)).names == ("b", "a")
    at = COEFFICIENTS[::-1]
    assert OLS.model.loglik(at) == OLS.model.loglik(at.to_numpy())
    assert_allclose(OLS.model.logliks(at.to_frame("row").T), OLS.model.logliks([at.to_numpy()]))
    with pytest.raises(st.IncompatibleError, match="the same labels"):
        st.probability_greater(st.Beta(labelled(1.0, 2.0), 1.0), st.Beta(labelled(1.0, 2.0, "ab"), 1.0))


HALF = "a\udcff"
OF_HALVES = {
    "names": lambda: st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0], names=[HALF]),
    "start": lambda: st.custom(lambda t: -(t @ t), start={HALF: 1.0}),
    "categories": lambda: st.multinomial({HALF: 5, "b": 9}),
    "arms": lambda: st.Beta([1.0, 2.0], 1.0, arms=[HALF, "b"]),
    "components": lambda: st.NormalInverseWishart([1, 2], 1, 4, np.eye(2), names=[HALF, "b"]),
    "results": lambda: st.compare(OLS, OLS, names=[HALF, "b"]),
}


@pytest.mark.parametrize("case", OF_HALVES)
def test_names_with_half_of_a_character_are_refused(case):
    with pytest.raises(st.DomainError, match="half of a character"):
        OF_HALVES[case]()


def test_a_report_under_a_name_that_is_no_text_is_refused(tmp_path):
    with pytest.raises(st.DomainError, match="give another path"):
        st.report(OLS, to=tmp_path / HALF)


def test_durations_are_no_numbers():
    days = np.arange(2).astype("m8[D]")
    for given in (days, list(days), pd.Series(days), pl.Series(days.astype("m8[us]"))):
        with pytest.raises(st.DomainError, match="start="):
            st.custom(lambda t: -(t @ t), start=given)
        with pytest.raises(st.DomainError, match="needs its parameters as numbers"):
            as_theta(given, "a model")


LINE = st.fit(st.ols("y ~ x", TABLE))
COINS = {"b": [0, 1, 0, 1, 1], "x": TABLE["x"]}
COIN = st.fit(st.logistic("b ~ x", COINS))
DRAWN = st.posterior(COIN.model, prior=st.Normal(0, 1), method="importance", draws=50, seed=1)
TIMES = st.posterior(st.exponential_rate([1.0, 2.0]), prior=st.Gamma(2, 1))
WALK = st.fit(st.local_level([1.0, 2.0, 1.5, 3.0, 2.5, 4.0]))
NET = st.fit(st.network("b ~ x", COINS, hidden=[1]), seed=1, solver=st.LBFGS(max_steps=2))
WORDS = {
    "mean": lambda word: LINE.predict(TABLE, kind=word),
    "link": lambda word: COIN.predict(TABLE, kind=word),
    "class": lambda word: COIN.predict(TABLE, kind=word).tolist(),
    "observation": lambda word: DRAWN.predict(TABLE, kind=word, seed=1),
    "null": lambda word: LINE.predict({"x": [1.0, np.nan]}, missing=word),
    "overall": lambda word: LINE.marginal_effects(at=word),
    "pearson": lambda word: LINE.residuals_of(word),
    "profile": lambda word: np.asarray(LINE.interval(kind=word)),
    "hdi": lambda word: np.asarray(BETA.interval(0.9, kind=word)),
    "eti": lambda word: np.asarray(DRAWN.interval(0.9, kind=word)),
    "hdi of a time": lambda word: np.asarray(TIMES.predictive_time().interval(kind=word)),
    "filtered": lambda word: WALK.states(kind=word),
    "tails": lambda word: st.surprise(BETA, kind=word).probability,
    "prior": lambda word: DRAWN.check(np.mean, under=word, seed=1).p_value,
    "exact": lambda word: st.fit(st.ols("y ~ x", TABLE), solver=st.LeastSquares(accuracy=word)).estimate,
    "never": lambda word: st.Newton(subsample=word).subsample,
    "barzilai-borwein": lambda word: st.GradientDescent(step=word).step,
    "relu": lambda word: str(st.network("b ~ x", COINS, hidden=[1], activation=word).perceptron),
    "mean of a network": lambda word: NET.predict(COINS, kind=word),
    "bootstrap": lambda word: (
        st.fit(
            st.network("b ~ x", COINS, hidden=[1]), seed=1, members=2, ensemble=word, solver=st.LBFGS(max_steps=2)
        ).kind
    ),
    "decay": lambda word: st.exponential_filter([1.0, np.nan, 2.0], 0.5, missing=word),
    "lapack": lambda word: st.exponential_filter([1.0, 2.0], 0.5, engine=word),
    "sd": lambda word: repr(st.NormalInverseGamma(0.0, 1.0, 2.0, 2.0).marginal(word)),
}


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_read_whatever_its_capitals_and_joints(word):
    call, word = WORDS[word], word.partition(" of ")[0]
    plain = np.asarray(call(word))
    for written in (word.upper(), f" {word.title()} ", word.replace("-", "_")):
        found = np.asarray(call(written))
        assert found.dtype == plain.dtype
        np.testing.assert_array_equal(found, plain)

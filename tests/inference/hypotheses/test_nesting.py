"""The smaller model within the larger: where it lies there, and which models do not nest."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import chi2

import stattools as st
from stattools.data.files import first_pass
from stattools.data.rows.rows import Rows
from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.hypotheses import likelihood_ratio, score_test, wald
from stattools.inference.hypotheses.nested import embedding, shift_of
from tests.data.files.test_scanned_rows import DATA, write
from tests.inference.hypotheses.test_nested_tests import OUTCOMES, G, N, X, models


def test_embedding_gives_the_same_linear_predictor():
    mixed = X @ G.standard_normal((4, 4)) + 5.0  # the same space in other coordinates
    for kind in ("ols", "softmax"):
        small = st.fit(models(kind)[1])
        full = getattr(st, kind)(OUTCOMES[kind], mixed)
        theta = embedding(full, small.model, small.estimate)
        assert_allclose(full.eta(theta), small.model.eta(small.estimate), atol=1e-11)
        assert_allclose(score_test(small, full).statistic, score_test(small, models(kind)[0]).statistic, rtol=1e-8)


def test_a_fixed_coefficient_as_an_offset():
    """x1 = 0.5 is a hypothesis, and also the smaller model with the offset x1 / 2."""
    y = OUTCOMES["poisson"]
    full = st.poisson(y, X)
    fixed = st.fit(st.poisson(y, X[:, 1:], offset=0.5 * X[:, 0]))
    ratio, score, W = likelihood_ratio(st.fit(full), fixed), score_test(fixed, full), wald(st.fit(full), "x1 = 0.5")
    assert ratio.df == score.df == 1
    assert_allclose([ratio.statistic, score.statistic], W.statistic, rtol=0.1)
    theta = embedding(full, fixed.model, fixed.estimate)
    assert_allclose(theta[1], 0.5, rtol=1e-10)


def refused(full, restricted, message, error=IncompatibleError):
    with pytest.raises(error, match=message):
        likelihood_ratio(full, restricted)
    with pytest.raises(error, match=message):
        score_test(restricted, full.model)


def test_models_that_do_not_nest():
    full, small = (st.fit(m) for m in models("ols"))
    refused(small, full, r"the larger model comes with more coefficients; got 3 in .* and 5 in .* Exchange them")
    other = st.fit(st.ols(OUTCOMES["ols"], np.column_stack([X[:, 0], X[:, 1] ** 2])))
    refused(full, other, r"the models are not nested: 'x2' of y ~ .* is no combination of the columns")
    shifted = st.fit(st.ols(OUTCOMES["ols"], X[:, :2], offset=np.cos(X[:, 0])))
    refused(full, shifted, r"not nested: 'offset' of")
    no_constant = st.fit(st.ols(OUTCOMES["ols"], X, intercept=False))
    intercept = st.fit(st.ols(OUTCOMES["ols"], X[:, :1]))
    refused(no_constant, intercept, r"not nested: 'Intercept' of")


def test_models_of_other_data():
    y = OUTCOMES["ols"]
    full = st.fit(models("ols")[0])
    refused(
        full, st.fit(st.ols(y[1:], X[1:, :2])), r"one has 200 rows and the other 199; fit both to the rows complete"
    )
    refused(full, st.fit(st.ols(y + 1, X[:, :2])), r"the outcomes 'y' and 'y' differ in their values")
    weights = np.tile([1.0, 2.0], N // 2)
    refused(full, st.fit(st.ols(y, X[:, :2], weights=weights)), r"their weights differ")
    refused(full, st.fit(st.ols(y, X[:, :2], precision=weights)), r"their precisions differ")
    binary = st.fit(models("logistic")[1])
    refused(
        full, binary, r"Linear regression has a density and Logistic regression probabilities, which do not compare"
    )
    refused(
        st.fit(models("logistic")[0]), st.fit(st.probit(OUTCOMES["logistic"], X[:, :1])), r"have different likelihoods"
    )
    refused(full, st.fit(st.coin([1, 0])), r"has no rows")
    frame = {"y": y[:6], "x": [1.0, 2.0, None, 4.0, 4.5, 3.0], "z": [3.0, 1.0, 2.0, 5.0, 4.0, 4.0]}
    large, part = st.fit(st.ols("y ~ x + z", frame)), st.fit(st.ols("y ~ z", frame))
    refused(large, part, r"one has 5 rows and the other 6 \(1 and 0 were dropped\)")


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 400)
    write(tmp_path, DATA, [200, 650], 90)
    return st.scan(tmp_path)


PAIRS = [
    (st.logistic, "y ~ x + z + g", "y ~ I(2 * x - z) + I(x + z) + I(g != 'b')", {"weights": "w"}),
    (st.ols, "t ~ x + z", "t ~ I(x - 3 * z)", {}),
    (st.poisson, "c ~ x + log(e)", "c ~ x", {"exposure": "e"}),
    (st.softmax, "g ~ x + z", "g ~ x", {}),
    (st.negative_binomial, "c ~ x + z", "c ~ x", {"dispersion": "~ z"}),
]


@pytest.mark.parametrize("make, full, restricted, options", PAIRS[1:])
def test_tests_between_fits_are_those_in_memory(data, make, full, restricted, options):
    found = []
    for source in (data, DATA):
        large, small = (st.fit(make(formula, source, **options)) for formula in (full, restricted))
        found.append([st.likelihood_ratio(large, small), st.score_test(small, large)])
    for ours, reference in zip(*found, strict=True):
        np.testing.assert_allclose(ours.statistic, reference.statistic, rtol=1e-7)
        assert (ours.df, str(ours)) == (reference.df, str(reference))


def test_an_offset_may_be_among_the_columns(data):
    large = st.fit(st.poisson("c ~ x + log(e)", data))
    small = st.fit(st.poisson("c ~ x", data, exposure="e"))
    assert st.likelihood_ratio(large, small).df == 1


def test_compare_puts_fits_side_by_side(data):
    tables = []
    for source in (data, DATA):
        fits = [st.fit(st.logistic(formula, source)) for formula in ("y ~ x + z", "y ~ x", "y ~ x + C(k)")]
        comparison = st.compare(*fits)
        tables.append(comparison.table())
        assert "not nested" not in str(comparison).split("\n")[-2]
    assert [table.within.fillna("none").tolist() for table in tables] == [["none", "1", "none"]] * 2
    np.testing.assert_allclose(tables[0].lr_statistic, tables[1].lr_statistic, rtol=1e-7)


@pytest.mark.parametrize(
    "make, formula, options, words",
    [
        (st.logistic, "y ~ g", {}, r"880 rows and the other 885, complete in other columns \('x' misses 20; 'g'"),
        (st.logistic, "s ~ x", {}, "may differ in their values"),
        (st.logistic, "y ~ x + z", {"weights": "w"}, "weights differ"),
        (st.ols, "t ~ x", {}, "density"),
    ],
)
def test_what_may_be_other_data_is_refused_with_the_reason(data, make, formula, options, words, tmp_path):
    fit = st.fit(st.logistic("y ~ x", data))
    if formula.startswith("s"):
        make, formula = st.softmax, formula
    with pytest.raises(st.IncompatibleError, match=words):
        st.compare(fit, st.fit(make(formula, data, **options)))


def test_fits_on_files_and_in_memory_are_not_compared(data):
    with pytest.raises(st.IncompatibleError, match="one has its rows in files and the other in memory"):
        st.compare(st.fit(st.logistic("y ~ x", data)), st.fit(st.logistic("y ~ z + x", DATA)))
    with pytest.raises(st.IncompatibleError, match="not nested: 'z'"):
        st.likelihood_ratio(st.fit(st.ols("t ~ x + C(k)", data)), st.fit(st.ols("t ~ x + z", data)))


def test_as_many_rows_are_not_the_same_rows(tmp_path):
    here = DATA.assign(a=DATA.z.mask(DATA.index == 5), b=DATA.z.mask(DATA.index == 700))
    write(tmp_path, here, [], 300)
    data = st.scan(tmp_path)
    with pytest.raises(st.IncompatibleError, match="complete in other columns"):
        st.compare(st.fit(st.ols("t ~ a", data)), st.fit(st.ols("t ~ b + k", data)))


def test_the_difference_of_two_offsets_is_a_column_where_it_is_more_than_round_off():
    X, y = np.ones((3, 1)), np.zeros(3)
    one, other = np.array([1.0, 2.0, -3.0]), np.array([4.0, 2.0 + 4e-16, -3.5])
    np.testing.assert_array_equal(shift_of(Rows(X, y, offset=one), Rows(2.0 * X, y, offset=other)), [3.0, 0.0, -0.5])
    np.testing.assert_array_equal(shift_of(Rows(X, y), Rows(X, y, offset=one)), one)


RANDOM = np.random.default_rng(8)
Y = np.cumsum(RANDOM.normal(size=80)) + RANDOM.normal(size=80)
BESIDE = RANDOM.normal(size=(80, 2))


def test_state_space_models_with_as_many_flat_states_compare_by_aic_without_a_test():
    smooth, linear = st.fit(st.smooth_trend(Y)), st.fit(st.local_linear_trend(Y))
    comparison = st.compare(smooth, linear)
    assert comparison.table()["aic"].tolist() == [smooth.aic, linear.aic]
    assert comparison.tests == (None, None)
    assert "edge of its range" in comparison.notes[0]
    assert "2 fits of y to 80 times" in str(comparison)


def test_other_numbers_of_flat_states_depend_on_units():
    with pytest.raises(IncompatibleError, match="have 79 and 78 terms for 1 and 2 flat states"):
        st.compare(st.fit(st.local_level(Y)), st.fit(st.local_linear_trend(Y)))


def test_regressors_are_tested_by_likelihood_ratio():
    one, two = st.fit(st.local_level(Y, X=BESIDE[:, :1])), st.fit(st.local_level(Y, X=BESIDE))
    test = st.compare(one, two).tests[0]
    assert test is not None
    assert test.p_value == pytest.approx(chi2.sf(2 * (two.loglik - one.loglik), 1), rel=1e-12)


def test_covariates_of_the_weight_are_tested_by_likelihood_ratio():
    one = st.fit(st.exponential_smoothing(Y))
    two = st.fit(st.exponential_smoothing(Y, weights=BESIDE[:, :1]))
    test = st.compare(one, two).tests[0]
    assert test is not None
    assert test.p_value == pytest.approx(chi2.sf(2 * (two.loglik - one.loglik), 1), rel=1e-12)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (st.local_level(Y), st.local_level(Y + 1.0), "differ in their values"),
        (st.local_level(Y), st.local_level(Y[:-1]), "differ in their values"),
        (st.local_level(Y), st.exponential_smoothing(Y), "is diffuse, and that of Exponential smoothing is not"),
        (st.exponential_smoothing(Y), st.ols("y ~ 1", {"y": Y}), "is not of a series"),
        (st.exponential_smoothing(Y), st.exponential_smoothing(Y, initial="first"), "the first value"),
    ],
)
def test_what_does_not_compare(one, other, reason):
    with pytest.raises(IncompatibleError, match=reason):
        st.compare(st.fit(one), st.fit(other))


def test_a_variance_of_zero_has_no_wald_test():
    fit = st.fit(st.local_level(Y))
    with pytest.raises(IdentificationError, match=r"sigma2.level = 0 is the edge of its range"):
        fit.test("sigma2.level")
    assert fit.test("sigma2.level = 1.0").df == 1


@pytest.mark.parametrize("model", [st.local_level(Y), st.exponential_smoothing(Y)])
def test_a_fit_of_a_series_says_why_it_is_not_saved(model, tmp_path):
    with pytest.raises(IncompatibleError, match="save keeps no data, and states and forecasts"):
        st.fit(model).save(tmp_path / "series")

import re

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError

rng = np.random.default_rng(0)
data = pd.DataFrame({"x": rng.normal(size=300), "g": rng.choice(["a", "b"], 300), "r": rng.integers(1, 4, 300)})
data["y"] = np.where(rng.random(300) < 1 / (1 + np.exp(-0.3 * data["x"])), "yes", "no")
data["k"] = rng.poisson(2, 300)
data["m"] = rng.negative_binomial(1, 0.3, 300)
data["c"] = rng.choice(["fig", "kiwi", "plum"], 300)
data["z"] = -2.0 * data["x"] + rng.normal(size=300)


def numbers(sentence):
    return [float(text) for text in re.findall(r"(?<![\w.])-?\d+\.?\d*", sentence)]


@pytest.mark.parametrize(
    "model, beginnings",
    [
        (st.ols("z ~ x", data), ["The mean of z falls by "]),
        (st.ols("z ~ x + C(r)", data), ["The mean of z falls by ", "The mean of z is ", "The mean of z is "]),
        (st.logistic("y ~ x", data), ["The odds that y is yes rise by "]),
        (st.logistic("y ~ g", data), ["The odds that y is yes are "]),
        (st.logistic("k + m ~ x", data), ["The odds of a success "]),
        (st.probit("y ~ x", data), ["The normal score of the probability that y is yes rises by "]),
        (st.poisson("k ~ x", data), ["The expected count of k "]),
        (st.negative_binomial("m ~ x", data), ["The expected count of m "]),
        (st.beta_binomial("m + k ~ x", data), ["The odds of the mean share of successes (m) "]),
        (st.softmax("c ~ x", data), ["The odds of kiwi against fig ", "The odds of plum against fig "]),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_every_family_says_what_each_coefficient_does(model, beginnings):
    said = [sentence for sentence in st.sentences(st.fit(model)) if not sentence.startswith("Overdispersed: ")]
    assert len(said) == len(beginnings)
    for sentence, beginning in zip(said, beginnings, strict=True):
        assert sentence.startswith(beginning)
        assert "95 % Wald interval" in sentence
        assert re.search(r"[tz] = -?\d", sentence)
        assert sentence.endswith(".")
        assert "`" not in sentence


def test_a_change_in_percent_is_that_of_the_factor_and_its_interval():
    fit = st.fit(st.logistic("y ~ x", data))
    change, level, low, high, *_ = numbers(st.sentences(fit, 0.9)[0])
    lower, upper = (float(end[1]) for end in fit.interval(0.9))
    exact = [100 * (np.exp(value) - 1) for value in (fit.estimate[1], lower, upper)]
    assert level == 90
    assert lower < 0.0 < upper
    np.testing.assert_allclose([change, -low, high], exact, atol=0.6)  # whole percents are shown
    assert " % lower and " in st.sentences(fit, 0.9)[0]


def test_a_fall_has_the_interval_of_the_fall():
    fit = st.fit(st.ols("z ~ x", data))
    change, _, low, high, *_ = numbers(st.sentences(fit)[0])
    lower, upper = (float(end[1]) for end in fit.interval())
    np.testing.assert_allclose([change, low, high], [-fit.estimate[1], -upper, -lower], atol=0.01)  # three decimals


def test_a_large_factor_is_told_as_a_factor():
    fit = st.fit(
        st.poisson("k ~ big", {"k": data["k"] * (1 + 4 * (data["g"] == "b")), "big": 1.0 + (data["g"] == "b")})
    )
    assert "is multiplied by a factor of " in st.sentences(fit)[0]
    factor = numbers(st.sentences(fit)[0])[0]
    np.testing.assert_allclose(factor, np.exp(fit.estimate[1]), atol=0.01)


def test_another_covariance_is_named():
    assert "Wald (HC1) interval" in st.sentences(st.fit(st.ols("z ~ x", data), cov="HC1"))[0]


def test_a_ridge_fit_has_no_standard_error():
    fit = st.fit(st.logistic("y ~ x", data), penalty=st.Ridge(1.0))
    assert "(no standard error)" in st.sentences(fit)[0]


@pytest.mark.parametrize(
    "model",
    [st.coin([1, 0, 1, 1]), st.poisson_rate([3, 5, 2]), st.local_level([1.0, 2.0, 1.5, 3.0, 2.0, 2.5, 4.0, 3.0])],
    ids=lambda model: model.kind,
)
def test_other_models_have_one_sentence_without_marks(model):
    said = st.sentences(st.fit(model))
    assert len(said) == 1
    assert "`" not in said[0]
    assert re.search(r"\d", said[0])


def test_what_it_cannot_take_is_said():
    with pytest.raises(IncompatibleError, match="needs a fit"):
        st.sentences(st.coin([1, 0]))  # type: ignore[arg-type]
    with pytest.raises(DomainError):
        st.sentences(st.fit(st.ols("z ~ x", data)), 95)


def test_arrays_have_names_without_meaning():
    fit = st.fit(st.ols(data["z"].to_numpy(), data[["x", "r"]].to_numpy(), names=["a:b", "g[T.c]"]))
    first, second = st.sentences(fit)
    assert "per unit of a:b (" in first
    assert "per unit of g[T.c] (" in second


def test_round_off_of_huge_coefficients_does_not_reach_the_page():
    fit = st.fit(st.ols("big ~ x", data.assign(big=1e13 * data["z"])))
    sentence = st.sentences(fit)[0]
    assert re.search(r"falls by \d\.\d{2,4}e\+13 per unit of x", sentence)
    assert not re.search(r"\d,\d{3},\d{3}", sentence + st.report_table(fit))


def test_names_and_levels_of_several_lines_stay_in_one_sentence():
    table = data.assign(g=np.where(data["g"] == "a", "<b>a\nb</b>", "c\u2028d"))
    sentence = st.sentences(st.fit(st.ols("z ~ g", table)))[0]
    assert "for g c d against g <b>a b</b> (" in sentence


@pytest.mark.parametrize("model, of", [(st.logistic, "y"), (st.poisson, "k"), (st.softmax, "c")])
def test_factors_beyond_float64_are_told_by_their_logarithms(model, of, tmp_path):
    fit = st.fit(model(f"{of} ~ x", data.assign(x=1e-6 * data["x"])))
    sentence = st.sentences(fit)[0]
    row = fit.table().query("term == 'x'").iloc[0]
    assert sentence.startswith("The logarithm of the ")
    found = [
        float(text.replace(",", "")) for text in re.findall(r"(?:by|interval|between|to|and) ([\d,]{3,})", sentence)
    ]
    assert sorted(found) == pytest.approx(sorted(abs(row[["estimate", "lower", "upper"]])), abs=9e3)
    page = st.report(fit, to=tmp_path / "page").read_text()
    assert "| exp(" in page
    assert "logarithm, per unit of `x`" in page


def test_small_effects_are_not_told_as_none_and_wide_intervals_keep_their_ends():
    fit = st.fit(st.logistic("y ~ x", data.assign(x=1e20 * data["x"])))
    assert re.search(
        r"rise by \d(\.\d)?e-\d\d % per unit of x .* interval between \d(\.\d)?e-\d\d % lower and \d",
        st.sentences(fit)[0],
    )
    fit = st.fit(st.logistic("y ~ x", data.assign(x=1e-2 * data["x"])))
    low, high = (float(end) for end in re.findall(r"of the factor (\S+) to (\S+);", st.sentences(fit)[0])[0])
    ends = np.exp(fit.table().iloc[1][["lower", "upper"]].astype(float))
    assert [low, high] == pytest.approx(list(ends), rel=0.03)  # of two digits

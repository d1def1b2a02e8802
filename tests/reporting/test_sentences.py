import re
from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.reporting import sentences
from stattools.reporting.dispersion import dispersion

rng = np.random.default_rng(7)
table = {"x": rng.normal(size=90), "z": rng.normal(size=90), "g": np.array(["u", "v", "w"] * 30)}
table |= {"y": rng.normal(size=90) + 3.0 * table["x"], "k": rng.poisson(np.exp(0.8 * table["x"]))}
table |= {"b": np.where(rng.random(90) < 0.5, "yes", "no")}
table |= {"m": rng.poisson(2.0, size=90)}
ols, poisson = st.fit(st.ols("y ~ x + z", table)), st.fit(st.poisson("k ~ x", table))


def test_the_conclusion_tells_every_term():
    row = ols.table().set_index("term").loc["x"]
    said = sentences.conclusion(ols, st.validate(ols))
    assert f"the mean of `y` is {row['estimate']:.3f} higher (95 % interval: {row['lower']:.3f} to " in said
    assert "; the data show no clear effect of `z` (95 % interval: between " in said
    assert said.endswith("speaks against it; statsmodels computes the same numbers.")


def test_a_rate_is_told_as_a_factor_with_the_interval_of_the_factor():
    factor, lower, upper = np.exp(
        poisson.table().set_index("term").loc["x", ["estimate", "lower", "upper"]].astype(float)
    )
    said = sentences.conclusion(poisson)
    assert f"is {factor:.2f} times as high (95 % interval: {lower:.2f} to {upper:.2f} times as high) per" in said


def test_alpha_is_told_beside_its_logarithm_and_is_never_the_clearest_coefficient():
    counts = np.random.default_rng(1).negative_binomial(20, 0.2, size=90)  # log alpha near -3, far from 0
    fit = st.fit(st.negative_binomial("k ~ x", {**table, "k": counts}))
    assert abs(fit.table()["statistic"].iloc[-1]) > abs(fit.table()["statistic"].iloc[1])
    assert "% lower) per unit of `x`." in sentences.conclusion(fit)
    assert "log alpha" not in sentences.conclusion(fit)
    alpha = np.exp(fit.estimate[-1])
    (said,) = dispersion(fit)
    assert re.search(rf"= {alpha:.5f}\$ ", said)
    assert f"= {1 + alpha * counts.mean():.2f}$ times the mean" in said


def test_trials_are_the_observations_of_grouped_outcomes():
    fit = st.fit(st.logistic("k + m ~ x", table))
    assert (
        f"In {int(table['k'].sum() + table['m'].sum())} trials, the odds that a trial is a success (`k`) are "
        in sentences.conclusion(fit)
    )


def test_a_probit_is_told_on_the_normal_scale():
    fit = st.fit(st.probit("b ~ x", table))
    row = fit.table().iloc[1]
    assert abs(row["statistic"]) < 1.96
    assert "no clear effect of `x` (95 % interval: between " in sentences.conclusion(fit)
    clear = st.fit(st.probit("b ~ x", {**table, "b": table["x"] + rng.normal(size=90) > 0}))
    assert r"on the normal scale, $\Phi^{-1}(p)$ is " in sentences.conclusion(clear)


def test_a_model_without_columns_says_so():
    assert "an intercept and nothing else" in sentences.conclusion(st.fit(st.ols("y ~ 1", table)))


@pytest.mark.parametrize(
    "model, asked",
    [
        (st.ols("y ~ x", table), "How does the mean of `y` depend on `x`? In one formula: `y ~ x`."),
        (st.logistic("b ~ x + z", table), "How do the odds that `b` is `yes` depend on `x` and `z`?"),
        (st.softmax("g ~ x", table), "How do the odds of each category of `g` depend on `x`?"),
        (st.poisson("k ~ 1", table), "What is the expected count of `k`?"),
        (st.probit("b ~ x", table), "How does the probability that `b` is `yes` depend on `x`?"),
        (st.negative_binomial("k ~ x", table), "How does the expected count of `k` depend on `x`?"),
        (st.logistic("k + m ~ x", table), "How do the odds that a trial is a success (`k`) depend on `x`?"),
        (st.custom(lambda t: -float(t @ t), start={"a": 1.0}), "Which values of `a` make the data most probable?"),
        (st.coin([1, 0]), "How probable is a 1, after 1 in 2 flips?"),
        (st.binomial(3, 9), "How probable is a success, after 3 in 9 trials?"),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_the_question_in_words(model, asked):
    assert sentences.question(model).startswith(asked)


def test_a_reference_that_differs_is_quoted_without_its_version():
    agreement = st.validate(ols)
    apart = agreement.rows.assign(difference_in_se=0.5)
    wrong = replace(agreement, rows=apart, ok=False, sentence="statsmodels 0.15.0 OLS differs: 0.5 *standard* errors.")
    assert sentences.verdict(wrong) == r"statsmodels OLS differs: 0.5 \*standard\* errors."
    assert "statsmodels computes" not in sentences.conclusion(ols, wrong)

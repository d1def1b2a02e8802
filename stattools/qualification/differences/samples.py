"""Computations on samples: t tests, sums of squares, contrasts, moments, proportions, ranks, tables of counts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache, partial
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from scipy import optimize, stats

import stattools as st
from stattools.models.samples.tables import ConditionalOdds
from stattools.qualification.differences import public_data

GAINED = {
    "gain": [94, 12, 26, 89, 88, 96, 85, 130, 75, 54, 112, 69, 104, 95, 53, 21]
    + [45, 62, 96, 128, 120, 99, 28, 50, 109, 115, 39, 96, 87, 100, 76, 80],
    "arm": ["placebo"] * 16 + ["treatment"] * 16,
}
PRESSURE = {
    "before": [120, 124, 130, 118, 140, 128, 140, 135, 126, 130, 126, 127],
    "after": [128, 131, 131, 127, 132, 125, 141, 137, 118, 132, 129, 135],
}
TEN = [10.0, 20.0, 30.0, 40.0, 150.0, 160.0, 170.0, 180.0, 190.0, 200.0]


def student() -> Sequence[float]:
    """Degrees of freedom and p-value of the t test with one variance."""
    fit = st.fit(st.ols("gain ~ arm", GAINED))
    return float(fit.t_df), fit.table()["p_value"].iloc[1]


def welch() -> Sequence[float]:
    """Degrees of freedom and p-value of the t test with a variance for each arm."""
    test = st.fit(st.normal("gain ~ arm", GAINED)).test("mean[placebo] = mean[treatment]")
    return test.df_residual, test.p_value


def paired(formula: str) -> Sequence[float]:
    """The t statistic and the p-value of differences about 0."""
    row = st.fit(st.ols(formula, PRESSURE)).table().iloc[0]
    return row["statistic"], row["p_value"]


@cache
def trial() -> st.Fit:
    """Scores after treatment by drug and the score before."""
    return st.fit(st.ols("post ~ pre + drug", public_data.drug_trial()))


def sums_of_squares(*formulas: str) -> Sequence[float]:
    """How much the residual sum of squares falls from each formula to the next."""
    fits = [st.fit(st.ols(formula, public_data.drug_trial())) for formula in formulas]
    left = [float(np.sum(np.square(fit.residuals))) for fit in fits]
    return [before - after for before, after in pairwise(left)]


def each_last() -> Sequence[float]:
    """How much the residual sum of squares falls by the drug, and by the score before, each after the other."""
    both = "post ~ drug + pre"
    return *sums_of_squares("post ~ pre", both), *sums_of_squares("post ~ drug", both)


def disease_tests(kind: Literal["I", "II", "III"], formula: str = "y ~ drug * disease") -> Sequence[float]:
    """F of drug and of disease, of sums of squares of one type."""
    table = st.fit(st.ols(formula, public_data.diseases())).anova(kind)
    return list(table["statistic"][:2])


def treatment_coded() -> Sequence[float]:
    """F of drug and of disease of the coefficients of treatment contrasts: those at the reference of the other."""
    fit = st.fit(st.ols("y ~ drug * disease", public_data.diseases()))
    terms = {
        name: [one for one in fit.names if one.startswith(name) and ":" not in one] for name in ("drug", "disease")
    }
    return [fit.test([f"{one} = 0" for one in terms[name]]).statistic for name in ("drug", "disease")]


def contrast(combination: str, divisor: float) -> Sequence[float]:
    """An estimate, its standard error and its t of a sum of coefficients, divided."""
    test = trial().test(combination)
    estimate, se = float(test.difference[0]) / divisor, float(test.se[0]) / divisor
    return estimate, se, estimate / se


def helmert() -> Sequence[float]:
    """The second of Helmert's contrasts as a coefficient."""
    row = st.fit(st.ols("post ~ pre + C(drug, contr.helmert)", public_data.drug_trial())).table().iloc[3]
    return row["estimate"], row["se"], row["statistic"]


def quantiles(method: Literal["linear", "weibull", "hazen", "averaged_inverted_cdf"]) -> Sequence[float]:
    """The quantiles of ten numbers at 0.25 and 0.4."""
    return np.quantile(TEN, [0.25, 0.4], method=method).tolist()


def rounded(rule: str) -> Sequence[float]:
    """12.5 and 13.5 as whole numbers."""
    return [float(Decimal(text).quantize(Decimal(1), rounding=rule)) for text in ("12.5", "13.5")]


POINTS = [10.0, 17, 17, 18, 15, 10, 14, 13, 29, 25, 12, 30, 34, 12, 11]


def moments(kind: int) -> Sequence[float]:
    """Skewness and kurtosis by the three types of Joanes and Gill (1998)."""
    n, apart = len(POINTS), np.subtract(POINTS, np.mean(POINTS))
    second, third, fourth = (float(np.mean(apart**power)) for power in (2, 3, 4))
    g1, g2 = third / second**1.5, fourth / second**2 - 3.0
    unbiased = np.sqrt(n * (n - 1.0)) / (n - 2.0) * g1, ((n + 1.0) * g2 + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0))
    by_sd = g1 * (1.0 - 1.0 / n) ** 1.5, (g2 + 3.0) * (1.0 - 1.0 / n) ** 2 - 3.0
    return {1: (g1, g2), 2: unbiased, 3: by_sd}[kind]


FLIPS = (520, 1000)
RESPONDERS = (36, 154)


def binomial_p(kind: str) -> Sequence[float]:
    """The p-value of one half, two-sided, from the exact distribution or the normal one."""
    model = st.binomial(*FLIPS)
    if kind == "exact":
        return (st.exact_test(model, 0.5).p_value,)
    evaluation = model.evaluate(np.array([0.5]))
    return (float(stats.chi2.sf(evaluation.score[0] ** 2 / (FLIPS[1] / 0.25), 1)),)


def proportion(kind: str) -> Sequence[float]:
    """An interval of a proportion."""
    interval = st.fit(st.binomial(*RESPONDERS)).interval(kind=kind)
    return float(interval.lower), float(interval.upper)


def mid_p() -> Sequence[float]:
    """Where one-sided mid-p tests reach 2.5 %."""
    model = st.binomial(*RESPONDERS)

    def tail(null: float, side: Literal["greater", "less"]) -> float:
        return st.exact_test(model, null, alternative=side, kind="mid-p").p_value - 0.025

    estimate = RESPONDERS[0] / RESPONDERS[1]
    lower: Any = optimize.brentq(partial(tail, side="greater"), 0.05, estimate, xtol=1e-12)
    upper: Any = optimize.brentq(partial(tail, side="less"), estimate, 0.6, xtol=1e-12)
    return lower, upper


def jeffreys(kind: Literal["hdi", "eti"]) -> Sequence[float]:
    """An interval of the posterior with Jeffreys's prior."""
    interval = st.posterior(st.binomial(*RESPONDERS), prior=st.Beta(0.5, 0.5)).interval(0.95, kind=kind)
    return float(interval.lower), float(interval.upper)


BIRTHS = {
    "weight": [3.99, 3.89, 3.6, 3.73, 3.31, 3.7, 4.08, 3.61, 3.83, 3.41, 4.13, 3.36, 3.54, 3.51, 2.71]
    + [3.18, 2.74, 2.9, 3.27, 3.65, 3.42, 3.23, 2.86, 3.6, 3.65, 3.69, 3.53, 2.38, 2.34],
    "mother": ["no smoker"] * 15 + ["smoker"] * 14,
}
FLOWERS = {
    "width": [3.4, 3.0, 3.4, 3.2, 3.5, 3.1, 2.7, 2.9, 2.7, 2.6, 2.5, 2.5, 3.0, 3.0, 3.1, 3.8, 2.7, 3.3],
    "species": ["setosa"] * 6 + ["versicolor"] * 6 + ["virginica"] * 6,
}


def rank_sum(method: str) -> Sequence[float]:
    """The p-value of a rank sum over all arrangements, or by the normal distribution."""
    return (st.permutation_test("weight ~ mother", BIRTHS, method=method).p_value,)  # type: ignore[arg-type]


def corrected_rank_sum() -> Sequence[float]:
    """The same with 1/2 off the distance of the rank sum from its mean."""
    test = st.permutation_test("weight ~ mother", BIRTHS, method="asymptotic")
    ranks = stats.rankdata(BIRTHS["weight"])
    distance = abs(float(ranks[15:].sum()) - 14 * float(ranks.mean()))
    return (float(2.0 * stats.norm.sf(abs(test.statistic) * (distance - 0.5) / distance)),)


def kruskal_wallis(method: str) -> Sequence[float]:
    """The p-value of three samples' ranks by chi-squared, or over 200,000 arrangements."""
    if method == "asymptotic":
        return (st.permutation_test("width ~ species", FLOWERS, method="asymptotic").p_value,)
    drawn = st.permutation_test("width ~ species", FLOWERS, method="draws", draws=200_000, seed=1)
    return (drawn.p_value,)


def signed_ranks(correction: float) -> Sequence[float]:
    """Wilcoxon's signed ranks by the normal distribution, its statistic moved towards its mean."""
    difference = np.subtract(PRESSURE["after"], PRESSURE["before"])
    test = st.permutation_test("I(after - before) ~ 1", PRESSURE, method="asymptotic")
    kept = difference[difference != 0.0]
    ranks = stats.rankdata(np.abs(kept))
    distance = abs(float(ranks[kept > 0.0].sum()) - 0.5 * float(ranks.sum()))
    return (float(2.0 * stats.norm.sf(abs(test.statistic) * (distance - correction) / distance)),)


BRONCHITIS = np.array([[26, 44], [247, 1002]])
COLDS = (256, 144)
"""Children with a severe cold at 14 only, and at 12 only, of 1,319 (Bland, An Introduction to Medical Statistics)."""


def corrected(correction: float) -> Sequence[float]:
    """Pearson's chi-squared with each cell moved towards its expectation, and its p-value."""
    table = BRONCHITIS
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    statistic = float(np.sum((np.abs(table - expected) - correction) ** 2 / expected))
    return statistic, float(stats.chi2.sf(statistic, 1))


def independence() -> Sequence[float]:
    """The score test of a multinomial, which is Pearson's."""
    test = st.independence(BRONCHITIS)
    return test.statistic, test.p_value


def conditional_odds() -> Sequence[float]:
    """The odds ratio that maximizes the likelihood given the margins."""
    return (float(np.exp(st.fit(st.odds_ratio(BRONCHITIS)).estimate[0])),)


def sample_odds() -> Sequence[float]:
    """The odds ratio of a logistic regression: ad / bc."""
    table = {"x": [1, 1, 0, 0], "y": [1, 0, 1, 0], "n": BRONCHITIS.ravel().tolist()}
    return (float(np.exp(st.fit(st.logistic("y ~ x", table, weights="n")).estimate[1])),)


def mcnemar(correction: float) -> Sequence[float]:
    """(|b - c| - correction)^2 / (b + c) and its p-value: pairs that differ are flips of a coin."""
    b, c = COLDS
    statistic = (abs(b - c) - correction) ** 2 / (b + c)
    return statistic, float(stats.chi2.sf(statistic, 1))


def coin_of_pairs() -> Sequence[float]:
    """The score test that a pair goes either way, from the model's own derivatives."""
    evaluation = st.binomial(COLDS[0], sum(COLDS)).evaluate(np.array([0.5]))
    variance = sum(COLDS) / 0.25
    statistic = float(evaluation.score[0] ** 2 / variance)
    return statistic, float(stats.chi2.sf(statistic, 1))


@cache
def admissions() -> dict[str, list[int] | list[str]]:
    """Admitted or rejected by sex in six departments of Berkeley (Bickel, Hammel & O'Connell 1975)."""
    counts = "512 313 89 19 353 207 17 8 120 205 202 391 138 279 131 244 53 138 94 299 22 351 24 317"
    return {
        "n": [int(count) for count in counts.split()],
        "admitted": ["yes", "no"] * 12,
        "sex": ["m", "m", "f", "f"] * 6,
        "department": [name for name in "ABCDEF" for _ in range(4)],
    }


@cache
def odds_by_department() -> ConditionalOdds:
    """Tables that share an odds ratio."""
    return st.odds_ratio("admitted ~ sex", admissions(), within="department", weights="n")


def mantel_haenszel(correction: float) -> Sequence[float]:
    """The score test of a common odds ratio of one, its root moved towards zero."""
    evaluation = odds_by_department().evaluate(np.array([0.0]))
    score, information = float(evaluation.score[0]), float(evaluation.information[0, 0])
    statistic = (abs(score) - correction) ** 2 / information
    return statistic, float(stats.chi2.sf(statistic, 1))

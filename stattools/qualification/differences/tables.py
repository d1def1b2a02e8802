"""Differences on tables of counts: continuity corrections, odds ratios, pairs, strata."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import numpy as np
from scipy import stats

import stattools as st
from stattools.qualification.differences.difference import Difference, Side
from stattools.qualification.differences.means import SITE

BRONCHITIS = np.array([[26, 44], [247, 1002]])
COLDS = (256, 144)
"""Children with a severe cold at 14 only, and at 12 only, of 1,319 (Bland, An Introduction to Medical Statistics)."""


def corrected(table: Any, correction: float) -> Sequence[float]:
    """Pearson's chi-squared with each cell moved towards its expectation, and its p-value."""
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    statistic = float(np.sum((np.abs(table - expected) - correction) ** 2 / expected))
    return statistic, float(stats.chi2.sf(statistic, 1))


def independence(table: Any) -> Sequence[float]:
    """The score test of a multinomial, which is Pearson's."""
    test = st.independence(table)
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
def admissions() -> dict[str, Any]:
    """Admitted or rejected by sex in six departments of Berkeley (Bickel, Hammel & O'Connell 1975)."""
    counts = "512 313 89 19 353 207 17 8 120 205 202 391 138 279 131 244 53 138 94 299 22 351 24 317"
    return {
        "n": [int(count) for count in counts.split()],
        "admitted": ["yes", "no"] * 12,
        "sex": ["m", "m", "f", "f"] * 6,
        "department": [name for name in "ABCDEF" for _ in range(4)],
    }


@cache
def odds_by_department() -> Any:
    """Tables that share an odds ratio."""
    return st.odds_ratio("admitted ~ sex", admissions(), within="department", weights="n")


def mantel_haenszel(correction: float) -> Sequence[float]:
    """The score test of a common odds ratio of one, its root moved towards zero."""
    evaluation = odds_by_department().evaluate(np.array([0.0]))
    score, information = float(evaluation.score[0]), float(evaluation.information[0, 0])
    statistic = (abs(score) - correction) ** 2 / information
    return statistic, float(stats.chi2.sf(statistic, 1))


TABLES = (
    Difference(
        "Pearson's chi-squared of a table of two by two",
        "independence",
        f"{SITE}r-sas_chi-sq.html",
        "cough and bronchitis of 1,319 children, from the page",
        ("chi-squared", "p"),
        "R and SciPy take Yates's 1/2 off each distance from the expected count unless they are told not to; SAS "
        "prints both, st.independence is the score test and takes nothing off.",
        (
            Side(
                "SAS Chi-Square",
                "as it is",
                ("12.1804", "0.0005"),
                "st.independence(table)",
                partial(independence, BRONCHITIS),
            ),
            Side(
                "R's and SciPy's default",
                "Yates's correction",
                ("11.145", "0.0008424"),
                "the same with 1/2 off each |observed - expected|",
                partial(corrected, BRONCHITIS, 0.5),
                "run",
            ),
        ),
    ),
    Difference(
        "The odds ratio beside Fisher's test",
        "odds_ratio",
        f"{SITE}r-sas_chi-sq.html",
        "cough and bronchitis of 1,319 children, from the page",
        ("odds ratio",),
        "R prints the maximum of the likelihood given the margins, SAS ad / bc, the maximum without that condition. "
        "R's root finder stops early: its last printed digits (2.395190 for 2.395189) are not the root's.",
        (
            Side(
                "R fisher.test",
                "given the margins",
                ("2.3952",),
                "st.fit(st.odds_ratio(table))",
                conditional_odds,
                "run",
            ),
            Side(
                "SAS PROC FREQ, SciPy",
                "ad / bc",
                ("2.3971",),
                'st.fit(st.logistic("y ~ x", table, weights="n"))',
                sample_odds,
                "run",
            ),
        ),
    ),
    Difference(
        "McNemar's test",
        "binomial",
        f"{SITE}r-sas_mcnemar.html",
        "severe colds of 1,319 children at 12 and at 14",
        ("chi-squared", "p"),
        "R's mcnemar.test takes 1 off the difference of the two counts unless it is told not to; SAS and R's coin do "
        "not.",
        (
            Side(
                "SAS, R coin",
                "as it is",
                ("31.36", "2.144e-08"),
                "the score test of st.binomial(b, b + c) at 1/2",
                coin_of_pairs,
                "run",
            ),
            Side(
                "R's default",
                "Edwards's correction",
                ("30.802", "2.857e-08"),
                "the same with 1 off |b - c|",
                partial(mcnemar, 1.0),
                "run",
            ),
        ),
    ),
    Difference(
        "Cochran, Mantel and Haenszel's test",
        "odds_ratio",
        f"{SITE}r-sas_cmh.html",
        "admissions by sex in six departments of Berkeley",
        ("chi-squared", "p"),
        "R's mantelhaen.test takes 1/2 off the sum of the distances unless it is told not to; SAS does not. The test "
        "is the score test of the common odds ratio given the margins.",
        (
            Side(
                "SAS",
                "as it is",
                ("1.5246", "0.2169"),
                'st.fit(st.odds_ratio("admitted ~ sex", table, within="department", weights="n"))',
                partial(mantel_haenszel, 0.0),
                "run",
            ),
            Side(
                "R's default",
                "continuity correction",
                ("1.4269", "0.2323"),
                "the same with 1/2 off the score",
                partial(mantel_haenszel, 0.5),
                "run",
            ),
        ),
    ),
)

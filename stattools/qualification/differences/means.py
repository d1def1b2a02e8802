"""Differences on means: which t test is meant, sums of squares, the scale of a contrast, quantiles, and rounding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache, partial
from itertools import pairwise
from typing import Any, Literal

import numpy as np

import stattools as st
from stattools.qualification.differences import public_data
from stattools.qualification.differences.difference import Difference, Side

SITE = "https://psiaims.github.io/CAMIS/Comp/"

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
def trial() -> Any:
    """Scores after treatment by drug and the score before."""
    return st.fit(st.ols("post ~ pre + drug", public_data.drug_trial()))


def sums_of_squares(*formulas: str) -> Sequence[float]:
    """How much the residual sum of squares falls from each formula to the next."""
    fits = [st.fit(st.ols(formula, public_data.drug_trial())) for formula in formulas]
    left = [float(np.sum(np.square(fit.residuals))) for fit in fits]
    return [before - after for before, after in pairwise(left)]


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


def contrast(combination: str, divisor: float) -> Callable[[], Sequence[float]]:
    """An estimate, its standard error and its t of a sum of coefficients, divided."""

    def compute() -> Sequence[float]:
        test = trial().test(combination)
        estimate, se = float(test.difference[0]) / divisor, float(test.se[0]) / divisor
        return estimate, se, estimate / se

    return compute


def helmert() -> Sequence[float]:
    """The second of Helmert's contrasts as a coefficient."""
    row = st.fit(st.ols("post ~ pre + C(drug, contr.helmert)", public_data.drug_trial())).table().iloc[3]
    return row["estimate"], row["se"], row["statistic"]


def quantiles(method: Any) -> Sequence[float]:
    """The quantiles of ten numbers at 0.25 and 0.4."""
    return np.quantile(TEN, [0.25, 0.4], method=method).tolist()


def rounded(rule: str) -> Sequence[float]:
    """12.5 and 13.5 as whole numbers."""
    return [float(Decimal(text).quantize(Decimal(1), rounding=rule)) for text in ("12.5", "13.5")]


MEANS = (
    Difference(
        "Which t test of two samples is the default",
        "normal",
        f"{SITE}r-sas_ttest_2Sample.html",
        "weight gained in two arms of 16, from the page",
        ("degrees of freedom", "p"),
        "Student's test takes one variance for both arms, Welch's one for each with Satterthwaite's degrees of "
        "freedom.",
        (
            Side(
                "SAS pooled, SciPy's default",
                "one variance",
                ("30", "0.4912306"),
                'st.fit(st.ols("gain ~ arm", table)).table()',
                student,
            ),
            Side(
                "R's default, SAS Satterthwaite",
                "a variance for each arm",
                ("29.69359", "0.4912856"),
                'st.fit(st.normal("gain ~ arm", table)).test("mean[placebo] = mean[treatment]")',
                welch,
            ),
        ),
    ),
    Difference(
        "The paired t test of ratios",
        "ols",
        f"{SITE}r-sas_ttest_Paired.html",
        "12 blood pressures before and after, from the page",
        ("t", "p"),
        "With DIST=LOGNORMAL SAS tests the logarithms, for which R has no option: take them first. (The page cuts p, "
        "0.29725, to 0.2972.)",
        (
            Side(
                "SAS and R, normal",
                "differences",
                ("-1.089648", "0.2992"),
                'st.fit(st.ols("I(before - after) ~ 1", table)).table()',
                partial(paired, "I(before - after) ~ 1"),
            ),
            Side(
                "SAS DIST=LOGNORMAL",
                "differences of logarithms",
                ("1.094185", "0.297"),
                'st.fit(st.ols("I(log(after) - log(before)) ~ 1", table)).table()',
                partial(paired, "I(log(after) - log(before)) ~ 1"),
            ),
        ),
    ),
    Difference(
        "Sums of squares: terms in order, or each last",
        "ols",
        f"{SITE}r-sas_ancova.html",
        "30 patients with one of three drugs, from the page",
        ("drug", "pre"),
        "Type I takes the terms in the order in which they are written, type III each as the last one.",
        (
            Side(
                "R's anova, SAS type I",
                "in order, drug first",
                ("293.6000", "577.8974"),
                "residual sums of squares of st.ols along ~ 1, ~ drug, ~ drug + pre",
                partial(sums_of_squares, "post ~ 1", "post ~ drug", "post ~ drug + pre"),
            ),
            Side(
                "SAS type III, R's car",
                "each last",
                ("68.55371", "577.89740"),
                "residual sums of squares of st.ols without one term and with it",
                lambda: (
                    *sums_of_squares("post ~ pre", "post ~ drug + pre"),
                    *sums_of_squares("post ~ drug", "post ~ drug + pre"),
                ),
            ),
        ),
    ),
    Difference(
        "Sums of squares of type III need contrasts that add to zero",
        "ols",
        "https://psiaims.github.io/CAMIS/R/anova.html",
        "58 blood pressures by drug and disease, unbalanced (example of the SAS manual)",
        ("F of drug", "F of disease"),
        "With R's treatment contrasts the coefficients of a main effect are those at the reference of the other "
        "factor; with contrasts that add to zero they are averages over it, which type III means.",
        (
            Side(
                "R car, contr.sum; SAS type III",
                "type III",
                ("9.0460", "1.8826"),
                'st.fit(st.ols("y ~ drug * disease", table)).anova("III")',
                partial(disease_tests, "III"),
                "run",
            ),
            Side(
                "R car, treatment contrasts",
                "coefficients at the reference",
                ("2.8367", "1.1030"),
                "fit.test of the coefficients of a factor",
                treatment_coded,
                "run",
            ),
            Side(
                "statsmodels typ=2, R car type II",
                "type II",
                ("9.2451", "1.8960"),
                'st.fit(st.ols("y ~ drug * disease", table)).anova()',
                partial(disease_tests, "II"),
                "run",
            ),
            Side(
                "R's anova, SAS type I",
                "type I",
                ("9.4558", "1.8960"),
                'st.fit(st.ols("y ~ drug * disease", table)).anova("I")',
                partial(disease_tests, "I"),
                "run",
            ),
        ),
    ),
    Difference(
        "The scale of a contrast",
        "ols",
        f"{SITE}r-sas_anova.html",
        "30 patients with one of three drugs, from the page",
        ("estimate", "se", "t"),
        "SAS estimates the sum with the weights -1, -1, 2; a coefficient of R's contr.helmert is a sixth of it, with "
        "the same t.",
        (
            Side(
                "SAS ESTIMATE, R emmeans",
                "weights as they are",
                ("6.783", "3.28", "2.07"),
                'st.fit(st.ols("post ~ pre + drug", table)).test("2 * drug[T.E] - drug[T.C] = 0")',
                contrast("2 * drug[T.E] - drug[T.C] = 0", 1.0),
            ),
            Side(
                "R contr.helmert, SAS divisor=6",
                "weights over 6",
                ("1.13055087", "0.5469871", "2.0668695"),
                'st.fit(st.ols("post ~ pre + C(drug, contr.helmert)", table)).table()',
                helmert,
                "run",
            ),
        ),
    ),
    Difference(
        "Quantiles of a sample",
        "posterior",
        f"{SITE}r-sas-summary-stats.html",
        "ten numbers, from the page",
        ("at 0.25", "at 0.4"),
        "SAS averages at a step of the distribution function (type 2 of Hyndman and Fan); R, NumPy and the quantiles "
        "of draws here go along straight lines between the order statistics (type 7).",
        (
            Side(
                "SAS",
                "average at a step (type 2)",
                ("30", "95"),
                'np.quantile(x, [0.25, 0.4], method="averaged_inverted_cdf")',
                partial(quantiles, "averaged_inverted_cdf"),
            ),
            Side(
                "R, NumPy",
                "straight lines (type 7)",
                ("32.5", "106"),
                "np.quantile(x, [0.25, 0.4])",
                partial(quantiles, "linear"),
            ),
        ),
    ),
    Difference(
        "Rounding of a number in the middle",
        "reproduce",
        f"{SITE}r-sas_rounding.html",
        "12.5 and 13.5, after the page",
        ("12.5", "13.5"),
        "SAS rounds a number in the middle away from zero, R and Python to the even digit; st.reproduce and st.audit "
        "take either for the same printed number.",
        (
            Side("SAS", "away from zero", ("13", "14"), "decimal.ROUND_HALF_UP", partial(rounded, ROUND_HALF_UP)),
            Side("R, Python", "to the even digit", ("12", "14"), "round(12.5)", partial(rounded, ROUND_HALF_EVEN)),
        ),
    ),
)

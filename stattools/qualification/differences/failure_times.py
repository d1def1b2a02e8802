"""Differences of regressions of times and of censored outcomes: what is predicted, how the scale is printed, sides."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from scipy import stats

import stattools as st
from stattools.qualification.differences import public_data
from stattools.qualification.differences.difference import Difference, Side
from stattools.qualification.differences.means import SITE

DETECTED = {
    "y": [8.0] * 4 + [8.9, 9.5, 9.9, 10.3, 11.0, 11.2, 8.0, 9.2, 9.9, 10.0, 10.6, 10.6, 11.3, 11.8, 12.9, 13.0],
    "below": [1] * 4 + [0] * 6 + [1] + [0] * 9,
    "arm": ["A"] * 10 + ["B"] * 10,
}


@cache
def weibull() -> Any:
    """Days until death of 26 patients."""
    return st.fit(st.aft("survival(days, died) ~ age + residual + rx", public_data.ovarian()))


def predicted(kind: str) -> Callable[[], Sequence[float]]:
    """Times of the first two patients."""

    def compute() -> Sequence[float]:
        if kind == "location":
            return [float(one) for one in weibull().predict(kind="quantile", p=1.0 - math.exp(-1.0))[:2]]
        return [float(one) for one in weibull().predict(kind=kind)[:2]]

    return compute


def scale(logarithm: bool) -> Callable[[], Sequence[float]]:
    """The scale of log time."""

    def compute() -> Sequence[float]:
        found = float(weibull().estimate[-1])
        return (found if logarithm else math.exp(found),)

    return compute


def tobit(alternative: str) -> Callable[[], Sequence[float]]:
    """Difference of the arms, its standard error and the p-value of a regression whose outcome is censored below 8.

    A normal outcome is the logarithm of a log-normal one: between 0 and exp(8) where it was below the limit.
    """

    def compute() -> Sequence[float]:
        pairs = list(zip(DETECTED["y"], DETECTED["below"], strict=True))
        table = {
            "low": [0.0 if below else math.exp(y) for y, below in pairs],
            "high": [math.exp(y) for y, _ in pairs],
            "arm": DETECTED["arm"],
        }
        fit = st.fit(st.aft('survival(low, high, type="interval") ~ arm', table, distribution="lognormal"))
        row = fit.table().iloc[1]
        upper = float(stats.norm.sf(row["statistic"]))
        return row["estimate"], row["se"], upper if alternative == "greater" else row["p_value"]

    return compute


FAILURE_TIMES = (
    Difference(
        "Times that a Weibull regression predicts",
        "aft",
        f"{SITE}r-sas_survival_aft.html",
        "26 patients with ovarian cancer, from the page",
        ("first patient", "second patient"),
        "SAS predicts the median. R's default is exp(x'b), which the page calls a mean: it is the quantile at 1 - 1/e.",
        (
            Side(
                "SAS, R type=quantile",
                "median",
                ("165.1814", "143.1874"),
                'fit.predict(kind="median")',
                predicted("median"),
                "run",
            ),
            Side(
                "R's default",
                "exp(x'b)",
                ("199.7201", "173.1273"),
                'fit.predict(kind="quantile", p=1 - exp(-1))',
                predicted("location"),
                "run",
            ),
        ),
    ),
    Difference(
        "The scale of a Weibull regression",
        "aft",
        f"{SITE}r-sas_survival_aft.html",
        "26 patients with ovarian cancer, from the page",
        ("scale",),
        "SAS prints sigma of log T = x'b + sigma W, R and the page of a fit here its logarithm.",
        (
            Side("SAS", "sigma", ("0.5181",), "exp of the last estimate", scale(False)),
            Side("R", "log sigma", ("-0.6577",), 'the row "log scale"', scale(True)),
        ),
    ),
    Difference(
        "A censored normal regression (tobit), two-sided or one-sided",
        "aft",
        f"{SITE}r-sas_tobit.html",
        "20 measurements, five below the limit of 8, from the page",
        ("difference", "se", "p"),
        "LIFEREG, survreg and censReg have one maximum and one information; SAS's UPPER asks one side of it.",
        (
            Side(
                "SAS, R survreg, censReg",
                "two-sided",
                ("1.8225", "0.8061", "0.0238"),
                'st.aft(\'survival(low, high, type="interval") ~ arm\', table, distribution="lognormal") of exp(y)',
                tobit("two-sided"),
            ),
            Side(
                "SAS UPPER",
                "one-sided",
                ("1.8225", "0.8061", "0.0119"),
                "the upper tail of the same statistic",
                tobit("greater"),
            ),
        ),
    ),
)

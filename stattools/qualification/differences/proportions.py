"""Differences on one proportion: which test, and which test is turned round to make an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from scipy import optimize, stats

import stattools as st
from stattools.qualification.differences.difference import Difference, Side
from stattools.qualification.differences.means import SITE

FLIPS = (520, 1000)
RESPONDERS = (36, 154)


def binomial_p(kind: str) -> Sequence[float]:
    """The p-value of one half, two-sided, from the exact distribution or the normal one."""
    model = st.binomial(*FLIPS)
    if kind == "exact":
        return (st.exact_test(model, 0.5).p_value,)
    evaluation = model.evaluate(np.array([0.5]))
    return (float(stats.chi2.sf(evaluation.score[0] ** 2 / (FLIPS[1] / 0.25), 1)),)


def proportion(kind: str) -> Callable[[], Sequence[float]]:
    """An interval of a proportion."""

    def compute() -> Sequence[float]:
        interval = st.fit(st.binomial(*RESPONDERS)).interval(kind=kind)
        return float(interval.lower), float(interval.upper)

    return compute


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


PROPORTIONS = (
    Difference(
        "The test of a proportion",
        "binomial",
        f"{SITE}r-sas_binomial_test.html",
        "520 heads of 1,000 flips, from the page",
        ("p",),
        "The exact test adds up the binomial distribution; SAS's default, asymptotic one takes the normal distribution "
        "with the variance under the hypothesis, a score test, though the page calls it Wald's.",
        (
            Side(
                "R binom.test, SAS EXACT",
                "exact",
                ("0.2174",),
                "st.exact_test(st.binomial(520, 1000))",
                partial(binomial_p, "exact"),
            ),
            Side(
                "SAS's default, R prop.test(correct=FALSE)",
                "normal, variance at 1/2",
                ("0.2059",),
                "st.fit(st.binomial(520, 1000))",
                partial(binomial_p, "score"),
            ),
        ),
    ),
    Difference(
        "Intervals of a proportion",
        "binomial",
        f"{SITE}r-sas_ci_for_prop.html",
        "36 responders of 154, from the page",
        ("lower", "upper"),
        "Each name is another test turned round: Wald's at the estimate, Wilson's score test, the exact test, the "
        "exact test with half of the probability of what was seen. (The page prints an eighth digit of the mid-p "
        "limits, where the upper one of SAS is 3 and the root's 2.)",
        (
            Side(
                "SAS's first",
                "Wald",
                ("0.1669", "0.3006"),
                'fit.interval(kind="wald")',
                proportion("wald"),
                "run",
            ),
            Side(
                "SAS CL=WILSON, R prop.test(correct=FALSE)",
                "Wilson",
                ("0.17390", "0.30659"),
                'fit.interval(kind="wilson")',
                proportion("wilson"),
            ),
            Side(
                "SAS's second, R binom.test",
                "Clopper and Pearson",
                ("0.16941534", "0.30864897"),
                'fit.interval(kind="clopper-pearson")',
                proportion("clopper-pearson"),
                "run",
            ),
            Side(
                "SAS CL=MIDP",
                "mid-p",
                ("0.1720013", "0.3054588"),
                'where st.exact_test(model, null, kind="mid-p") reaches 2.5 % on each side',
                mid_p,
            ),
        ),
    ),
    Difference(
        "Jeffreys's interval of a proportion",
        "posterior",
        f"{SITE}r-sas_ci_for_prop.html",
        "36 responders of 154, from the page",
        ("lower", "upper"),
        "SAS and R's cardx leave 2.5 % of the posterior out at each end, though the page calls it the highest density; "
        "the interval of highest density is the shortest, and the default of posteriors here.",
        (
            Side(
                "SAS CL=JEFFREYS, R qbeta",
                "equal tails",
                ("0.172282306", "0.305148350"),
                'st.posterior(st.binomial(36, 154), prior=st.Beta(0.5, 0.5)).interval(0.95, kind="eti")',
                partial(jeffreys, "eti"),
                "run",
            ),
            Side(
                "R, the shortest of qbeta",
                "highest density",
                ("0.1701589", "0.3027228"),
                "st.posterior(st.binomial(36, 154), prior=st.Beta(0.5, 0.5)).interval(0.95)",
                partial(jeffreys, "hdi"),
                "run",
            ),
        ),
    ),
)

"""Computations on times: bands, quantiles and ends of curves, tied times, robust errors, censored outcomes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import numpy as np
from scipy import stats

import stattools as st
from stattools.qualification.differences import public_data

TEN = {"time": [54, 75, 77, 84, 87, 92, 103, 105, 112, 118], "event": [1] * 5 + [0] * 5}


def curve(band: Literal["log-log", "log"] = "log-log") -> Any:
    """Five events, then five that are censored."""
    return st.kaplan_meier("survival(time, event) ~ 1", TEN, band=band)


def limits(band: Literal["log-log", "log"]) -> Sequence[float]:
    """The band at the fifth event, and where it crosses one half from below."""
    found = curve(band)
    row, median = found.table().iloc[4], found.quantile(0.5).iloc[0]
    return row["lower"], row["upper"], median["lower"]


def first_at_half() -> Sequence[float]:
    """The first time at which the curve is at one half or below."""
    return (float(curve().quantile(0.5)["time"].iloc[0]),)


def middle_of_the_step() -> Sequence[float]:
    """The middle between the first time at one half and the last time that is known to be there."""
    table = curve().table()
    flat = table["time"][np.isclose(table["survival"], 0.5)]
    return (0.5 * (float(flat.iloc[0]) + float(flat.iloc[-1])),)


def first_below_half() -> Sequence[float]:
    """The first time at which the curve is below one half."""
    table = curve().table()
    below = table["time"][table["survival"] < 0.5 - 1e-12]
    return (float(below.iloc[0]) if len(below) else math.inf,)


def carried_on(last: bool) -> Sequence[float]:
    """Survival at 120, after the last time: as it was, or not known."""
    row = curve().table().iloc[-1]
    return (row["survival"], row["lower"], row["upper"]) if last else (math.inf,) * 3


@cache
def tumours(ties: Literal["efron", "breslow"], cov: str = "information") -> st.CoxFit:
    """Recurrences of tumours of 85 patients by treatment, size and number (Andersen and Gill's model)."""
    cluster = "id" if cov == "persons" else None
    formula = "survival(start, stop, event) ~ rx + size + number"
    model = st.cox(formula, public_data.bladder(), ties=ties, cluster=cluster)
    return st.fit(model) if cov != "rows" else st.fit(model, cov="HC0")


def ratio(ties: Literal["efron", "breslow"]) -> Sequence[float]:
    """The hazard ratio of the treatment and the standard error of its logarithm."""
    row = tumours(ties).table(exponentiate=True).iloc[0]
    return row["estimate"], row["se_log"]


def robust(cov: str) -> Sequence[float]:
    """Hazard ratio, standard error of its logarithm, p-value and interval with one covariance."""
    row = tumours("breslow", cov).table(exponentiate=True).iloc[0]
    return [row[name] for name in ("estimate", "se_log", "p_value", "lower", "upper")]


DETECTED = {
    "y": [8.0] * 4 + [8.9, 9.5, 9.9, 10.3, 11.0, 11.2, 8.0, 9.2, 9.9, 10.0, 10.6, 10.6, 11.3, 11.8, 12.9, 13.0],
    "below": [1] * 4 + [0] * 6 + [1] + [0] * 9,
    "arm": ["A"] * 10 + ["B"] * 10,
}


@cache
def weibull() -> st.Fit:
    """Days until death of 26 patients."""
    return st.fit(st.aft("survival(days, died) ~ age + residual + rx", public_data.ovarian()))


def predicted(kind: str) -> Sequence[float]:
    """Times of the first two patients."""
    if kind == "location":
        return [float(one) for one in weibull().predict(kind="quantile", p=1.0 - math.exp(-1.0))[:2]]
    return [float(one) for one in weibull().predict(kind=kind)[:2]]


def scale(logarithm: bool) -> Sequence[float]:
    """The scale of log time."""
    found = float(weibull().estimate[-1])
    return (found if logarithm else math.exp(found),)


def tobit(alternative: str) -> Sequence[float]:
    """Difference of the arms, its standard error and the p-value of a regression whose outcome is censored below 8.

    A normal outcome is the logarithm of a log-normal one: between 0 and exp(8) where it was below the limit.
    """
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

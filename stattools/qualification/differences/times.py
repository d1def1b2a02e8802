"""Differences of survival analysis: bands, quantiles and ends of curves, tied times, and robust errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal

import numpy as np

import stattools as st
from stattools.qualification.differences import public_data
from stattools.qualification.differences.difference import NOT_REACHED, Difference, Side
from stattools.qualification.differences.means import SITE

TEN = {"time": [54, 75, 77, 84, 87, 92, 103, 105, 112, 118], "event": [1] * 5 + [0] * 5}


def curve(band: Literal["log-log", "log"] = "log-log") -> Any:
    """Five events, then five that are censored."""
    return st.kaplan_meier("survival(time, event) ~ 1", TEN, band=band)


def limits(band: Literal["log-log", "log"]) -> Callable[[], Sequence[float]]:
    """The band at the fifth event, and where it crosses one half from below."""

    def compute() -> Sequence[float]:
        found = curve(band)
        row, median = found.table().iloc[4], found.quantile(0.5).iloc[0]
        return row["lower"], row["upper"], median["lower"]

    return compute


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


def carried_on(last: bool) -> Callable[[], Sequence[float]]:
    """Survival at 120, after the last time: as it was, or not known."""

    def compute() -> Sequence[float]:
        row = curve().table().iloc[-1]
        return (row["survival"], row["lower"], row["upper"]) if last else (math.inf,) * 3

    return compute


@cache
def tumours(ties: Literal["efron", "breslow"], cov: str = "information") -> Any:
    """Recurrences of tumours of 85 patients by treatment, size and number (Andersen and Gill's model)."""
    cluster = "id" if cov == "persons" else None
    formula = "survival(start, stop, event) ~ rx + size + number"
    model = st.cox(formula, public_data.bladder(), ties=ties, cluster=cluster)
    return st.fit(model) if cov != "rows" else st.fit(model, cov="HC0")


def ratio(ties: Literal["efron", "breslow"]) -> Callable[[], Sequence[float]]:
    """The hazard ratio of the treatment and the standard error of its logarithm."""

    def compute() -> Sequence[float]:
        row = tumours(ties).table(exponentiate=True).iloc[0]
        return row["estimate"], row["se_log"]

    return compute


def robust(cov: str) -> Callable[[], Sequence[float]]:
    """Hazard ratio, standard error of its logarithm, p-value and interval with one covariance."""

    def compute() -> Sequence[float]:
        row = tumours("breslow", cov).table(exponentiate=True).iloc[0]
        return [row[name] for name in ("estimate", "se_log", "p_value", "lower", "upper")]

    return compute


TIMES = (
    Difference(
        "The band of Kaplan and Meier's curve",
        "kaplan_meier",
        f"{SITE}r-sas_survival.html",
        "ten times, from the page",
        ("lower at 100", "upper at 100", "lower of the median"),
        "SAS and lifelines take the band on the scale of log(-log S), R on that of log S.",
        (
            Side(
                "SAS, R conf.type=log-log",
                "log-log",
                ("0.184", "0.753", "54"),
                "st.kaplan_meier(formula, table)",
                limits("log-log"),
            ),
            Side(
                "R's default, SAS conftype=log",
                "log",
                ("0.269", "0.929", "77"),
                'st.kaplan_meier(formula, table, band="log")',
                limits("log"),
                "run",
            ),
        ),
    ),
    Difference(
        "The median of a curve that is flat at one half",
        "kaplan_meier",
        f"{SITE}r-sas_survival.html",
        "ten times, from the page",
        ("median",),
        "R takes the middle of the flat piece, SAS the first time below one half, which there is none; "
        "st.kaplan_meier the first time at one half or below.",
        (
            Side(
                "R",
                "middle of the flat piece",
                ("102.5",),
                "the middle of its times in curves.table()",
                middle_of_the_step,
            ),
            Side(
                "SAS",
                "first time below",
                (NOT_REACHED,),
                "the first survival < 0.5 in curves.table()",
                first_below_half,
            ),
            Side("here", "first time at or below", ("87",), "curves.quantile(0.5)", first_at_half, "run"),
        ),
    ),
    Difference(
        "Survival after the last time",
        "kaplan_meier",
        f"{SITE}r-sas_survival.html",
        "ten times, from the page",
        ("at 120", "lower", "upper"),
        "The last patient was censored at 118: SAS says that nothing is known at 120, R with extend=TRUE carries the "
        "curve on, and curves.table() ends at 118.",
        (
            Side(
                "R extend=TRUE",
                "as at 118",
                ("0.5", "0.184", "0.753"),
                "the last row of curves.table()",
                carried_on(True),
            ),
            Side("SAS", "not known", (NOT_REACHED,) * 3, "no row of curves.table()", carried_on(False)),
        ),
    ),
    Difference(
        "Tied times of Cox's regression",
        "cox",
        f"{SITE}r-sas_recurrent_events.html",
        "recurrences of tumours of 85 patients (bladder2 of R's survival), from the page",
        ("hazard ratio of rx", "se of its log"),
        "SAS's default is Breslow's approximation of tied times, R's and lifelines' Efron's.",
        (
            Side(
                "SAS, R ties=breslow",
                "Breslow",
                ("0.6314156", "0.19995962"),
                'st.cox(formula, table, ties="breslow")',
                ratio("breslow"),
                "run",
            ),
            Side(
                "R's default, SAS ties=efron",
                "Efron",
                ("0.6283318", "0.19973219"),
                "st.cox(formula, table)",
                ratio("efron"),
                "run",
            ),
        ),
    ),
    Difference(
        "Robust errors by rows or by persons",
        "cox",
        f"{SITE}r-sas_recurrent_events.html",
        "recurrences of tumours of 85 patients (bladder2 of R's survival), from the page",
        ("hazard ratio of rx", "se of its log", "p", "lower", "upper"),
        "The original model of Andersen and Gill has a sandwich of rows, the improved one (Lin, Wei, Yang and Ying) of "
        "persons.",
        (
            Side(
                "SAS covs, R robust=TRUE",
                "rows",
                ("0.631", "0.229", "0.0447", "0.403", "0.989"),
                'st.fit(st.cox(..., ties="breslow"), cov="HC0")',
                robust("rows"),
            ),
            Side(
                "SAS covs(aggregate), R cluster=id",
                "persons",
                ("0.631", "0.258", "0.0747", "0.381", "1.047"),
                'st.fit(st.cox(..., ties="breslow", cluster="id"))',
                robust("persons"),
            ),
        ),
    ),
)

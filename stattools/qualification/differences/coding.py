"""Differences in what a coefficient is of: the coding of a factor, its reference, and which outcome is the event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import stattools as st
from stattools.qualification.differences import public_data
from stattools.qualification.differences.difference import Difference, Side


def of_sex(formula: str, row: int = 1) -> Callable[[], Sequence[float]]:
    """Intercept and coefficient of sex in a coding."""

    def compute() -> Sequence[float]:
        table = public_data.lung()
        named = {"lost": table["lost"], "kept": [1 - one for one in table["lost"]], "sex": _levels(table["sex"])}
        fit = st.fit(st.logistic(formula, named))
        return float(fit.estimate[0]), float(fit.estimate[row])

    return compute


def _levels(codes: Any) -> list[str]:
    return [f"{int(code)}" for code in codes]


CODING = (
    Difference(
        "How a factor is coded, and which level is the reference",
        "logistic",
        "https://psiaims.github.io/CAMIS/SAS/logistic-regr.html",
        "weight loss of 170 patients by sex",
        ("intercept", "sex"),
        "R and statsmodels compare with the first level; PROC LOGISTIC codes 1 and -1 about the mean of the levels, "
        "the last of them being -1, so that its coefficient is half of the difference.",
        (
            Side(
                "R, statsmodels",
                "treatment, first level",
                ("1.2164", "-0.6809"),
                'st.logistic("lost ~ sex", table)',
                of_sex("lost ~ sex"),
                "run",
            ),
            Side(
                "SAS PARAM=REF (R relevel)",
                "treatment, last level",
                ("0.5355", "0.6809"),
                'st.logistic("lost ~ C(sex, levels=[2, 1])", table)',
                of_sex('lost ~ C(sex, levels=["2", "1"])'),
                "run",
            ),
            Side(
                "SAS's default (R contr.sum)",
                "effects about the mean",
                ("0.8760", "0.3404"),
                'st.logistic("lost ~ C(sex, contr.sum)", table)',
                of_sex("lost ~ C(sex, contr.sum)"),
                "run",
            ),
        ),
    ),
    Difference(
        "Which outcome is the event",
        "logistic",
        "https://psiaims.github.io/CAMIS/SAS/logistic-regr.html",
        "weight loss of 170 patients by sex",
        ("intercept", "sex"),
        "PROC LOGISTIC takes the first outcome in order for the event unless EVENT= is given, R's glm the second: "
        "every sign is the other one.",
        (
            Side(
                "R, statsmodels",
                "probability of the second",
                ("1.2164", "-0.6809"),
                'st.logistic("lost ~ sex", table)',
                of_sex("lost ~ sex"),
                "run",
            ),
            Side(
                "SAS's default (R with 1 - y)",
                "probability of the first",
                ("-1.2164", "0.6809"),
                'st.logistic("kept ~ sex", table)',
                of_sex("kept ~ sex"),
                "run",
            ),
        ),
    ),
)

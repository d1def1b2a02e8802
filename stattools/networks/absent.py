"""What regressions have and networks have not, and what to use instead.

A network's units can be exchanged and its maximum is not unique, so that neither standard errors nor a count of free
parameters mean anything; there is no information matrix on purpose.
"""

from __future__ import annotations

from typing import NoReturn

from stattools.errors import AbsentError

UNCERTAINTY = "st.fit(model, members=...) for the spread of an ensemble, and log_score and calibration of new rows"
CRITERIA = "st.held_out(fits, data=new_rows), log scores of rows that none of the fits has seen"
ABSENT = {
    "se": ("standard errors", UNCERTAINTY),
    "covariance": ("covariance of its parameters", UNCERTAINTY),
    "information": ("information matrix", UNCERTAINTY),
    "interval": ("confidence intervals", UNCERTAINTY),
    "table": ("table of coefficients", "predict, log_score and calibration, or " + UNCERTAINTY),
    "test": ("tests of its parameters", CRITERIA),
    "marginal_effects": ("standard errors for effects", "predict at the rows to be compared"),
    "contrasts": ("standard errors for contrasts", "predict at the rows to be compared"),
    "aic": ("AIC", CRITERIA),
    "bic": ("BIC", CRITERIA),
    "df": ("degrees of freedom", CRITERIA),
}


def refuse(name: str, title: str) -> NoReturn:
    """AbsentError for what a network lacks on purpose, AttributeError for any other name."""
    if name not in ABSENT:
        raise AttributeError(f"a trained network has no attribute {name!r}.")
    what, instead = ABSENT[name]
    raise AbsentError(
        f"{title} has no {what}: its units can be exchanged, so its maximum is not unique and standard errors mean "
        f"nothing. Use {instead}."
    )

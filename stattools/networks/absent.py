"""What regressions have and networks have not, and what to use instead.

A network's units can be exchanged and its maximum is not unique, so that neither standard errors nor a count of free
parameters mean anything; there is no information matrix on purpose.
"""

from __future__ import annotations

from typing import Any, NoReturn

from stattools.errors import AbsentError, IncompatibleError
from stattools.inference.needs import Need
from stattools.interface.names.guesses import absent

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


def labels(fit: Any, name: str) -> None:
    """An outcome with labels."""
    if fit.labels is None:
        raise IncompatibleError(f"{fit.model.outcome_name!r} has no classes, and no {name}; log_score is for all.")


NEEDS: dict[str, tuple[Need, ...]] = dict.fromkeys(
    ("accuracy", "confusion", "brier", "calibration", "calibrated", "check"), (labels,)
)
"""What questions of a trained network need, see `stattools/inference/needs.py`."""


def refuse(fit: Any, name: str) -> NoReturn:
    """AbsentError for what a network lacks on purpose, whoever's name it is, or with what any other name may mean."""
    from stattools.interface.names.answers import our_attribute  # the tables are read for an error only

    known = name if name in ABSENT or name.startswith("_") else our_attribute(name)
    if known not in ABSENT:
        absent(fit, name)
    what, instead = ABSENT[known]
    raise AbsentError(
        f"{fit.model.title} has no {what}: its units can be exchanged, so its maximum is not unique and standard "
        f"errors mean nothing. Use {instead}."
    )

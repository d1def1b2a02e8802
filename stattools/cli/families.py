"""The regressions of the command line, and the columns that may stand beside their formula."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from inspect import signature
from typing import Any

import typer


class Family(StrEnum):
    """The regressions that `stattools fit` and `stattools report` know."""

    ols = "ols"
    logistic = "logistic"
    probit = "probit"
    softmax = "softmax"
    poisson = "poisson"
    negative_binomial = "negative_binomial"
    beta_binomial = "beta_binomial"


def taken(family: Callable[..., Any], **columns: str | None) -> dict[str, str]:
    """The columns that were named; wrong usage if the family has no such option."""
    given = {name: column for name, column in columns.items() if column is not None}
    for name in given.keys() - signature(family).parameters.keys():
        raise typer.BadParameter(f"{family.__name__} has no {name}.", param_hint=f"--{name}")
    return given

"""Models that bring how they are fitted: by training from random starts, whose best is kept, or several together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypedDict, Unpack, overload, runtime_checkable

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.penalties import Ridge
from stattools.interface.arguments import described
from stattools.interface.names.answers import about_argument
from stattools.models.questions import AnyModel
from stattools.solvers import LBFGS, Adam


class TrainingOptions(TypedDict, total=False):
    """The options of a training."""

    solver: Adam | LBFGS | None
    level: float
    cov: Any
    penalty: Ridge | None
    seed: int | np.random.Generator
    restarts: int
    ensemble: Literal["deep", "bootstrap"]


TRAINED = "networks, which are trained from random starts"

OF_EFFECTS = 'regressions with random effects, such as st.logistic("y ~ x + (1 | g)", table)'

SPECIAL = {
    "reml": (True, "st.linear_mixed"),
    "df": (None, "st.linear_mixed"),
    "certify": ("auto", "st.linear_mixed"),
    "integral": ("auto", OF_EFFECTS),
    "nodes": (None, OF_EFFECTS),
    "seed": (0, TRAINED),
    "restarts": (1, TRAINED),
    "members": (None, TRAINED),
    "ensemble": ("deep", TRAINED),
}
"""The options that only models of one kind have: their defaults, and what these models are."""


def require_options(model: AnyModel, options: Mapping[str, object]) -> None:
    """IncompatibleError for options that `st.fit` does not have, or that only a training has."""
    for name, value in options.items():
        if name not in SPECIAL:
            raise IncompatibleError(
                about_argument(name, "st.fit", ("solver", "level", "cov", "penalty", *SPECIAL), (), value)
            )
        whose = SPECIAL[name][1]
        if whose is TRAINED:
            is_there = isinstance(model, Trainable)
        else:
            is_there = isinstance(model, AnyModel) and name in model.facts.options
        if not is_there:
            raise IncompatibleError(f"{name}= of st.fit is for {whose}; got it for {described(model)}. Leave it out.")


@runtime_checkable
class Trainable[Best, Together](Protocol):
    """A model that `st.fit` trains: the best of its trainings, or with `members` an ensemble of such."""

    @overload
    def trained(self, *, members: None = None, **training: Unpack[TrainingOptions]) -> Best: ...

    @overload
    def trained(self, *, members: int, **training: Unpack[TrainingOptions]) -> Together: ...

"""Models that bring how they are fitted: by training from random starts, whose best is kept, or several together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypedDict, Unpack, overload, runtime_checkable

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.penalties import Ridge
from stattools.interface.arguments import described
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


OF_TRAINING = ("seed", "restarts", "members", "ensemble")
"""What only a training needs."""

OF_MODELS = {
    "reml": "st.linear_mixed",
    "df": "st.linear_mixed",
    "certify": "st.linear_mixed",
    "integral": 'regressions with random effects, such as st.logistic("y ~ x + (1 | g)", table)',
    "nodes": 'regressions with random effects, such as st.logistic("y ~ x + (1 | g)", table)',
}
"""What only models of one kind have among their `options`, and what makes them."""


def require_options(model: Any, options: Mapping[str, Any]) -> None:
    """IncompatibleError for options that `st.fit` does not have, or that only a training has."""
    for name, value in options.items():
        if name in OF_MODELS:
            if not (isinstance(model, AnyModel) and name in model.options):
                raise IncompatibleError(
                    f"{name}= of st.fit is for {OF_MODELS[name]}; got it for {described(model)}. Leave it out."
                )
            continue
        if name not in OF_TRAINING:
            from stattools.interface.names.answers import about_argument

            ours = ("solver", "level", "cov", "penalty", *OF_TRAINING, *OF_MODELS)
            raise IncompatibleError(about_argument(name, "st.fit", ours, (), value))
        if not isinstance(model, Trainable):
            raise IncompatibleError(
                f"{name}= of st.fit is for networks, which are trained from random starts; got it for "
                f"{described(model)}. Leave it out."
            )


@runtime_checkable
class Trainable[Best, Together](Protocol):
    """A model that `st.fit` trains: the best of its trainings, or with `members` an ensemble of such."""

    @overload
    def trained(self, *, members: None = None, **training: Unpack[TrainingOptions]) -> Best: ...

    @overload
    def trained(self, *, members: int, **training: Unpack[TrainingOptions]) -> Together: ...

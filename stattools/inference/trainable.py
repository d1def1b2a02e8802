"""Models that bring how they are fitted: by training from random starts, whose best is kept, or several together."""

from __future__ import annotations

from typing import Any, Literal, Protocol, TypedDict, Unpack, overload, runtime_checkable

import numpy as np

from stattools.inference.penalties import Ridge
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


@runtime_checkable
class Trainable[Best, Together](Protocol):
    """A model that `st.fit` trains: the best of its trainings, or with `members` an ensemble of such."""

    @overload
    def trained(self, *, members: None = None, **training: Unpack[TrainingOptions]) -> Best: ...

    @overload
    def trained(self, *, members: int, **training: Unpack[TrainingOptions]) -> Together: ...

"""Models that bring how they are fitted: by training from random starts, whose best is kept, or several together."""

from __future__ import annotations

from typing import Any, Literal, Protocol, overload, runtime_checkable

import numpy as np


@runtime_checkable
class Trainable[Best, Together](Protocol):
    """A model that `st.fit` trains: the best of its trainings, or with `members` an ensemble of such."""

    @overload
    def trained(
        self,
        *,
        solver: Any = None,
        level: float = 0.95,
        cov: Any = "information",
        penalty: Any = None,
        seed: int | np.random.Generator = 0,
        restarts: int = 1,
        members: None = None,
        ensemble: Literal["deep"] = "deep",
    ) -> Best: ...

    @overload
    def trained(
        self,
        *,
        solver: Any = None,
        level: float = 0.95,
        cov: Any = "information",
        penalty: Any = None,
        seed: int | np.random.Generator = 0,
        restarts: int = 1,
        members: int,
        ensemble: Literal["deep", "bootstrap"] = "deep",
    ) -> Together: ...

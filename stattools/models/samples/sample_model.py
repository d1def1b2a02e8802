"""What models of counts and measurements answer: those without columns, of one sample or of several arms."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.interface.arrays import Floats
from stattools.models.any_model import AnyModel


@dataclass(frozen=True, eq=False, repr=False)
class Dropped:
    """How many rows of the table of a formula had a missing value, in all and by column; equality does not ask."""

    n_dropped: int = field(default=0, kw_only=True, repr=False, compare=False)
    dropped: dict[str, int] = field(default_factory=dict, kw_only=True, repr=False, compare=False)


class SampleModel(Dropped, AnyModel):
    """A model whose maximum is a formula: `maximum()`, `variance(theta)` of each estimate, `test()` of `null`."""

    has_formula = True
    dim: Any = "arm"
    """What lies side by side where there are several."""
    parameters: Any = ("theta",)
    null: Any = "theta = 1/2"
    variance: Any

    def covariance(self, theta: ArrayLike) -> Floats:
        """The covariance of the estimates, which are independent, shape (m, m)."""
        at = np.asarray(theta, dtype=float)
        return np.diag(np.atleast_1d(self.variance(at[0] if len(at) == 1 else at)))

    def arrays(self) -> dict[str, Any]:
        """What the log-likelihood depends on, for the hash of the data."""
        held = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return {name: values for name, values in held.items() if isinstance(values, np.ndarray)}

"""The ridge penalty, - strength |beta|^2 / 2, on all coefficients but the intercepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.model import Evaluation, Model
from stattools.solvers.solution import Solution

Floats = NDArray[np.float64]

NO_SE = "penalized: no standard errors"
"""What a ridge fit says of its standard errors."""


@dataclass(frozen=True)
class Ridge:
    """Half of `strength` times the squared norm of all coefficients but the intercepts, taken from the log-likelihood.

    A constant column is an intercept, whatever its name. The columns count as they are, unscaled. scikit-learn's `C` is
    1 / strength; for `st.ols`, whose scale is held at 1, `strength` is the `alpha` of its Ridge. The dispersion of a
    negative binomial is left alone. The estimate is the mode of a posterior with prior Normal(0, 1 / sqrt(strength));
    read otherwise it has no standard errors. Raises DomainError unless strength is positive and finite. Source: Hoerl &
    Kennard (1970); le Cessie & van Houwelingen (1992).

    >>> import stattools as st
    >>> from stattools.penalties import maximize
    >>> model = st.ols("y ~ 0 + x", {"y": [1.0, 2.0], "x": [1, 2]})  # x'y / (x'x + 5)
    >>> maximize(model, Ridge(5.0)).estimate.round(9).tolist()
    [0.5]
    """

    strength: float

    def __post_init__(self) -> None:
        number = isinstance(self.strength, int | float | np.number) and not isinstance(self.strength, bool)
        if not (number and np.isfinite(self.strength) and self.strength > 0):
            raise DomainError(
                f"Ridge needs a positive, finite strength, such as 1.0; got {self.strength!r}. Leave penalty= out for "
                "maximum likelihood."
            )

    def check(self, model: Any) -> None:
        """Any model with names will do."""

    def term(self, model: Any, theta: Floats, now: Evaluation, T: Floats, order: int) -> Evaluation:
        """- strength |T theta|^2 / 2 over the penalized coefficients."""
        B = T[_penalized_coefficients(model)]
        beta = B @ theta
        value = -0.5 * self.strength * float(beta @ beta)
        if order == 0:
            return Evaluation(value)
        score = -self.strength * (B.T @ beta)
        return Evaluation(value, score) if order == 1 else Evaluation(value, score, self.strength * (B.T @ B))

    def covariance(self, solution: Solution, model: Any) -> Floats:
        """The inverse of the penalized information: of the posterior at its mode, not of the estimate."""
        return solution.covariance


def _penalized_coefficients(model: Any) -> NDArray[np.bool_]:
    """All but the intercepts, whatever their name, and the parameters that are no coefficients of columns."""
    if not isinstance(model, Model):
        return np.array([name != "Intercept" for name in model.names])
    constant = np.ptp(model.rows.X, axis=0) == 0  # an intercept by another name
    slopes = [term != "Intercept" and not alike for term, alike in zip(model.terms, constant, strict=True)]
    extra = model.predictor.extra
    blocks = (model.predictor.size - len(extra)) // len(slopes)
    return np.array(slopes * blocks + [False] * len(extra))

"""A quadratic and an absolute penalty beside a log-likelihood, and the maximum of the sum.

    l(theta) - theta^T Q theta / 2 - sum_j a_j |theta_j|

Coefficients that the absolute penalty holds at 0 are known from a solution to be checked, and so are the signs of the
others; with both fixed the function is smooth and Newton's method climbs it. Source: Tibshirani (1996), the
Karush-Kuhn-Tucker conditions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.newton_steps import newton_ascent


@dataclass(frozen=True, eq=False)
class Shrinkage:
    """`quadratic` Q (p, p) and `absolute` a (p,); `words` say what it is, `strength` is its size in one number."""

    words: str
    strength: float
    quadratic: Floats
    absolute: Floats

    def slope(self, theta: Floats) -> Floats:
        """The derivative of the penalty; 0 from the absolute part where theta is 0."""
        return self.quadratic @ theta + self.absolute * np.sign(theta)


@dataclass(frozen=True, eq=False)
class Shrunk:
    """A model with a penalty over some coefficients, theta = V gamma; what Newton's steps ask of a model."""

    model: Model
    shrinkage: Shrinkage
    V: Floats
    signs: Floats

    @property
    def title(self) -> str:
        return f"{self.model.title}, penalized"

    @property
    def n(self) -> float:
        return self.model.n

    def evaluate(self, gamma: ArrayLike, order: int = 2) -> Evaluation:
        theta = self.V @ np.asarray(gamma, dtype=float)
        now, Q, a = self.model.evaluate(theta, order), self.shrinkage.quadratic, self.shrinkage.absolute * self.signs
        value = now.loglik - 0.5 * float(theta @ Q @ theta) - float(a @ theta)
        if order == 0:
            return Evaluation(value)
        score = self.V.T @ (now.score - Q @ theta - a)
        return Evaluation(value, score, self.V.T @ (now.information + Q) @ self.V if order == 2 else np.empty(0))

    def dispersion(self, gamma: ArrayLike) -> float:
        return 1.0


def shrunk_maximum(model: Model, shrinkage: Shrinkage, near: Floats) -> Floats:
    """The maximum of the penalized log-likelihood, with the zeros and signs of `near` where a penalty is absolute."""
    held = (near == 0) & (shrinkage.absolute > 0)
    V = np.eye(len(near))[:, ~held] if held.any() else model.standardized()[1]
    target: Any = Shrunk(model, shrinkage, V, np.sign(near))
    return V @ newton_ascent(target, np.linalg.lstsq(V, model.start, rcond=None)[0], 1e-10, 200, "Newton").estimate

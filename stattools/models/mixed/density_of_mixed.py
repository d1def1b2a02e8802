"""What the likelihoods that posteriors of mixed models are made of say as their models do."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from stattools.interface.units import finite_loglik
from stattools.models.any_model import AnyModel
from stattools.models.evaluation import Evaluation


class DensityOfMixed(AnyModel):
    """The likelihood of the mixed model `mixed` in parameters of its own."""

    mixed: Any
    is_concave = False

    @property
    def n(self) -> float:
        """Number of observations."""
        return self.mixed.n

    @property
    def formula(self) -> str:
        """The formula with its random parts."""
        return self.mixed.formula

    @property
    def outcome_name(self) -> str:
        """The outcome as the formula writes it."""
        return self.mixed.outcome_name

    @property
    def counted(self) -> str:
        """How many rows and groups there are, in words."""
        return self.mixed.counted

    def arrays(self) -> dict[str, Any]:
        """What the log-likelihood depends on, for the hash of the data."""
        return self.mixed.arrays()

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2)."""
        raise NotImplementedError

    def loglik(self, theta: ArrayLike) -> float:
        """The log-likelihood; -inf where the outcome is impossible."""
        return finite_loglik(self.evaluate(theta, 0).loglik, self.title)

"""Adam: stochastic gradient ascent whose step in each parameter is scaled by the recent size of its score.

    m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   theta <- theta + rate m_hat / (sqrt(v_hat) + eps)

g is the score of the mean log-likelihood of a batch; m_hat and v_hat are corrected for starting at 0. Weight decay is
decoupled: theta <- (1 - rate decay) theta beside the step. Source: Kingma & Ba, ICLR 2015 (arXiv:1412.6980); Loshchilov
& Hutter, ICLR 2019 (arXiv:1711.05101).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.whole_numbers import LARGEST, whole_number

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8
"""The b1, b2 and eps above, with the values that Kingma & Ba recommend."""

MOST_EPOCHS = 10**6
"""Without validation rows all epochs are made: more than these are a slip of the key that takes days."""


@constructed_by_callers
@dataclass(frozen=True)
class Adam:
    """Mini-batch training of networks: `st.fit(st.network(...), solver=st.Adam(...), seed=...)`.

    `rate` is the step size; `batch` the rows of a step; `epochs` the most passes over the rows; `weight_decay` pulls
    weights, not biases, to zero. A share `validation` of the rows is held out. When their mean log-likelihood has not
    risen for `patience` epochs, training goes back to its best epoch and on with a tenth of the rate; after `slowdowns`
    of these it stops, and keeps the best epoch's parameters. `validation=0` uses all rows and stops after `epochs`, at
    one rate. Raises DomainError for values out of range.

    >>> Adam(rate=0.01)
    Adam(rate=0.01, batch=128, epochs=200, weight_decay=0.0, validation=0.1, patience=5, slowdowns=1)
    """

    rate: float = 1e-3
    batch: int = 128
    epochs: int = 200
    weight_decay: float = 0.0
    validation: float = 0.1
    patience: int = 5
    slowdowns: int = 1
    needs = "a network: a model whose score can be taken over some rows"

    def __post_init__(self) -> None:
        for name, low, high in (("rate", 0.0, np.inf), ("weight_decay", 0.0, np.inf), ("validation", 0.0, 1.0)):
            value = getattr(self, name)
            if not is_number(value) or not (low <= value < high) or (name == "rate" and value == 0):
                raise DomainError(f"Adam needs {name}= between {low:g} and {high:g}; got {quoted(value)}.")
        if self.rate * self.weight_decay >= 1.0:
            raise DomainError(
                "Adam takes the share rate * weight_decay off each weight in every step, and it must be below 1; got "
                f"{self.rate!r} * {self.weight_decay!r}. Use a smaller weight_decay."
            )
        for name, low, high in (
            ("batch", 1, LARGEST),
            ("epochs", 1, MOST_EPOCHS),
            ("patience", 1, LARGEST),
            ("slowdowns", 0, LARGEST),
        ):
            count = whole_number(getattr(self, name), f"{name}= of Adam", at_least=low, at_most=high)
            object.__setattr__(self, name, count)

    def stepper(self, decayed: NDArray[np.bool_], rate: float | None = None) -> Callable[[Floats, Floats], Floats]:
        """A function (theta, score) -> theta that keeps the running moments; `decayed` marks what decay applies to.

        `rate` takes the place of the solver's own.

        >>> move = Adam(rate=0.1).stepper(np.array([False]))
        >>> move(np.zeros(1), np.array([-5.0])).round(6).tolist()  # the first step has the size of the rate
        [-0.1]
        """
        # m / (1 - b1) and v / (1 - b2), to which a score is added as it is: that saves a pass over each.
        first, second, steps = np.zeros(len(decayed)), np.zeros(len(decayed)), 0
        work = np.empty(len(decayed))
        rate = self.rate if rate is None else rate
        shrink = 1.0 - rate * self.weight_decay * decayed if self.weight_decay else None

        def move(theta: Floats, score: Floats) -> Floats:
            # In place: with 100,000 parameters new arrays for each term would take longer than the terms.
            nonlocal first, second, work, steps
            steps += 1
            first *= FIRST
            first += score
            second *= SECOND
            second += np.multiply(score, score, out=work)
            correction = np.sqrt((1.0 - SECOND**steps) / (1.0 - SECOND))
            np.sqrt(second, out=work)
            work += EPSILON * correction
            np.divide(first, work, out=work)
            work *= rate * correction * (1.0 - FIRST) / (1.0 - FIRST**steps)
            return theta + work if shrink is None else shrink * theta + work

        return move

"""What `st.fit` returns, of whatever model.

Rows as a fit sees them that need not be its own: how probable each is, what was expected, and what was observed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_names
from stattools.likelihoods import Gaussian
from stattools.models.model import Model
from stattools.text.faces import Faces


@answers_names
class AnyFit(Faces):
    """A fit: its `model`, and `predict(data)`."""

    model: Any

    def _judged(self, model: Any) -> Judged:
        """The rows of a model like that of this fit, as the fit sees them."""
        raise IncompatibleError(f"{self.model.title} says nothing of single rows that it was not fitted to.")


class Judged(NamedTuple):
    """log p(y_i | x_i) of each row (n,), its mean (n,) or probabilities (n, K), and what was observed on that scale.

    `mean` is None where the likelihood says none.
    """

    loglik: Floats
    mean: Floats | None
    observed: Floats


def row_logliks(model: Model, theta: Floats, scale: float, y: Floats | None = None) -> Floats:
    """log p(y_i | x_i) of each row at theta, beside the scale where the model has one; y is by default its own.

    >>> import stattools as st
    >>> row_logliks(st.ols([1.0, 3.0], [[1.0], [1.0]], intercept=False), np.array([2.0]), 1.0).round(4).tolist()
    [-1.4189, -1.4189]
    """
    eta, y = model.eta(theta), model.rows.y if y is None else y
    if not model.has_scale:
        return model.likelihood.loglik(eta, y)
    root = 1.0 if model.rows.precision is None else np.sqrt(model.rows.precision)
    with np.errstate(over="ignore"):  # so far away that the logarithm is -inf, that of 0
        return Gaussian(scale).loglik(root * eta, root * y) + np.log(root)


def judged(model: Model, theta: Floats, scale: float) -> Judged:
    """The rows of a regression at theta."""
    family, y = model.likelihood, model.rows.y
    try:
        mean, seen = family.mean(model.eta(theta)), family.observed(y)
    except IncompatibleError:  # a likelihood of the caller's, who gave none, or times that were not seen
        mean, seen = None, y
    return Judged(row_logliks(model, theta, scale), mean, seen)

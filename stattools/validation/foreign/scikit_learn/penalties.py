"""What scikit-learn's estimators add to their losses, as a penalty beside our log-likelihoods.

LogisticRegression has C times the sum of losses plus |beta|^2 / 2, which is strength 1 / C; Ridge has alpha beside a
sum of squares; the others divide the loss by n, which makes the strength n alpha. In units of a likelihood with a
dispersion phi that is 1 / phi as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.foreign.description import attributes
from stattools.validation.recipes.likelihoods import Shrinkage, penalized

CHOSEN = {"alpha_": None, "C_": None, "l1_ratio_": None}
"""What cross-validation chose."""


class Addition(NamedTuple):
    """`strength` in all, the `share` of it that is absolute, and the option that it is `said` by."""

    strength: float
    share: float
    said: str


def nothing(last: object, options: Mapping[str, object], n: float) -> Addition:
    """No penalty."""
    return Addition(0.0, 0.0, "none")


def ridge(last: object, options: Mapping[str, object], n: float) -> Addition:
    """Squares of the coefficients, times alpha."""
    alpha = _alpha(last, options)
    return Addition(alpha, 0.0, f"alpha = {alpha:g}")


def lasso(last: object, options: Mapping[str, object], n: float) -> Addition:
    """Absolute coefficients, times alpha for each row."""
    alpha = _alpha(last, options)
    return Addition(n * alpha, 1.0, f"alpha = {alpha:g}")


def elastic_net(last: object, options: Mapping[str, Any], n: float) -> Addition:
    """Absolute and squared coefficients, in the share `l1_ratio`."""
    alpha, chosen = _alpha(last, options), attributes(last, CHOSEN).l1_ratio_
    share = float(options["l1_ratio"] if chosen is None else chosen)
    return Addition(n * alpha, share, f"alpha = {alpha:g}, l1_ratio = {share:g}")


def mean_loss(last: object, options: Mapping[str, Any], n: float) -> Addition:
    """The penalty of the generalized linear models, which divide the loss by the sum of weights."""
    alpha = float(options["alpha"])
    return Addition(n * alpha, 0.0, f"alpha = {alpha:g}")


def stochastic(last: Any, options: Mapping[str, Any], n: float) -> Addition:
    """The penalty of the estimators that learn by stochastic gradient descent."""
    alpha = float(options["alpha"])
    share = SHARES.get(options["penalty"], float(options["l1_ratio"] or 0.0))
    return Addition(0.0 if options["penalty"] is None else n * alpha, share, f"alpha = {alpha:g}")


SHARES = {"l1": 1.0, "l2": 0.0}


def inverse(last: Any, options: Mapping[str, Any], n: float) -> Addition:
    """The penalty of logistic regression; since 1.8 l1_ratio and an infinite C say what `penalty` said before."""
    chosen = attributes(last, CHOSEN)
    C = float(_one(options["C"] if chosen.C_ is None else chosen.C_, "C"))
    told = options.get("l1_ratio") if chosen.l1_ratio_ is None else chosen.l1_ratio_
    kind = options.get("penalty", "deprecated")
    if kind in (None, "none") or not np.isfinite(C):
        return Addition(0.0, 0.0, "none")
    share = SHARES.get(kind)
    if share is None:
        share = 0.0 if told is None or np.ravel(told)[0] is None else float(_one(told, "l1_ratio"))
    return Addition(1.0 / C, share, f"C = {C:g}" + (f", l1_ratio = {share:g}" if 0.0 < share < 1.0 else ""))


def _alpha(last: object, options: Mapping[str, object]) -> float:
    chosen = attributes(last, CHOSEN).alpha_
    return float(_one(options["alpha"] if chosen is None else chosen, "alpha"))


def _one(value: object, name: str) -> Any:
    """The one value that all classes or outcomes have."""
    found = np.unique(np.asarray(value, dtype=float))
    if len(found) != 1:
        raise IncompatibleError(f"audit takes one penalty for all; this fit has {name} = {found.tolist()}.")
    return found[0]


type Adds = Callable[[Any, Mapping[str, Any], float], Addition]


def shrinkage(model: Model, added: Addition, *, free: Floats, theta: Floats, first: Floats | None, phi: float) -> Any:
    """The penalty beside the log-likelihood of the model; None where there is none.

    `free` (columns,) is what a unit of each column's penalty counts, 0 for one that is not penalized. `first` are the
    coefficients of the first of K categories, which theta has the others less, and which are penalized as well.
    """
    strength, share = added.strength / phi, added.share
    if strength == 0.0:
        return None
    words = "an L2 penalty" if share == 0 else "an L1 penalty" if share == 1 else "an elastic-net penalty"
    Q, center = penalized(model, free=free == 0, units=free), 0.0
    if first is not None and share > 0:
        sets = len(theta) // len(first)
        Q, center = np.diag(np.tile(np.square(free), sets)), -np.tile(first, sets)
    a = np.where(np.diagonal(Q) > 0, share * strength * np.sqrt(np.diagonal(Q)), 0.0)
    return Shrinkage(f"{words} ({added.said})", strength, (1.0 - share) * strength * Q, a, center)

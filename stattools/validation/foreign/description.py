"""The neutral description of somebody's fit, and how the arrays in it become one of our models."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.regressions.counts import negative_binomial, poisson
from stattools.models.regressions.glm import GENERALIZED, glm, logistic, ols, probit, softmax
from stattools.text.one_line import prints
from stattools.validation.foreign.recipe import Numbers

CONSTRUCTORS: dict[str, Any] = {
    "ols": ols,
    "logistic": logistic,
    "probit": probit,
    "softmax": softmax,
    "poisson": poisson,
    "negative_binomial": negative_binomial,
    **{
        f"{family} {link}": partial(glm, family=family, link=link)
        for family, kind in GENERALIZED.items()
        for link in kind.links
    },
}
"""By kind, or by family and link."""


@prints
@dataclass(frozen=True, eq=False)
class Foreign:
    """What somebody's object says: `recipe`, a `Recipe` or a `Refit`, is what it claims to have
    computed, `numbers` what it reports.

    `said` is the kind of its standard errors in its own words. `rows` are the numbers of the table's rows that it
    used (None: all, or not known); `converged` is its own word, after `steps` of at most `limit`;
    `tells_penalty` is True where the object would say if it had a penalty.
    """

    name: str
    recipe: Any
    numbers: Numbers
    said: str
    converged: bool | None = None
    steps: int | None = None
    limit: int | None = None
    rows: NDArray[np.intp] | None = None
    notes: tuple[str, ...] = ()
    tells_penalty: bool = False

    @property
    def model(self) -> Any:
        """The model that it claims."""
        return self.recipe.model

    @property
    def names(self) -> tuple[str, ...]:
        """What each of its numbers is of."""
        return self.recipe.names


def bound(
    kind: str,
    y: Any,
    X: ArrayLike,
    names: list[str],
    *,
    weight: Floats | None = None,
    labels: tuple[Any, ...] | None = None,
    outcome: str = "y",
    **columns: Any,
) -> Model:
    """Our model of these arrays, X with its intercept if it has one. Weights need not be whole numbers here."""
    X = np.asarray(X, dtype=float)
    names = ["Intercept" if name == "const" else name for name in names]
    keywords = {key: value for key, value in columns.items() if value is not None}
    model = CONSTRUCTORS[kind](y, X, names=names, intercept=False, **keywords)
    model = replace(model, outcome_name=outcome, labels=labels if labels is not None else model.labels)
    if weight is None or (weight == 1).all():
        return model
    if not (np.isfinite(weight).all() and (weight >= 0).all() and weight.any()):
        raise DomainError(f"weights must be >= 0 and not all 0; got {weight.min():.6g} at least.")
    return replace(model, rows=replace(model.rows, weight=weight))


def texts(names: Any, p: int) -> list[str]:
    """Names as texts, x1, x2, ... where there are none."""
    if names is None or len(names) != p:
        return [f"x{j + 1}" for j in range(p)]
    return [str(name) for name in names]


def coded(y: Any, classes: Any) -> NDArray[np.intp]:
    """Places of the outcomes among the classes; DomainError for one that is not among them."""
    y, classes = np.asarray(y).ravel(), np.asarray(classes)
    places = {value: k for k, value in enumerate(classes.tolist())}
    try:
        return np.array([places[value] for value in y.tolist()], dtype=np.intp)
    except KeyError as missing:
        raise DomainError(
            f"the outcome has {missing.args[0]!r}, which the fit does not know; it has {classes.tolist()[:6]}. Pass "
            "the y that it was fitted to."
        ) from None

"""The parameters of a model as a person knows them: their names, and where each of them can be.

A model estimates log alpha, and a scale beside its coefficients; a prior is about alpha and about sigma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import shared
from stattools.models.questions import AnyModel

POSITIVE = (0.0, np.inf)


@dataclass(frozen=True)
class Parameter:
    """A name and the open interval `low < value < high`; `role` is "coefficient", "scale", "dispersion" or
    "threshold".
    """

    name: str
    low: float = -np.inf
    high: float = np.inf
    role: str = "coefficient"

    @property
    def is_free(self) -> bool:
        """True where every real number is a value."""
        return self.low == -np.inf and self.high == np.inf


def parameters(model: AnyModel) -> tuple[Parameter, ...]:
    """The parameters that a posterior of the model has, in order: coefficients, then sigma or alpha.

    Probabilities of `st.coin`, `st.binomial` and waits are in (0, 1); others are where their model says, rates and
    standard deviations above 0, of which those of `st.normal` are scales; a function of your own has its bounds. Raises
    IncompatibleError for what is no model of one likelihood.

    >>> import stattools as st
    >>> model = st.negative_binomial("visits ~ age", {"visits": [0, 9, 1, 4], "age": [20, 30, 40, 50]})
    >>> [parameter.name for parameter in parameters(model)]
    ['Intercept', 'age', 'alpha']
    """
    found = _parameters(model)
    seen = set[str]()
    for name in (parameter.name for parameter in found):
        if name in seen:
            raise IncompatibleError(
                f"{model.title} has two parameters named {name!r}, one of them the coefficient of a column: rename the "
                "column."
            )
        seen.add(name)
    return found


def _parameters(model: Any) -> tuple[Parameter, ...]:
    if model.facts.is_regression:
        role = "threshold" if model.predictor.taken_up else "dispersion"
        dispersion = {k: Parameter(name, *link.ends, role) for k, (name, link) in shared(model).items()}
        scale = (Parameter("sigma", *POSITIVE, "scale"),) if model.has_scale else ()
        return tuple(dispersion.get(k) or Parameter(name) for k, name in enumerate(model.names)) + scale
    if model.facts.is_separate:
        raise IncompatibleError(
            f"posterior needs one likelihood; {model.title} are {len(model.parts)} separate ones. Sample each of "
            "model.parts, or use st.softmax, which is one likelihood for all categories."
        )
    if model.facts.has_arms and model.parameters == ("theta",):
        return tuple(Parameter(name, 0.0, 1.0) for name in model.names)
    if model.ranges is not None:
        low, high, roles = model.ranges
        return tuple(map(Parameter, model.names, low.tolist(), high.tolist(), roles))
    return tuple(map(Parameter, model.names))


def cuts_of(model: Any) -> tuple[int, ...]:
    """The positions of thresholds that rise from one to the next, two or more; none where their order depends on the
    columns, as with effects at each cut.
    """
    taken = model.predictor.taken_up if model.facts.is_regression else ()
    moved = [number for number, to in taken if to]
    if moved != [0]:
        return ()
    cuts = tuple(model.predictor.parts[cut].start for cut in dict(taken)[0])
    return cuts if len(cuts) > 1 else ()


def put_in_order(t: Floats, parameters: tuple[Parameter, ...], priors: tuple[object, ...]) -> None:
    """Sort the thresholds in draws (S, q): where all have one prior, these are draws given the order of thresholds.

    Raises IncompatibleError where their priors differ.
    """
    at = [j for j, parameter in enumerate(parameters) if parameter.role == "threshold"]
    each = [repr(priors[j]) for j in at]
    if len(set(each)) > 1:
        raise IncompatibleError(
            f"draws from the prior need one prior of all thresholds, whose order they keep; "
            f"{', '.join(parameters[j].name for j in at)} have {', '.join(each)}. Give all the same."
        )
    t[:, at] = np.sort(t[:, at], axis=1)

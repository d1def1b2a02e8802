"""How the parameters of a model become named variables of a DataTree.

beta (coef)              coefficients; (category, coef) where the outcome has several
log scale (coef of log scale)   those of another parameter with a formula of its own
sigma, alpha             the noise scale of `st.ols`, the dispersion of `st.negative_binomial`
theta (coef)             parameters of your own likelihood, variances of a state space model
theta, rate, mean, sd    of proportions, rates and normal samples; (arm) where there are several
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.own_scale import shared
from stattools.models.samples.bernoulli_trials import BernoulliTrials


@dataclass(frozen=True, eq=False)
class Variable:
    """A variable: its dims after chain and draw, and the positions of its entries in theta."""

    dims: tuple[str, ...]
    places: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Layout:
    """The variables of a model by name, and the entries of their dims.

    >>> import stattools as st
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
    >>> {name: array.shape for name, array in layout(model).split(np.zeros((4, 100, 3))).items()}
    {'beta': (4, 100, 2), 'sigma': (4, 100)}
    """

    variables: dict[str, Variable]
    coords: dict[str, tuple[Any, ...]]

    def split(self, theta: Floats) -> dict[str, Floats]:
        """Arrays by variable from theta (..., q)."""
        return {name: theta[..., variable.places] for name, variable in self.variables.items()}

    @property
    def dims(self) -> dict[str, tuple[str, ...]]:
        """Dims by variable."""
        return {name: variable.dims for name, variable in self.variables.items() if variable.dims}


def layout(model: Any) -> Layout:
    """The layout of a model's parameters: coefficients, then sigma or alpha."""
    if isinstance(model, Model):
        return _of_regression(model)
    if not model.parameters:
        return Layout({"theta": Variable(("coef",), np.arange(len(model.names)))}, {"coef": tuple(model.names)})
    places = np.arange(len(model.names)).reshape(len(model.parameters), *model.shape)
    dims = (model.dim,) if model.shape else ()
    arms = tuple(map(str, model.names if model.arms is None else model.arms))
    variables = {name: Variable(dims, places[k]) for k, name in enumerate(model.parameters)}
    return Layout(variables, dict.fromkeys(dims, arms))


def _of_regression(model: Model) -> Layout:
    predictor, count = model.predictor, model.predictor.size_first
    terms = tuple(np.array(model.terms)[predictor.first].tolist())
    p = len(terms)
    coords: dict[str, tuple[Any, ...]] = {"coef": terms}
    if model.categories is None:
        variables = {"beta": Variable(("coef",), np.arange(p))}
    else:
        variables = {"beta": Variable(("category", "coef"), np.arange(count).reshape(-1, p))}
        coords["category"] = model.categories
    scalars = {k: name for k, (name, _) in shared(model).items()} | ({count: "sigma"} if model.has_scale else {})
    for own, part, name in zip(predictor.own, predictor.parts[predictor.n_first :], model.others, strict=True):
        if own:
            variables[name] = Variable((f"coef of {name}",), np.arange(part.start, part.stop))
            coords[f"coef of {name}"] = tuple(model.terms[k] for k in own)
    for k, name in scalars.items():
        variables[name] = Variable((), np.intp(k))  # type: ignore[arg-type]
    return Layout(variables, coords)


def outcome(model: Any) -> str:
    """The name of the outcome as a variable; NetCDF allows no slash."""
    return str(getattr(model, "outcome_name", "y")).replace("/", " per ")


def observations(model: Model) -> tuple[Any, ...]:
    """The numbers of the rows, as in the table that the model came from."""
    return tuple(range(len(model.rows.X))) if model.kept is None else tuple(int(row) for row in model.kept)


def data_groups(model: Any) -> tuple[dict[str, dict[str, ArrayLike]], dict[str, tuple[str, ...]], dict[str, Any]]:
    """observed_data and constant_data of a model, with their dims and coords; all empty for your own likelihood."""
    if isinstance(model, Model):
        return _of_rows(model)
    if not isinstance(model, BernoulliTrials):
        return {}, {}, {}
    groups: dict[str, dict[str, ArrayLike]] = {
        "observed_data": {"successes": [model.successes]},
        "constant_data": {"trials": [model.trials]},
    }
    return groups, {"successes": ("obs",), "trials": ("obs",)}, {"obs": ("all trials",)}


def _of_rows(model: Model) -> tuple[dict[str, dict[str, ArrayLike]], dict[str, tuple[str, ...]], dict[str, Any]]:
    rows, name = model.rows, outcome(model)
    parts = model.likelihood.named(rows.y)
    observed = parts.pop("y")
    designs, predictor = {"X": np.asarray(rows.X)[:, model.predictor.first]}, model.predictor
    for own, called in zip(predictor.own, model.others, strict=True):
        if own:
            designs[f"X of {called}"] = rows.X[:, list(own)]
    constant: dict[str, ArrayLike] = {**designs, **parts}
    for key in ("weight", "offset", "precision"):
        if getattr(rows, key) is not None:
            constant[key] = getattr(rows, key)
    dims: dict[str, tuple[str, ...]] = {name: ("obs",)} | dict.fromkeys(constant, ("obs",))
    dims |= {key: ("obs", f"coef{key[1:]}") for key in designs}
    return {"observed_data": {name: observed}, "constant_data": constant}, dims, {"obs": observations(model)}

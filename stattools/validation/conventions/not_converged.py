"""Numbers of a loop that stopped: the iterates of Newton's method from zero and of iteratively reweighted least squares
from the usual starts, each with standard errors from where it is or from the step before.

    eta <- X (X^T W X)^-1 X^T W (eta + (y - mu) / mu'),   W = mu'^2 / V(mu)

Source: McCullagh & Nelder (1989), 2.5; starts are those of R's glm, of statsmodels' GLM, and zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant

STEPS = 12
"""A loop that takes more is near the maximum, or far on its way to infinity."""


def _logit(p: Floats) -> Floats:
    return special.logit(np.clip(p, 1e-10, 1.0 - 1e-10))


LINKS: dict[str, Any] = {
    "logistic": _logit,
    "binomial": _logit,
    "probit": lambda p: special.ndtri(np.clip(p, 1e-10, 1.0 - 1e-10)),
    "poisson": np.log,
}
"""The links of the regressions whose iterates are known, by their kind."""


def _iterates(state: State) -> Iterator[Variant]:
    model = state.model
    if state.rows is None or model.kind not in LINKS or any(model.predictor.own):
        return
    if np.ndim(model.rows.y) > 1 or model.rows.y.shape != model.eta(model.start).shape:
        return
    for words, eta in _starts(model).items():
        before, theta = None, None
        for step in range(1, STEPS + 1):
            before, theta = theta, _step(model, eta)
            if theta is None or (before is not None and np.allclose(before, theta, rtol=1e-12, atol=1e-14)):
                break
            eta = model.eta(theta)
            said = f"the numbers after {step} step{'s' * (step > 1)} of {words}"
            slot = ("iterate",)
            make = partial(replace, state, point=theta, curvature=theta, best=None)
            yield Variant(f"{said}, standard errors from there", make, slot)
            if before is not None:
                make = partial(replace, state, point=theta, curvature=before, best=None)
                yield Variant(f"{said}, standard errors from the step before", make, slot)


def _starts(model: Model) -> dict[str, Floats]:
    """Linear predictors to start from, by words."""
    y, link, zero = model.rows.y, LINKS[model.kind], model.eta(np.zeros(len(model.names)))
    if model.kind == "poisson":
        means = {"reweighted least squares from R's start": y + 0.1}
        means["reweighted least squares from statsmodels' start"] = 0.5 * (y + y.mean())
    else:
        means = {"reweighted least squares from the usual start": 0.5 * (y + 0.5)}
    made = {words: link(np.maximum(mean, 1e-10)) for words, mean in means.items()}
    return {"Newton's method from zero": zero, **made}


def _step(model: Model, eta: Floats) -> Floats | None:
    """The coefficients after one step of reweighted least squares; None where it fails."""
    rows, likelihood = model.rows, model.likelihood
    with np.errstate(all="ignore"):
        slope = np.ravel(likelihood.slope(eta))
        weight = slope**2 / np.ravel(likelihood.variance(eta, rows.y))
        working = eta + (likelihood.observed(rows.y) - likelihood.mean(eta)) / slope
    if rows.offset is not None:
        working = working - rows.offset
    weight = weight if rows.weight is None else weight * rows.weight
    if not (np.isfinite(working).all() and np.isfinite(weight).all()):
        return None
    root = np.sqrt(weight)
    try:
        return np.asarray(np.linalg.lstsq(rows.X * root[:, None], working * root, rcond=None)[0], dtype=float)
    except (np.linalg.LinAlgError, StattoolsError):
        return None


STOPPED = Choice(
    "not converged",
    "estimates",
    "Allow more steps and a tighter tolerance, and report the maximum.",
    _iterates,
    keeps=True,
)

"""The reference for a network: its layers written again, SciPy's distributions on top, and slopes by differences.

A network's maximum is not unique, so that no package has the same parameters. What can be checked is that the
log-likelihood at them is right, and that back-propagation gives its slope: along random directions from a point beside
the fit, where the slope is not 0, against central differences of the log-likelihood written again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd, stats
from stattools.likelihoods import Bernoulli, Categorical, Gaussian, Poisson
from stattools.networks.network_fit import NetworkFit
from stattools.networks.network_model import NetworkModel
from stattools.text.columns import number
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page
from stattools.validation.agreement import agreeing_digits, counted
from stattools.validation.references.densities import KERNELS

DIRECTIONS = 6
SAME_SLOPE = 1e-4
"""In lengths of the gradient: differences across the kinks of rectifiers are good for that."""
SAME_LOGLIK = 1e-9


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class NetworkAgreement(Faces):
    """The verdict of `st.validate` on a network: `rows` has direction, slope, reference and digits, one row each."""

    rows: pd.DataFrame
    loglik: float
    reference_loglik: float
    reference: str
    ok: bool
    sentence: str

    def table(self) -> pd.DataFrame:
        """The rows, as a frame of your own."""
        return self.rows.copy()

    def _headline(self) -> str:
        agree = "agrees" if self.ok else "does not agree"
        return headline(self, "", self.reference, agree, f"{len(self.rows)} directions")

    def _page(self) -> Page:
        logliks = f"log-likelihood {self.loglik:.8f}   reference {self.reference_loglik:.8f}"
        body = [
            [f"{row['direction']}", number(row["slope"], 8), number(row["reference"], 8), counted(row["digits"])]
            for row in self.rows.to_dict("records")
        ]
        return Page(self.sentence, "", Grid(list(self.rows), body, "lrrr"), "", logliks)


def validate_network(fit: NetworkFit) -> NetworkAgreement:
    """The log-likelihood at the fit, and slopes beside it, against layers written again."""
    model, theta, random = fit.model, fit.estimate, np.random.default_rng(0)
    own, theirs = float(model.loglik(theta)), loglik_again(model, theta)
    beside = theta + 0.05 * np.sqrt(np.mean(theta**2)) * random.standard_normal(len(theta))
    gradient = model.score(beside)
    step, slopes, differences = 1e-5, [], []
    for _ in range(DIRECTIONS):
        direction = random.standard_normal(len(theta))
        direction /= np.linalg.norm(direction)
        slopes.append(float(gradient @ direction))
        above, below = (loglik_again(model, beside + sign * step * direction) for sign in (1.0, -1.0))
        differences.append((above - below) / (2.0 * step))
    found, expected = np.array(slopes), np.array(differences)
    gap = np.abs(found - expected).max() / np.linalg.norm(gradient)
    apart = abs(own - theirs) / (1.0 + abs(theirs))
    ok = bool(gap <= SAME_SLOPE and apart <= SAME_LOGLIK)
    reference = "the layers written again, with the distributions of SciPy"
    digits = counted(float(agreeing_digits(np.array([own]), np.array([theirs]))[0]))
    sentence = (
        f"{reference[0].upper()}{reference[1:]}, {'agree' if ok else 'do not agree'}: the log-likelihood (digits: "
        f"{digits}), and the slope by back-propagation along {DIRECTIONS} random directions to {gap:.0e} of the "
        "gradient's length, where differences are good for 1e-04. That there is no better maximum cannot be checked."
    )
    rows = pd.DataFrame(
        {
            "direction": np.arange(1, DIRECTIONS + 1),
            "slope": found,
            "reference": expected,
            "digits": agreeing_digits(found, expected),
        }
    )
    return NetworkAgreement(rows, own, theirs, reference, ok, sentence)


def loglik_again(model: NetworkModel, theta: Floats) -> float:
    """The log-likelihood of a frozen network, from its definition."""
    Z = (model.rows.X[:, model.first :] - model.center) / model.scale
    rest = theta
    for layer in model.perceptron.layers:
        part, rest = rest[: layer.size], rest[layer.size :]
        Z = LAYERS[layer.title](layer, part, Z)
    y, weight = model.rows.y, model.rows.weight
    each = _density(model, Z, y)
    return float(each.sum() if weight is None else weight @ each)


def _dense(layer: Any, part: Floats, Z: Floats) -> Floats:
    inputs = Z.shape[1]
    W = part[: inputs * layer.outputs].reshape(inputs, layer.outputs)
    return np.einsum("ij,jk->ik", Z, W, optimize=True) + part[inputs * layer.outputs :]


def _batch_norm(layer: Any, part: Floats, Z: Floats) -> Floats:
    half = len(part) // 2
    return part[:half] * (Z - layer.moments.mean) / np.sqrt(layer.moments.variance + layer.epsilon) + part[half:]


LAYERS: dict[str, Callable[[Any, Floats, Floats], Floats]] = {
    "dense": _dense,
    "batch norm": _batch_norm,
    "sigmoid": lambda layer, part, Z: 0.5 * (1.0 + np.tanh(0.5 * Z)),
    "tanh": lambda layer, part, Z: np.tanh(Z),
    "relu": lambda layer, part, Z: np.where(Z > 0.0, Z, 0.0),
}
"""What each layer makes of the numbers before it and of its part of the parameters."""


def _density(model: NetworkModel, eta: Floats, y: Floats) -> Floats:
    reference = DENSITIES.get(type(model.likelihood))
    if reference is None:
        raise IncompatibleError(f"validate has no reference for networks under {type(model.likelihood).__name__}.")
    return reference(model, eta, y)


def _of_quantities(model: NetworkModel, eta: Floats, y: Floats) -> Floats:
    mean = model.middle + model.unit * eta[:, 0]
    weight = np.ones(len(y)) if model.rows.weight is None else model.rows.weight
    sd = np.sqrt(weight @ (y - mean) ** 2 / weight.sum())
    return stats.norm.logpdf(y, mean, sd)


DENSITIES: dict[type, Callable[[NetworkModel, Floats, Floats], Floats]] = {
    Bernoulli: lambda model, eta, y: KERNELS["logistic"](y, *eta.T),
    Categorical: lambda model, eta, y: KERNELS["softmax"](y, *eta.T),
    Poisson: lambda model, eta, y: KERNELS["poisson"](y, *eta.T),
    Gaussian: _of_quantities,
}
"""log p(y | eta) of each likelihood that a network may have: those of regressions, and a normal at its best sd."""

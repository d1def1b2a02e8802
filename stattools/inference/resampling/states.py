"""The simulation smoother: exact posterior draws of the states at all times.

    x = mean + L^-T noise,   K = L L' the banded posterior precision;   of a level, backward from its filter:
    m_n ~ Normal(a_n, q / s_n),   m_t | m_{t+1} ~ Normal(a_t + h_t (m_{t+1} - a_t), q h_t)

Each draw costs O(n) and is independent of the others: one chain. Variances are taken as known. Source: Rue & Held
(2005), 2.4; Durbin & Koopman, Biometrika 89 (2002).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError
from stattools.inference.arviz.datatree import datatree
from stattools.inference.fits.fit import Fit
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.seeds import generator
from stattools.series.statespace.states import completed
from stattools.series.statespace.structural import Structural

if TYPE_CHECKING:
    from xarray import DataTree


@answers_guesses
@record
class StatePaths:
    """Draws of every state by name, each (draws, n), with the model, its variances and the seed."""

    model: Structural
    theta: Floats
    paths: dict[str, Floats]
    seed: Any

    def __getitem__(self, state: str) -> Floats:
        """The draws of one state."""
        return self.paths[state]

    def to_arviz(self) -> DataTree:
        """A DataTree with the groups posterior (one chain, dimension time) and observed_data."""
        groups: dict[str, dict[str, ArrayLike]] = {
            "posterior": {name: draws[None] for name, draws in self.paths.items()},
            "observed_data": {self.model.outcome_name: self.model.y},
        }
        dims = {name: ["time"] for name in (*self.paths, self.model.outcome_name)}
        known = dict(zip(self.model.names, map(float, self.theta), strict=True))
        seed = self.seed if isinstance(self.seed, int) else "a generator"
        return datatree(groups, dims=dims, coords={"time": list(self.model.times)}, attrs={"seed": seed, **known})


def simulate_states(
    model_or_fit: Structural | Fit,
    variances: ArrayLike | None = None,
    /,
    *,
    draws: int = 1000,
    seed: int | np.random.Generator,
) -> StatePaths:
    """Exact draws of the paths of all states given y: `simulate_states(fit, seed=0)`, or of a model and variances.

    The result has an array (draws, n) for each state, `paths["level"]`, and `to_arviz()`. Variances may be 0, values
    missing. Raises DomainError for a number of draws below 1, IncompatibleError for anything but a state space model.

    >>> import stattools as st
    >>> paths = st.simulate_states(st.local_level([3.0, 1.0, 2.0, 4.0]), [1.0, 0.5], draws=10, seed=0)
    >>> paths["level"].shape
    (10, 4)
    """
    model: Any = model_or_fit.model if isinstance(model_or_fit, Fit) else model_or_fit
    if not isinstance(model, Structural):
        raise IncompatibleError(f"simulate_states needs st.local_level(y) or its kin; got {type(model).__name__}.")
    if isinstance(model_or_fit, Fit):
        if variances is not None:
            raise DomainError(
                "simulate_states got a fit, which has variances, and others; give st.local_level(y) for those."
            )
        variances = model_or_fit.estimate
    elif variances is None:
        raise DomainError(f"simulate_states of a model needs its variances: {', '.join(model.positive)}.")
    draws = draws_shape(draws, (model.steps, len(model.components.names)), copies=3)[0]
    random = generator(seed)
    values, beta = completed(model, variances)
    walk = model.random_walk(values, beta)
    if walk is not None:
        found = {"level": walk.draws(random.standard_normal((model.steps, draws)))}
    else:
        found = model.posterior(values, beta).draws(random.standard_normal, draws)
    if model.drift:
        found["level"] = found["level"] + model.drift * np.arange(model.steps)[:, None]
    paths = {name: np.ascontiguousarray(path.T) for name, path in found.items()}
    return StatePaths(model, np.append(values, beta), paths, seed)

"""The no-U-turn sampler by nutpie, on the density in coordinates in which it is nearly a standard normal.

Each leapfrog step is one call of our log-likelihood and score. Whitened at the mode, most draws need three of them.
Source: Hoffman & Gelman, JMLR 15 (2014), 1593-1623; the coordinates: Neal, Handbook of MCMC (2011), sec. 5.4.1.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError
from stattools.sampling.target import Mode

Floats = NDArray[np.float64]

STATISTICS = {
    "diverging": "diverging",
    "energy": "energy",
    "logp": "lp",
    "mean_tree_accept": "acceptance_rate",
    "n_steps": "n_steps",
    "depth": "tree_depth",
    "step_size": "step_size",
    "maxdepth_reached": "reached_max_treedepth",
}
"""nutpie's names and ArviZ's."""

DEEPEST = 8
"""Doublings of a trajectory, 255 steps. Whitened, a posterior needs two to five; where one needs more, longer
trajectories cost minutes and the diagnostics say the same."""


def nuts(
    mode: Mode, *, draws: int, chains: int, tune: int, seed: int, target_accept: float = 0.8
) -> tuple[Floats, dict[str, NDArray[Any]]]:
    """Draws of z, shape (chains, draws, q), and the statistics of the sampler, each (chains, draws).

    Chains start at standard normal points: apart from each other, so that agreement says something. They run one after
    the other, each with a random stream of its own, so that the same seed gives the same draws. Raises ConvergenceError
    where the sampler itself fails.
    """
    import nutpie
    from nutpie.compiled_pyfunc import from_pyfunc

    q = len(mode.center)

    def density() -> Any:
        return mode.at

    def identity(seed: int, other: int, chain: int) -> Any:
        return lambda z, **_: {"z": z}

    def begin(seed: int) -> Floats:
        return np.random.default_rng(seed).standard_normal(q)

    model = from_pyfunc(q, density, identity, [np.dtype("float64")], [(q,)], ["z"], make_initial_point_fn=begin)
    try:
        trace: Any = nutpie.sample(
            model,
            draws=draws,
            tune=tune,
            chains=chains,
            cores=1,
            seed=seed,
            target_accept=target_accept,
            maxdepth=DEEPEST,
            save_warmup=False,
            progress_bar=sys.stderr.isatty(),
        )
    except RuntimeError as error:
        raise ConvergenceError(
            f"NUTS could not sample the posterior of {mode.target.title}: {str(error).splitlines()[0]:.200} Look at "
            "the log-likelihood near its mode, or give narrower priors."
        ) from error
    statistics = {ours: trace.sample_stats[name].to_numpy() for name, ours in STATISTICS.items()}
    return trace.posterior["z"].to_numpy(), statistics

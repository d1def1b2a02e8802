"""The no-U-turn sampler by nutpie, on the density in coordinates in which it is nearly a standard normal.

Each leapfrog step is one call of our log-likelihood and score. Whitened at the mode, most draws need three of them.
Source: Hoffman & Gelman, JMLR 15 (2014), 1593-1623; the coordinates: Neal, Handbook of MCMC (2011), sec. 5.4.1.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from time import sleep
from typing import Any

import numpy as np

from stattools.bayes.sampling.target import IMPOSSIBLE, Mode, is_hole, undefined
from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.models.custom import Custom

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

NEAREST = 50
"""Halvings of the way from the mode to where a chain starts."""

FIRST_LOOK, LAST_LOOK = 1e-4, 0.05
"""Seconds between looks at whether the sampler is done."""


def nuts(
    mode: Mode, *, draws: int, chains: int, tune: int, seed: int, target_accept: float = 0.8
) -> tuple[Floats, dict[str, np.ndarray]]:
    """Draws of z, shape (chains, draws, q), and the statistics of the sampler, each (chains, draws).

    Chains start at standard normal points where the density has a slope: apart from each other, so that agreement says
    something. They run one after the other, each with a random stream of its own, so that the same seed gives the same
    draws. Raises ConvergenceError where the sampler itself fails or makes fewer draws than asked, DomainError where a
    user's own log-likelihood is +inf, or NaN on the way of a draw that is kept; what the density raises comes through
    as it is.
    """
    import nutpie
    from nutpie.compiled_pyfunc import from_pyfunc

    q = len(mode.center)
    walk = Walk(mode, tune, tune + draws)

    def density() -> Any:
        return walk.at

    def identity(seed: int, other: int, chain: int) -> Any:
        return walk.drawn

    model = from_pyfunc(
        q, density, identity, [np.dtype("float64")], [(q,)], ["z"], make_initial_point_fn=walk.beginning
    )
    try:
        walk.beginning(seed)  # what has no beginning is told here: on a thread of the sampler it is a panic
        sampler = nutpie.sample(
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
            blocking=False,
        )
        trace = _awaited(sampler, walk)
    except BaseException as error:
        told = _told(error, walk, mode.target.title)
        raise told from (told.__cause__ if told is walk.failure else error)
    if walk.own is not None and walk.holes:
        raise undefined(walk.own, walk.holes, walk.points)
    statistics = {ours: trace.sample_stats[name].to_numpy() for name, ours in STATISTICS.items()}
    z = trace.posterior["z"].to_numpy()
    if z.shape != (chains, draws, q) or not np.isfinite(z).all():
        raise ConvergenceError(
            f"NUTS was asked for {chains} x {draws:,} draws of the posterior of {mode.target.title} and made "
            f"{np.isfinite(z).all(axis=-1).sum():,}. Sample again; if that does not help, look at the log-likelihood."
        )
    return z, statistics


@dataclass(eq=False)
class Walk:
    """The density as the sampler's threads call it: what it raises is kept for the caller, since a thread of the
    sampler can only end the program with it. Once it has failed, or the caller has, every point is impossible. A chain
    has `length` trajectories, of which the first `tune` are thrown away; `made` counts those of all chains.
    """

    mode: Mode
    tune: int
    length: int
    failure: BaseException | None = None
    over: bool = False
    made: int = 0
    points: int = 0
    holes: int = 0

    def __post_init__(self) -> None:
        self.own = self.mode.target.own

    def at(self, z: Floats) -> tuple[float, Floats]:
        """log p at z and its gradient."""
        if not self.over:
            try:
                value, slope = self.mode.at(z)
                if self.own is not None:
                    self._look(self.own, z, value, slope)
                return value, slope
            except BaseException as error:
                self.failure, self.over = error, True
        return IMPOSSIBLE, np.zeros(len(z))

    def beginning(self, seed: int) -> Floats:
        """Where a chain starts: a standard normal point, nearer to the mode where the density is flat or 0 there.

        Raises ConvergenceError where that is so next to the mode itself.
        """
        z = np.random.default_rng(seed).standard_normal(len(self.mode.center))
        for _ in range(NEAREST):
            value, slope = self.at(z)
            if np.isfinite(value) and np.isfinite(slope).all() and slope.all():  # as the sampler wants it
                return z
            z *= 0.5
        self.failure = self.failure or ConvergenceError(
            f"NUTS could not sample the posterior of {self.mode.target.title}: next to its mode the density is flat "
            "or no number. Give narrower priors."
        )
        raise self.failure

    def drawn(self, z: Floats, **_: Any) -> dict[str, Floats]:
        """A draw as the sampler keeps it: called at the end of each of the `length` trajectories of a chain."""
        self.made += 1
        return {"z": z}

    def _look(self, model: Custom, z: Floats, value: float, slope: Floats) -> None:
        """Count the points of the trajectories after warm-up, and those where a user's function is no number."""
        kept = self.made % self.length >= self.tune
        self.points += kept
        if value == IMPOSSIBLE or not np.isfinite(slope).all():
            self.holes += is_hole(self.mode.target, model, self.mode.center + self.mode.W @ z, slope) and kept


def _awaited(sampler: Any, walk: Walk) -> Any:
    """The trace, once it is whole; waiting in pieces lets Ctrl-C and what the density raised come through."""
    pause = FIRST_LOOK
    try:
        while not _finished(sampler) and walk.failure is None:
            sleep(pause)
            pause = min(1.2 * pause, LAST_LOOK)
        if walk.failure is not None:
            raise walk.failure
        return sampler.wait()
    except BaseException:
        walk.over = True
        sampler.cancel()
        raise


def _finished(sampler: Any) -> bool:
    try:
        return sampler.is_finished
    except TimeoutError:  # raised where it is not
        return False


def _told(error: BaseException, walk: Walk, title: str) -> BaseException:
    """What the caller gets: an interrupt and the density's own error as they are, the sampler's failures as ours."""
    panic = type(error).__module__ == "pyo3_runtime"  # no Exception, and not exported under a name
    if not (panic or isinstance(error, RuntimeError)):
        return error
    return walk.failure or ConvergenceError(
        f"NUTS could not sample the posterior of {title}: {str(error).splitlines()[0]:.200} Look at the log-likelihood "
        "near its mode, or give narrower priors."
    )

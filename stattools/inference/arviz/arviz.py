"""The only place that knows ArviZ: named arrays to an `xarray.DataTree` in the layout of ArviZ 1.x.

Independent exact draws are one chain, summarized by `arviz.summary(tree, kind="stats", ci_kind=..., ci_prob=...)`:
R-hat and effective sample sizes of pretend chains would prove nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools import __version__
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd

if TYPE_CHECKING:
    from xarray import DataTree

Group = Mapping[str, ArrayLike]

FEWEST = 30
"""Draws of which a fifth, the tail, are the six that a generalized Pareto distribution is fitted to."""


def datatree(
    groups: Mapping[str, Group],
    *,
    dims: Mapping[str, Sequence[str]],
    coords: Mapping[str, Sequence[Any]],
    attrs: Mapping[str, Any],
) -> DataTree:
    """A DataTree of `groups`, name -> variable -> array.

    Arrays of draws have shape (chain, draw, ...); groups whose name contains "data" have no chain and draw. `dims`
    names the axes that follow, `coords` their entries. `attrs` go to the root with the library and its version; no time
    stamp is kept, so the same inputs give the same tree.

    >>> tree = datatree({"posterior": {"theta": [[0.2, 0.4]]}}, dims={}, coords={}, attrs={"seed": 0})
    >>> tree["posterior"]["theta"].dims, tree.attrs["inference_library"]
    (('chain', 'draw'), 'stattools')
    """
    import arviz

    root = {"inference_library": "stattools", "inference_library_version": __version__, **attrs}
    tree = arviz.from_dict(
        {name: {variable: np.asarray(values) for variable, values in group.items()} for name, group in groups.items()},
        dims={name: list(axes) for name, axes in dims.items()},
        coords={name: list(entries) for name, entries in coords.items()},
        attrs={"/": root},
    )
    for node in tree.subtree:
        node.attrs.pop("created_at", None)
    return tree


def pareto_smoothed(log_ratios: ArrayLike) -> tuple[Floats, float]:
    """Smoothed log weights, (draws,), and the Pareto shape k of the largest; infinite k where a ratio is no number.

    Raises DomainError for fewer than 30 draws.
    """
    from arviz_stats.base.array import array_stats

    ratios = np.asarray(log_ratios, dtype=float)
    ratios = np.where(np.isnan(ratios), -np.inf, ratios)
    if len(ratios) < FEWEST:
        raise DomainError(f"Pareto's k-hat needs {FEWEST} draws, six of them in the tail; got {len(ratios)}.")
    if not np.isfinite(ratios).sum() > 10:
        return ratios, float("inf")
    floor = ratios[np.isfinite(ratios)].min() - 700.0
    weights, k = array_stats.psislw(-np.maximum(ratios, floor))  # it takes log-likelihoods, the ratios' negatives
    return np.asarray(weights), float(k)


def convergence(draws: Floats) -> dict[str, Floats]:
    """R-hat, bulk and tail effective sample size and the Monte Carlo error of the mean, per parameter.

    `draws` has shape (chain, draw, q); R-hat is NaN for a single chain. Source: Vehtari, Gelman, Simpson, Carpenter &
    Bürkner, Bayesian Analysis 16 (2021), 667-718.
    """
    from arviz_stats.base.array import array_stats

    each = range(draws.shape[-1])
    several = draws.shape[0] > 1

    def over(measure: Any) -> Floats:
        return np.array([float(measure(draws[:, :, j])) for j in each])

    return {
        "r_hat": over(array_stats.rhat) if several else np.full(draws.shape[-1], np.nan),
        "ess_bulk": over(lambda x: array_stats.ess(x, method="bulk")),
        "ess_tail": over(lambda x: array_stats.ess(x, method="tail", prob=(0.1, 0.9))),
        "mcse": over(lambda x: array_stats.mcse(x, method="mean")),
    }


def energy_fraction(energy: Floats) -> Floats:
    """E-BFMI per chain, from the energies (chain, draw): how freely the sampler moves between energies, 0 where it does
    not move.

    >>> energy_fraction(np.array([[3.0, 3.0, 3.0], [1.0, 2.0, 0.0]])).tolist()
    [0.0, 2.5]
    """
    from arviz_stats.base.array import array_stats

    moves = energy.max(axis=1) > energy.min(axis=1)
    fraction = np.zeros(len(energy))
    if moves.any():
        fraction[moves] = np.asarray(array_stats.bfmi(energy[moves]), dtype=float)
    return fraction


def summary(tree: DataTree, *, prob: float, kind: str, sampled: bool) -> pd.DataFrame:
    """ArviZ's summary with an explicit interval; diagnostics of convergence only where a sampler made the draws."""
    import arviz

    what: Any = "all" if sampled else "stats"
    frame: Any = arviz.summary(tree, kind=what, ci_kind=kind, ci_prob=prob, round_to="none")
    return frame


def smoothed_weights(log_likelihood: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pareto-smoothed log of the weights 1 / p(y_i | theta), normalized over the draws (the first axis), and k-hat of
    each column.

    >>> weights, k_hat = smoothed_weights(np.random.default_rng(0).normal(size=(1000, 2)))
    >>> np.exp(weights).sum(axis=0).round(12).tolist(), k_hat.shape
    ([1.0, 1.0], (2,))
    """
    from arviz_stats.base.array import array_stats

    weights, k_hat = array_stats.psislw(np.asarray(log_likelihood, dtype=float).T, axis=-1)
    return np.asarray(weights).T, np.asarray(k_hat)


def leave_one_out(tree: DataTree) -> tuple[Floats, float, Floats]:
    """PSIS-LOO by ArviZ: log p(y_i | y_-i), (rows,), the effective number of parameters, and k-hat of each row."""
    import warnings

    import arviz

    with warnings.catch_warnings():  # the k-hats that it warns of are returned, and read for the user by the caller
        warnings.simplefilter("ignore", UserWarning)
        found: Any = arviz.loo(tree, pointwise=True)
    return np.asarray(found.elpd_i).reshape(-1), float(found.p), np.asarray(found.pareto_k).reshape(-1)

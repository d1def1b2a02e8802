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

if TYPE_CHECKING:
    from xarray import DataTree

Group = Mapping[str, ArrayLike]


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

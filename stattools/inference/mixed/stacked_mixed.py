"""Many linear mixed models of one grouping factor fitted at once, for `st.fit_many`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST_VARIANCE, SMALLEST_VARIANCE
from stattools.latent.few_effects import MOST
from stattools.latent.stacked_sums import stacked_rows
from stattools.solvers.batches.small_batches import Members
from stattools.solvers.mixed.stacked_maximum import stacked_maxima

EFFECTS = 2
"""Effects of a group up to which models are stacked."""
ENTRIES = 200_000
"""Sums over groups that are looked at at a time: arrays of 1.6 MB."""


def stacked_mixed(models: Sequence[Any], found: Members) -> Floats:
    """Put the fits of the models that can be climbed at once, and return the degrees of freedom (m, p) of all of them,
    which are infinite where a model has no numbers yet.
    """
    df = np.full(found.estimate.shape, np.inf)
    widths: list[Any] = [one.widths_of_one_group for one in models]
    kind = widths[0]
    if kind is None or sum(kind) > EFFECTS:
        return df
    each = sums_of_a_group(df.shape[1], kind)
    weighted = models[0].precision is not None
    alike = [own == kind and (one.precision is not None) == weighted for own, one in zip(widths, models, strict=True)]
    groups = np.array([one.random[0].n_levels if fits else 0 for one, fits in zip(models, alike, strict=True)])
    order = np.argsort(groups, kind="stable")
    rows = np.array([len(one.y) for one in models])
    told = (groups > 1) & (groups * max(kind) < rows)  # the others are refused by their own fits, with the reason
    order = order[told[order] & (groups[order] * each <= MOST)]
    while len(order):
        J = groups[order[-1]]
        chunk = order[-max(1, ENTRIES // int(each * J)) :]
        chunk = chunk[2 * groups[chunk] >= J]
        order = order[: -len(chunk)]
        best = stacked_maxima(stacked_rows([_rows(models[k]) for k in chunk.tolist()]), kind)
        variance = np.diagonal(best.covariance, axis1=1, axis2=2)
        sure = ~best.doubtful & ((variance > SMALLEST_VARIANCE) & (variance < LARGEST_VARIANCE)).all(axis=1)
        n = np.array([len(models[k].y) for k in chunk.tolist()], dtype=float)
        parts = (best.estimate, best.covariance, best.loglik, best.scale, best.decrement, n)
        found.put(chunk[sure], Members(*(part[sure] for part in parts)))
        df[chunk[sure]] = best.df[sure]
    return df


def sums_of_a_group(p: int, widths: tuple[int, ...]) -> int:
    """How many numbers a group brings to a model with p columns."""
    return (p + 1) * (p + 2) // 2 * (4 if sum(widths) > 1 else 1)


def _rows(model: Any) -> tuple[Floats, Floats, Floats, Floats | None, Any]:
    terms = model.random
    z = terms[0].z if len(terms) == 1 else np.concatenate([term.z for term in terms], axis=1)
    return model.X, model.y, z, model.precision, terms[0].codes

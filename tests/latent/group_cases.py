"""Models of one or two effects of each of nine unequal groups."""

from __future__ import annotations

import numpy as np

from stattools.latent.coordinates import Coordinates
from stattools.latent.deviance import Deviance
from stattools.latent.elimination import OneFactor
from tests.latent.test_structure import of_several_factors

GROUPS = np.repeat(np.arange(9), [1, 2, 8, 9, 3, 7, 10, 5, 6])
CASES: dict[tuple[int, ...], Coordinates] = {
    widths: of_several_factors(widths, *(GROUPS,) * len(widths)) for widths in ((1,), (2,), (1, 1))
}


def of_rows(found: Coordinates, reml: bool = True) -> Deviance:
    return Deviance.of(OneFactor.of(found.columns), found, reml)


def with_effects(widths: tuple[int, ...]) -> Deviance:
    """Of an outcome whose groups differ."""
    r = np.random.default_rng(1)
    rows = CASES[widths].columns
    sds = np.linspace(1.5, 0.8, sum(widths))
    effects = sds[:, None] * r.normal(size=(sum(widths), 9))
    W = rows.W.copy()
    W[-1] = (np.concatenate(rows.z) * effects[:, GROUPS]).sum(axis=0) + r.normal(size=len(GROUPS))
    return Deviance(OneFactor.of(type(rows)(W, rows.codes, rows.sizes, rows.z)), len(GROUPS), 2, True)

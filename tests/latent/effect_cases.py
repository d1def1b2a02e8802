"""Groups that cross, with a smooth and flat columns: what Laplace's approximation takes, and its dense twin."""

from dataclasses import dataclass, field
from unittest.mock import patch

import numpy as np

from stattools.latent import blocks as effect_columns
from stattools.latent.blocks import EffectColumns, LatentColumns
from stattools.latent.modes import SeenRows
from stattools.likelihoods import Bernoulli, Cumulative, NegativeBinomial, Poisson

N = 90


@dataclass
class Case:
    """Columns, rows, the T_k and standard deviations of smooths, and linear predictors without effects."""

    columns: EffectColumns
    rows: SeenRows
    factors: list
    taus: list
    base: np.ndarray = field(repr=False)

    @property
    def scaled(self):
        return self.columns.scaled(self.factors, self.taus)

    @property
    def dense(self):
        """Z~ (n, size), column by column."""
        return np.array([self.scaled.up(unit) for unit in np.eye(self.columns.size)]).T


def case(groups, likelihood, y, base, smooths=0, flat=0, seed=1, nested=False):
    """`groups` are (levels, effects of a level) of each term; the first may be nested in the second."""
    rng = np.random.default_rng(seed)
    codes = tuple(rng.integers(0, count, N) for count, _ in groups)
    if nested:
        codes = (codes[0], codes[0] % groups[1][0], *codes[2:])
    z = tuple(np.vstack([np.ones(N), *rng.normal(size=(q - 1, N))]) for _, q in groups)
    latent = LatentColumns(np.empty((0, N)), codes, tuple(count for count, _ in groups), z)
    curves = [rng.normal(size=(3, N)) for _ in range(smooths)]
    with patch.object(effect_columns, "MANY_COLUMNS", 0 if nested else 200):
        columns = EffectColumns.of(latent, curves, rng.normal(size=(flat, N)) if flat else None)
    assert (columns.inner is not None) == nested
    rows = SeenRows(likelihood, y, rng.integers(1, 4, N).astype(float))
    factors = [np.tril(rng.normal(size=(q, q))) for _, q in groups]
    return Case(columns, rows, factors, [0.7] * smooths, base)


def cases():
    """One of each structure and of each way to third derivatives."""
    rng = np.random.default_rng(0)
    one, many = 0.3 * rng.normal(size=N), np.column_stack([0.3 * rng.normal(size=N), *np.ones((2, N))])
    ordered = many.copy()
    ordered[:, 1:] = [-0.5, 0.8]
    coin, count = rng.integers(0, 2, N).astype(float), rng.poisson(2.0, N).astype(float)
    label = rng.integers(0, 3, N).astype(float)
    sparse = [(60, 1), (40, 1)]
    return {
        "one": case([(8, 2)], Poisson(), count, one),
        "crossed": case([(9, 1), (5, 2), (3, 1)], Bernoulli(), coin, one),
        "few meet": case(sparse, Bernoulli(), coin, one),
        "ordered": case([(9, 2), (5, 1)], Cumulative(3), label, ordered),
        "dispersion": case([(9, 1), (5, 1)], NegativeBinomial(), count, many[:, :2]),
        "with a smooth": case([(9, 2), (5, 1)], Poisson(), count, one, smooths=2, flat=2),
        "few meet, with a smooth": case(sparse, Poisson(), count, one, smooths=1, flat=1),
        "nested": case([(30, 2), (8, 1)], Bernoulli(), coin, one, nested=True),
        "nested, crossed, with a smooth": case(
            [(30, 2), (8, 2), (5, 1)], Poisson(), count, one, smooths=1, flat=2, nested=True
        ),
        "smooths alone": case([], Bernoulli(), coin, one, smooths=2, flat=2),
    }


CASES = cases()

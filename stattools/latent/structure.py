"""What the likelihood of a linear mixed model needs of the random terms: one question, which each structure answers.

    y = X b + sum_k Z_k u_k + e,    u_kj ~ N(0, s2 T_k T_k'),    e ~ N(0, s2)
    V = I + sum_k Z_k (I (x) T_k T_k') Z_k'

T_k (q_k, q_k) is lower triangular and may be singular. All that is asked is polynomial in the rows: sums over them.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record


@record
class LatentColumns:
    """The rows as structures read them: W (m, n) has one row for each column of X and the last for y.

    For each random term k, `codes[k]` (n,) are the levels of the rows, `sizes[k]` is the number of levels, and `z[k]`
    (q, n) has one row for each effect of a level.
    """

    W: Floats
    codes: tuple[NDArray[np.intp], ...]
    sizes: tuple[int, ...]
    z: tuple[Floats, ...]

    def products(self, W: Floats) -> Floats:
        """Sums over the rows of each level of z times W (m, n), (Q, m, J), of terms with the same levels."""
        z = np.concatenate(self.z)
        return np.array([[np.bincount(self.codes[0], row * w, self.sizes[0]) for w in W] for row in z])

    def made(self, effects: Floats) -> Floats:
        """What effects (Q, m, J) of the levels make of the rows, (m, n)."""
        found = np.zeros((effects.shape[1], len(self.codes[0])))
        for row, effect in zip(np.concatenate(self.z), effects, strict=True):
            for k, moved in enumerate(effect):
                found[k] += row * moved[self.codes[0]]
        return found


@record
class Joint:
    """Where no two levels meet in a row: [Z'V^-1 Z]_jj (Q, Q, J) and [Z'V^-1 W]_j (Q, m, J) of all terms together.

    These are all that second derivatives of the likelihood need.
    """

    blocks: Floats
    projected: Floats


@record
class BetweenTerms:
    """Where levels of K terms of one effect each meet in rows, with H_kl = Z_k'V^-1 Z_l and P_k = Z_k'V^-1 W:
    `squares` (K, K), the sum of all H_kl^2, and `through` (K, K, m, m), P_k'H_kl P_l.
    """

    squares: Floats
    through: Floats


class Evaluated(Protocol):
    """What a structure says at its factors: log|V|, `cross` W'V^-1 W (m, m), and for each term, per level j,
    `diagonal_blocks` [Z_k'V^-1 Z_k]_jj (q, q, J) and `projected` [Z_k'V^-1 W]_j (q, m, J).

    `joint` is None where levels of different terms meet in rows. There `between` has what second derivatives need, and
    is None too where these are differences of the gradient.
    """

    @property
    def log_determinant(self) -> float: ...
    @property
    def cross(self) -> Floats: ...
    @property
    def diagonal_blocks(self) -> tuple[Floats, ...]: ...
    @property
    def projected(self) -> tuple[Floats, ...]: ...
    @property
    def joint(self) -> Joint | None: ...
    @property
    def between(self) -> BetweenTerms | None: ...


@record
class AtFactors:
    """An `Evaluated` whose parts were all computed."""

    log_determinant: float
    cross: Floats
    diagonal_blocks: tuple[Floats, ...]
    projected: tuple[Floats, ...]
    joint: Joint | None = None
    between: BetweenTerms | None = None


class Structure(Protocol):
    """The random terms of a model; `widths` are the numbers of effects q_k of a level of each term."""

    @property
    def widths(self) -> tuple[int, ...]: ...
    def evaluate(self, factors: tuple[Floats, ...]) -> Evaluated: ...
    def with_columns(self, which: list[int]) -> Structure:
        """The same rows with some of the columns of W, the last of which is y."""
        ...

"""Second derivatives of the likelihood along changes of V, exact for every structure.

V is changed along V itself (the scale s2) and along V_i = Z_k (I (x) E_i) Z_k' with E_i = R e R', where T_k T_k' = R R'
with as many columns of R as effects that vary and e is a unit symmetric matrix: R = T_k inside, and at the boundary
the changes are those of the model without the effects of variance 0. With H = Z'V^-1 Z, G = Z'V^-1 X and
g = Z'V^-1(y - Xb),

    X'V^-1 V_i V^-1 X = G'E_i G,         X'V^-1 V_i V^-1 V_l V^-1 X = G'E_i H E_l G,
    tr V^-1 V_i V^-1 V_l = tr H E_i H E_l,        e'V^-1 V_i V^-1 V_l V^-1 e = g'E_i H E_l g.

One grouping factor: sums over its levels, O(groups). Others: matrices of as many columns as there are effects, up to
`MOST_EFFECTS`. Source: Harville, JASA 72 (1977), 320-338; Kenward & Roger, Biometrics 53 (1997), 983-997.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse
from stattools.latent.deviance import Profile
from stattools.latent.structure import Joint, LatentColumns

MOST_EFFECTS = 4000
"""Random effects of crossed or nested terms whose matrix H is made: 128 MB, and seconds of work."""


type TermNumbers = tuple[int, ...]


@record
class VarianceDirections:
    """Sums along r + 1 changes of V, that of the scale first: `first` (r+1, p, p), `second` (r+1, r+1, p, p), `traces`
    (r+1, r+1), and with the residual `ones` (r+1,), `crosses` (r+1, p) = X'V^-1 V_i V^-1 e, `squares` (r+1, r+1).

    `n` rows; `reml` says which likelihood; `gram_inverse` is (X'V^-1 X)^-1; `terms` are the numbers of the terms that
    the changes are of, -1 for the scale; `without` the numbers of terms with an effect of variance 0.
    """

    n: int
    reml: bool
    s2: float
    gram_inverse: Floats
    first: Floats
    second: Floats
    traces: Floats
    ones: Floats
    crosses: Floats
    squares: Floats
    terms: TermNumbers
    without: tuple[int, ...]

    @cached_property
    def expected(self) -> Floats:
        """tr(P V_i P V_l) (r+1, r+1), twice the information of the restricted likelihood."""
        C, first = self.gram_inverse, self.first
        moved = first @ C
        own = np.einsum("ipr,lrp->il", moved, moved)
        return self.traces - 2.0 * np.einsum("pr,ilrp->il", C, self.second) + own

    @cached_property
    def hessian(self) -> Floats:
        """Second derivatives of -2 log L by log s2 and the changes of V, at the maximum over s2."""
        C = self.gram_inverse
        bent = self.squares - self.crosses @ C @ self.crosses.T
        found = 2.0 * bent / self.s2 - (self.expected if self.reml else self.traces)
        found[0, 1:] = found[1:, 0] = self.ones[1:] / self.s2
        found[0, 0] = self.ones[0] / self.s2
        return 0.5 * (found + found.T)

    @cached_property
    def covariance_slopes(self) -> Floats:
        """The derivative of the covariance s2 (X'V^-1 X)^-1 by each of them, (r+1, p, p)."""
        return self.s2 * self.gram_inverse @ self.first @ self.gram_inverse


def variance_directions(at: Profile, columns: LatentColumns) -> VarianceDirections:
    """The sums at a profile; IncompatibleError where crossed or nested terms have too many effects for it."""
    joint = at.evaluated.joint
    counts = tuple(1 for _ in at.factors) if joint is not None else columns.sizes
    if joint is None:
        joint = whole_joint(at.factors, columns)
    changes, without = changes_of(at.factors)
    H, G = joint.blocks, joint.projected[:, :-1]
    p = G.shape[1]
    e = np.concatenate([G, at.slopes(joint.projected)[:, None]], axis=1)  # (Q, p + 1, J), the residual last
    starts = np.cumsum([0, *(q * count for q, count in zip(at.of.structure.widths, counts, strict=True))])

    def along(change: tuple[int, Floats], values: Floats) -> tuple[slice, Floats]:
        """E_i times values (Q, ..., J): the rows of its term, all others being 0."""
        k, E = change
        rows = slice(int(starts[k]), int(starts[k + 1]))
        part = values[rows].reshape(counts[k], len(E), -1)
        return rows, np.matmul(E, part).reshape(values[rows].shape)

    r = len(changes)
    moved = [along(change, e) for change in changes]
    pushed = [_pushed(H[:, rows], part) for rows, part in moved]
    spread = [along(change, H) for change in changes]
    both = np.empty((r + 1, r + 1, p + 1, p + 1))
    first, traces = np.empty((r + 1, p + 1, p + 1)), np.empty((r + 1, r + 1))
    S = at.evaluated.cross[:-1, :-1]
    first[0] = np.block([[S, np.zeros((p, 1))], [np.zeros((1, p)), np.full((1, 1), at.r2)]])
    traces[0, 0] = at.of.n
    for i, (rows, part) in enumerate(moved):
        first[i + 1] = _summed(e[rows], part)
        traces[0, i + 1] = traces[i + 1, 0] = float(np.einsum("aaj->", spread[i][1][:, rows]))
        for k in range(i + 1):
            others, whole = spread[k]
            value = np.einsum("abj,baj->", spread[i][1][:, others], whole[:, rows])
            traces[i + 1, k + 1] = traces[k + 1, i + 1] = float(value)
            found = _summed(part, pushed[k][rows])
            both[i + 1, k + 1], both[k + 1, i + 1] = found, found.T
    both[0], both[:, 0] = first, first
    terms = (-1, *(k for k, _ in changes))
    x, y = np.s_[..., :p, :p], np.s_[..., p, p]
    return VarianceDirections(
        at.of.n, at.of.reml, at.s2, at.inverse_gram, first[x], both[x], traces, first[y], first[:, :p, p], both[y],
        terms, without,
    )  # fmt: skip


def changes_of(factors: tuple[Floats, ...]) -> tuple[list[tuple[int, Floats]], tuple[int, ...]]:
    """The changes E = R e R' of each term, with its number, and the terms in which an effect does not vary."""
    changes, without = [], []
    for k, T in enumerate(factors):
        left, sizes, _ = np.linalg.svd(T)
        rank = int((sizes > 1e-10 * max(1.0, sizes[0])).sum())
        R = left[:, :rank] * sizes[:rank]
        if rank < len(T):
            without.append(k)
        for a in range(rank):
            for b in range(a + 1):
                E = np.outer(R[:, a], R[:, b])
                changes.append((k, E if a == b else E + E.T))
    return changes, tuple(without)


def whole_joint(factors: tuple[Floats, ...], columns: LatentColumns) -> Joint:
    """H and Z'V^-1 W of all effects of all terms as one block: for crossed and nested terms."""
    Q = sum(size * len(T) for size, T in zip(columns.sizes, factors, strict=True))
    if Q > MOST_EFFECTS:
        raise IncompatibleError(
            f"exact second derivatives of crossed or nested terms need a matrix of all {Q:,} random effects; at most "
            f'{MOST_EFFECTS:,} are taken. Ask for df="normal"'
        )
    n = columns.W.shape[1]
    parts, roots = [], []
    for codes, size, z, T in zip(columns.codes, columns.sizes, columns.z, factors, strict=True):
        q = len(T)
        places = codes[:, None] * q + np.arange(q)
        rows = np.repeat(np.arange(n), q)
        parts.append(sparse.csr_array((z.T.ravel(), (rows, places.ravel())), shape=(n, size * q)))
        roots.append(sparse.kron(sparse.eye_array(size), T))
    Z, L = sparse.hstack(parts, format="csr"), sparse.block_diag(roots).toarray()
    A, B = (Z.T @ Z).toarray(), Z.T @ columns.W.T
    AL = A @ L
    factor = cho_factor(np.eye(Q) + L.T @ AL)
    H = A - AL @ cho_solve(factor, AL.T)
    return Joint(0.5 * (H + H.T)[..., None], (B - AL @ cho_solve(factor, L.T @ B))[..., None])


def _summed(left: Floats, right: Floats) -> Floats:
    """sum_aj left[a, :, j] right[a, :, j]' of arrays (a, p, J)."""
    return np.einsum("apj,arj->pr", left, right, optimize=True)


def _pushed(H: Floats, values: Floats) -> Floats:
    """H_j v_j: (Q, p, J) of blocks (Q, a, J) and values (a, p, J)."""
    return np.einsum("baj,apj->bpj", H, values, optimize=True)

"""Second derivatives of the profiled deviance by theta: exact where no two levels meet in a row, else of the gradient.

With H_j = [Z'V^-1 Z]_jj and dS the change of T T', for one grouping factor

    dH_j = -H_j dS H_j,   dg_j = -H_j dS g_j - G_j db,   dG_j = -H_j dS G_j
    db = -(X'V^-1 X)^-1 sum_j G_j' dS g_j,   d r2 = -sum_j g_j' dS g_j

so that the change of Gamma needs sums over j of products of two of these only: one product of matrices for each.

Where levels of terms of one effect each meet in rows, with H_kl = Z_k'V^-1 Z_l and tau_l = T_l^2,

    d Gamma_k / d tau_l = -|H_kl|^2 + 2 (g_k'H_kl g_l - (G_k'g_k)'N (G_l'g_l)) / s2 - g_k'g_k g_l'g_l / (s2^2 d)
                          [+ 2 tr(N G_k'H_kl G_l) - tr(N G_k'G_k N G_l'G_l)],      N = (X'V^-1 X)^-1

where |H|^2 sums the squares of all entries and the terms in brackets are those of REML.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.latent.deviance import Profile
from stattools.latent.structure import BetweenTerms, Joint

STEP = 1e-6
"""The step of differences of the gradient, of theta in units of 1 or more: above the square root of its round-off."""


def hessian(at: Profile) -> Floats:
    """The matrix of second derivatives of -2 log L by theta, symmetric."""
    joint = at.evaluated.joint
    if joint is not None:
        return _exact(at, joint)
    between = at.evaluated.between
    return _by_differences(at) if between is None else _between(at, between)


def _by_differences(at: Profile) -> Floats:
    rows = []
    for k, value in enumerate(at.theta):
        moved = at.theta.copy()
        moved[k] += STEP * max(1.0, abs(value))
        rows.append((at.of.at(moved).gradient - at.gradient) / (moved[k] - value))
    H = np.array(rows)
    return 0.5 * (H + H.T)


def _exact(at: Profile, joint: Joint) -> Floats:
    """Each sum over j is a product of matrices with J columns; what is left are matrices of Q^2 by Q^2 numbers."""
    alone = len(at.factors) == 1
    H, G = joint.blocks, joint.projected[:, :-1]
    g = at.pulls[0] if alone else at.slopes(joint.projected)
    gamma = at.gammas[0] if alone else at.gamma(H, joint.projected, g)
    Q, p, J = G.shape
    inverse, s2, reml = at.inverse_gram, at.s2, at.of.reml
    above, right, every = _halves(Q)  # H is symmetric
    flat, weights = H[above, right], g[above] * g[right] / s2
    if reml:
        moved = at.moved(joint.projected)
        weights += np.einsum("kpj,kpj->kj", moved[above], moved[right])
    HH, HP = (flat @ flat.T)[every], (flat @ weights.T)[every]  # [ab, cd]
    columns = G.reshape(Q * p, J)
    Gg, gg = (columns @ g.T).reshape(Q, p, Q), g @ g.T
    T, rows, cols = _whole(at)
    K = len(rows)
    dT = np.zeros((K, Q, Q))
    dT[np.arange(K), rows, cols] = 1.0
    dS = dT @ T.T
    dS = (dS + dS.transpose(0, 2, 1)).reshape(K, Q * Q)  # [bc]
    between = (1, 2, 0, 3)  # from [ab, cd] to [bc, ad]
    db = -(dS @ Gg.transpose(0, 2, 1).reshape(Q * Q, p)) @ inverse
    turned = dS @ HP.transpose(between).reshape(Q * Q, -1) + db @ Gg.transpose(1, 0, 2).reshape(p, Q * Q) / s2
    turned = turned.reshape(K, Q, Q)
    change = turned + turned.transpose(0, 2, 1) - (dS @ HH.transpose(between).reshape(Q * Q, -1)).reshape(K, Q, Q)
    change -= (dS @ gg.ravel())[:, None, None] * gg / (s2 * s2 * at.of.d)
    if reml:
        GG = (columns @ columns.T).reshape(Q, p, Q, p).transpose(0, 2, 1, 3).reshape(Q * Q, p * p)  # [bc, pr]
        dX = inverse @ (dS @ GG).reshape(K, p, p) @ inverse
        change -= (dX.reshape(K, p * p) @ GG.T).reshape(K, Q, Q)
    found = 2.0 * (change @ T + gamma @ dT)[:, rows, cols]
    return 0.5 * (found + found.T)


def _between(at: Profile, sums: BetweenTerms) -> Floats:
    """Of terms of one effect, from sums over pairs of their levels."""
    c, p, s2, N = np.append(-at.b, 1.0), len(at.b), at.s2, at.inverse_gram
    products = np.array([np.einsum("qaj,qbj->ab", P, P) for P in at.evaluated.projected])  # P_k'P_k
    pulled = products @ c
    lengths, moved = pulled @ c, pulled[:, :p]  # g'g and G'g
    bent = (2.0 / s2) * (c @ sums.through @ c - moved @ N @ moved.T) - sums.squares
    bent -= np.multiply.outer(lengths, lengths) / (s2 * s2 * at.of.d)
    if at.of.reml:
        turned = N @ products[:, :p, :p]
        bent += 2.0 * np.einsum("ab,klba->kl", N, sums.through[:, :, :p, :p])
        bent -= np.einsum("kab,lba->kl", turned, turned)
    found = 4.0 * np.multiply.outer(at.theta, at.theta) * bent
    found.flat[:: len(found) + 1] += [2.0 * float(gamma[0, 0]) for gamma in at.gammas]
    return 0.5 * (found + found.T)


@cache
def _halves(Q: int) -> tuple[NDArray[np.intp], NDArray[np.intp], tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows and columns of the upper half of a symmetric (Q, Q), and what makes [ab, cd] (Q, Q, Q, Q) of products of
    two halves.
    """
    above, right = np.triu_indices(Q)
    pair = np.empty((Q, Q), dtype=np.intp)
    pair[above, right] = pair[right, above] = np.arange(len(above))
    return above, right, (pair[:, :, None, None], pair)


def _whole(at: Profile) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
    """T (Q, Q) of all terms, and the rows and columns in it of the entries of theta."""
    if len(at.factors) == 1:
        return at.factors[0], *at.of.entries[0]
    sizes = [len(factor) for factor in at.factors]
    T, rows, cols, end = np.zeros((sum(sizes),) * 2), [], [], 0
    for factor, (i, j) in zip(at.factors, at.of.entries, strict=True):
        T[end : end + len(factor), end : end + len(factor)] = factor
        rows.append(i + end)
        cols.append(j + end)
        end += len(factor)
    return T, np.concatenate(rows), np.concatenate(cols)

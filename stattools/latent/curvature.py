"""Second derivatives of the profiled deviance by theta: exact where no two levels meet in a row, else of the gradient.

With H_j = [Z'V^-1 Z]_jj and dS the change of T T', for one grouping factor

    dH_j = -H_j dS H_j,   dg_j = -H_j dS g_j - G_j db,   dG_j = -H_j dS G_j
    db = -(X'V^-1 X)^-1 sum_j G_j' dS g_j,   d r2 = -sum_j g_j' dS g_j

so that the change of Gamma needs sums over j of products of two of these only: one product of matrices for each.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.latent.deviance import Profile
from stattools.latent.structure import Joint

STEP = 1e-6
"""The step of differences of the gradient, of theta in units of 1 or more: above the square root of its round-off."""


def hessian(at: Profile) -> Floats:
    """The matrix of second derivatives of -2 log L by theta, symmetric."""
    joint = at.evaluated.joint
    return _by_differences(at) if joint is None else _exact(at, joint)


def _by_differences(at: Profile) -> Floats:
    rows = []
    for k, value in enumerate(at.theta):
        moved = at.theta.copy()
        moved[k] += STEP * max(1.0, abs(value))
        rows.append((at.of.at(moved).gradient - at.gradient) / (moved[k] - value))
    H = np.array(rows)
    return 0.5 * (H + H.T)


def _exact(at: Profile, joint: Joint) -> Floats:
    H, G, g = joint.blocks, joint.projected[:, :-1], at.slopes(joint.projected)
    Q, p, J = G.shape
    inverse, s2, d, reml = at.inverse_gram, at.s2, at.of.d, at.of.reml
    flat, squares = H.reshape(Q * Q, J), (g[:, None] * g).reshape(Q * Q, J)
    weights = squares / s2
    if reml:
        weights = weights + np.einsum("apj,pr,brj->abj", G, inverse, G, optimize=True).reshape(Q * Q, J)
    HH, HP = (flat @ flat.T).reshape((Q,) * 4), (flat @ weights.T).reshape((Q,) * 4)  # [ab, cd]
    columns = np.ascontiguousarray(G).reshape(Q * p, J)
    Gg = (columns @ g.T).reshape(Q, p, Q)
    gg = g @ g.T
    GG = (columns @ columns.T).reshape(Q, p, Q, p) if reml else None
    gamma = at.gamma(H, joint.projected)
    T, spans, entries = np.zeros((Q, Q)), [], []
    end = 0
    for factor, (i, j) in zip(at.factors, at.of.entries, strict=True):
        T[end : end + len(factor), end : end + len(factor)] = factor
        entries.append((i + end, j + end))
        spans.append(end)
        end += len(factor)
    rows, cols = (np.concatenate(each) for each in zip(*entries, strict=True))
    K = len(rows)
    dT = np.zeros((K, Q, Q))
    dT[np.arange(K), rows, cols] = 1.0
    dS = dT @ T.T
    dS = dS + dS.transpose(0, 2, 1)
    db = -np.einsum("pr,kbc,brc->kp", inverse, dS, Gg, optimize=True)
    dr2 = -np.einsum("kbc,bc->k", dS, gg)
    turned = np.einsum("kbc,abcd->kad", dS, HP, optimize=True) + np.einsum("kp,apd->kad", db, Gg) / s2
    change = turned + turned.transpose(0, 2, 1) - np.einsum("kbc,abcd->kad", dS, HH, optimize=True)
    change += dr2[:, None, None] * gg / (s2 * s2 * d)
    if GG is not None:
        dX = np.einsum("kbc,bpcr->kpr", dS, GG, optimize=True)
        dX = inverse @ dX @ inverse
        change -= np.einsum("kpr,apbr->kab", dX, GG, optimize=True)
    found = 2.0 * (change @ T + gamma @ dT)
    found = found[:, rows, cols]
    return 0.5 * (found + found.T)

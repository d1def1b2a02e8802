"""A mixed regression in coordinates that do not depend on origin and unit of its columns.

    X M = Q,   Q'Q = n I,   theta_user = lift(M) theta;     Z_k N_k = Q_k,   effects of Z_k = N_k times those of Q_k

A calendar year in place of a number of days then changes no digit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coordinates import orthonormal
from stattools.models.model import Model


@record
class OrthonormalModel:
    """`fixed` is the regression on the fixed effects over Q, `lift` (p, p) makes the user's coefficients of its own;
    `z` (q_k, n) are the columns Q_k of each random term, and `to_effects` the N_k.
    """

    fixed: Model
    lift: Floats
    z: tuple[Floats, ...]
    to_effects: tuple[Floats, ...]

    @classmethod
    def of(cls, model: Any) -> OrthonormalModel:
        """Of a mixed regression; IdentificationError for columns that are combinations of others, with their names.

        Where a linear predictor of some columns cannot follow, columns are centered and scaled only.
        """
        fixed, z, back = model.fixed, [], []
        rows = fixed.rows
        Q = np.empty((rows.X.shape[1], rows.X.shape[0]))
        M = orthonormal(np.asarray(rows.X), None, fixed.terms, fixed.title, Q)
        if fixed.predictor.own and fixed.predictor.held(M):
            made, lift = fixed.standardized()
        else:
            lift = fixed.predictor.lift(M)
            over = Rows(Q.T, rows.y, rows.weight, rows.offset, rows.precision)
            made = replace(fixed, rows=over, start=np.linalg.solve(lift, fixed.start))
        for term in model.random:
            own = np.empty((len(term.columns), len(term.codes)))
            back.append(orthonormal(term.z, None, term.columns, term.name, own))
            z.append(own)
        return cls(made, lift, tuple(z), tuple(back))

"""CR2 and CR3 with their degrees of freedom by their definition, from dense matrices in the coefficients themselves.

    V = C (sum_g A_g S_g S_g' A_g') C,   A_g = (I - M_g C)^-power,   power 1/2 of CR2 and 1 of CR3
    df of l = (sum_g P_gg)^2 / sum_gh P_gh^2,   P_gh = l' C A_g (d_gh M_g - M_g C M_h) A_h' C l

S_g and M_g are the sums of the scores and of the information of the rows of group g, C is the inverse of their sum; a
power is taken by eigenvectors, and is 0 where group g alone determines a direction. statsmodels has neither kind. Cost:
groups^2 p^2 for each coefficient. Source: Pustejovsky & Tipton, J. Business & Economic Statistics 36 (2018), 672-683.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.inference.covariance import Groups
from stattools.inference.fits.fit import Fit
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.agreement import Agreement, agreeing_digits, counted
from stattools.validation.references.statsmodels import Reference

POWERS = {"CR2": -0.5, "CR3": -1.0}


APART = 1e-5
"""Degrees of freedom this close in ratio count as the same."""


def few_clusters(fit: Fit, reference: Reference, beside: Callable[..., Agreement]) -> Agreement:
    """The agreement of a fit whose clusters are CR2 or CR3, `beside(reference, notes)`, with dense standard errors at
    the estimate of the reference; degrees of freedom that are not those of dense algebra are no agreement.
    """
    se, df = dense(fit.model, reference.estimate, fit._cov_made)
    gap, digits = np.abs(df / fit.t_df - 1.0).max(), counted(float(np.min(agreeing_digits(fit.t_df, df))))
    what = f"standard errors and degrees of freedom (digits: {digits}) are compared with dense algebra."
    found = beside(replace(reference, se=se), (f"statsmodels has no {fit.cov}: {what}",))
    if gap <= APART or not found.ok:
        return found
    return replace(found, ok=False, sentence=f"Degrees of freedom of dense algebra differ by up to {gap:.1e} of them.")


def dense(model: Model, theta: Floats, cov: Any) -> tuple[Floats, Floats]:
    """Standard errors of the coefficients theta of rows in memory, and the degrees of freedom of their t."""
    codes, (block,), width = Groups.read(cov.groups, model).codes, model.rows.blocks(), model.predictor.width
    eta, _ = model.predictor.forward(theta, block)
    n = len(codes)
    units = [np.tile(one, (n, 1)) if width > 1 else np.ones(n) for one in np.eye(width)]
    J = np.stack([model.predictor.row_scores(np.asarray(block.X), unit) for unit in units], axis=1)
    u = model.likelihood.score(eta, block.y).reshape(n, width)
    W = model.likelihood.information(eta, block.y).reshape(n, width, width)
    for factor in (model.rows.weight, model.rows.precision):
        u, W = (u, W) if factor is None else (u * factor[:, None], W * factor[:, None, None])
    groups = [np.flatnonzero(codes == g) for g in range(codes.max() + 1)]
    S = [np.einsum("iap,ia->p", J[own], u[own]) for own in groups]
    M = [np.einsum("iap,iab,ibq->pq", J[own], W[own], J[own]) for own in groups]
    C = np.linalg.inv(np.sum(M, axis=0))
    CA = [C @ _power(np.eye(len(C)) - part @ C, POWERS[cov.kind]) for part in M]
    moves = np.array([left @ score for left, score in zip(CA, S, strict=True)])
    factor = (len(groups) - 1.0) / len(groups) if cov.correction == "jackknife" else 1.0
    return np.sqrt(factor * (moves**2).sum(axis=0)), np.array([_df(left, M, C) for left in np.transpose(CA, (1, 0, 2))])


def _df(left: Floats, M: list[Floats], C: Floats) -> float:
    """Of the coefficient whose l' C A_g are the rows of `left`."""
    of = np.array([one @ part for one, part in zip(left, M, strict=True)])
    P = np.diag((of * left).sum(axis=1)) - of @ C @ of.T
    return float(np.trace(P) ** 2 / (P**2).sum())


def _power(A: Floats, power: float) -> Floats:
    values, vectors = np.linalg.eig(A)
    some = values.real > 1e-10
    return ((vectors * np.where(some, np.where(some, values, 1.0) ** power, 0.0)) @ np.linalg.inv(vectors)).real

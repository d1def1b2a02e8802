"""Labels in order in statsmodels: OrderedModel, whose thresholds are the first and logarithms of increments.

theta_1 = t_1,   theta_j = theta_{j-1} + exp(t_j),   covariance J C J^T with J = d theta / d t
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from statsmodels.miscmodels.ordinal_model import OrderedModel

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats
from stattools.models.model import Model
from stattools.text.one_line import prints
from stattools.validation.foreign.statsmodels_results.ordered import in_thresholds

LAWS = {"logit": stats.logistic, "probit": stats.norm, "cloglog": stats.gumbel_l, "loglog": stats.gumbel_r}
"""The distribution whose function F is, by the link."""


@prints
@dataclass(frozen=True, eq=False)
class InOurs:
    """Results with thresholds in the place of increments; `scores` are those of the rows."""

    params: Floats
    covariance: Floats
    scores: Floats
    llf: float
    mle_retvals: Any

    @property
    def bse(self) -> Floats:
        return np.sqrt(np.diagonal(self.covariance))

    def cov_params(self) -> Floats:
        return self.covariance


def ordered_model(model: Model, rows: Rows) -> tuple[str, InOurs]:
    """The fit by statsmodels of the location and the thresholds, to the rows as often as they were seen."""
    main = list(model.predictor.main or ())
    law = LAWS[next(iter(model.likelihood.parameters.values()))]
    reference = OrderedModel(rows.y.astype(int), np.asarray(rows.X)[:, main], offset=rows.offset, distr=law)
    near = reference.fit(method="bfgs", maxiter=1000, gtol=1e-6, disp=0).params
    found = reference.fit(start_params=np.asarray(near), method="newton", maxiter=20, tol=1e-9, disp=0)
    own, p = np.asarray(found.params), len(main)
    thetas, J = in_thresholds(own, p)
    covariance = J @ np.asarray(found.cov_params()) @ J.T
    scores = np.linalg.solve(J.T, np.asarray(reference.score_obs(own)).T).T
    return "OrderedModel", InOurs(thetas, covariance, scores, found.llf, found.mle_retvals)

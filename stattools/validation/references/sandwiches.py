"""Robust, Newey-West and clustered covariances as statsmodels computes them, from its own scores and information.

statsmodels has HC1 to HC3 for least squares only; asked for one of a discrete model, it answers with HC0 under that
name (statsmodels 0.15, `base/covtype.py`). So HC1 is made with its correction, and HC2 to HC4 have no reference. HC4
of least squares, which it has not, is made from its residuals and pseudo-inverse.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.covariance import HAC, Cluster, Groups
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.references.ordered_model import InOurs


def reference_covariance(model: Model, results: Any, cov: str | HAC | Cluster) -> Floats | None:
    """The covariance of statsmodels' results, of the kind `cov`; None where statsmodels has none of this kind.

    `results` are of the rows of `model` each seen once.
    """
    import statsmodels.stats.sandwich_covariance as sw

    if isinstance(results, InOurs):  # which are read by their scores and their covariance
        results = results.scores, results.covariance
    n, p = len(model.rows.X), len(model.names)
    if isinstance(cov, HAC):
        if cov.lags == "auto" or cov.prewhiten:
            return None
        kernel = {"bartlett": sw.weights_bartlett, "uniform": sw.weights_uniform}[cov.kernel]
        return sw.cov_hac_simple(results, cov.lags, kernel, use_correction=cov.correction == "stata")
    if isinstance(cov, Cluster):
        if cov.kind != "CR1":
            return None
        ways = [Groups.read(groups, model) for groups in (cov.groups, cov.second) if groups is not None]
        own = cov.correction == "statsmodels"
        if len(ways) == 2:
            codes = np.column_stack([way.codes for way in ways])
            V = sw.cov_cluster_2groups(results, codes, use_correction=own)[0]
        else:
            V = sw.cov_cluster(results, ways[0].codes, use_correction=own)
        G = min(way.n for way in ways)
        stata = G / (G - 1.0) * ((n - 1.0) / (n - p) if model.has_scale else 1.0)
        return V * stata if cov.correction == "stata" else V
    if cov == "quasi":
        return results.cov_params() * (results.pearson_chi2 / (n - p))
    if model.has_scale:
        return _hc4(results) if cov == "HC4" else getattr(results, f"cov_{'HC1' if cov == 'robust' else cov}")
    plain = sw.cov_white_simple(results, use_correction=cov == "HC1")
    return {"HC0": plain, "HC1": plain, "robust": plain * n / (n - 1.0)}.get(cov)


def _hc4(results: Any) -> Floats:
    """Cribari-Neto's HC4 of least squares."""
    X, back = results.model.wexog, results.model.pinv_wexog
    h = np.einsum("ij,ji->i", X, back)
    square = results.wresid**2 / (1.0 - h) ** np.minimum(4.0, h * len(X) / X.shape[1])
    return (back * square) @ back.T

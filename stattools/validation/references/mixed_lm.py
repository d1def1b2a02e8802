"""The linear mixed model in statsmodels' MixedLM, and by dense matrices where MixedLM has none.

MixedLM has groups of one kind with a covariance of their effects, and effects that are independent with a variance for
each kind of groups. It takes no precision of rows.
"""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import Any

import numpy as np
import statsmodels
from scipy.linalg import cho_factor, cho_solve
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams, VCSpec

from stattools.data.design.random_effects import RandomTerm
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record

MOST_ROWS = 500
"""Rows of crossed groups that MixedLM is asked for, which makes matrices of all rows in each of its steps."""


@record
class MixedReference:
    """Fixed effects with standard errors, the covariance of the effects of each term, and the residual variance."""

    name: str
    estimate: Floats
    se: Floats
    covariances: tuple[Floats, ...]
    s2: float
    loglik: float
    converged: bool
    notes: tuple[str, ...] = ()


def mixed_lm(model: Any, reml: bool) -> MixedReference | None:
    """MixedLM's fit; None where it has no such model."""
    terms = model.random
    if model.precision is not None or model.smooths:
        return None
    crossed = any((term.codes != terms[0].codes).any() for term in terms)
    if crossed and (model.n > MOST_ROWS or any(len(term.columns) > 1 for term in terms)):
        return None
    name = f"statsmodels {statsmodels.__version__} MixedLM"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            results, covariances = _crossed(model, reml) if crossed else _one_factor(model, reml)
            loglik = float(results.llf)  # from determinants, which it makes when it is asked
        except (np.linalg.LinAlgError, ValueError, RuntimeError, FloatingPointError) as error:
            said = f"statsmodels failed: {type(error).__name__}: {error}"
            gap = np.full(len(model.names), np.nan)
            none = tuple(np.full((len(term.columns),) * 2, np.nan) for term in terms)
            return MixedReference(name, gap, gap, none, np.nan, np.nan, False, (said,))
    notes = tuple(dict.fromkeys(f"statsmodels warned: {' '.join(str(w.message).split())}" for w in caught))
    p, s2 = len(model.names), float(results.scale)
    numbers = np.asarray(results.fe_params), np.asarray(results.bse)[:p]
    return MixedReference(name, *numbers, covariances, s2, loglik, bool(results.converged), notes)


def _one_factor(model: Any, reml: bool) -> tuple[Any, tuple[Floats, ...]]:
    widths = [len(term.columns) for term in model.random]
    spans = [slice(low, high) for low, high in pairwise(np.cumsum([0, *widths]).tolist())]
    free = np.zeros((sum(widths),) * 2)
    for span in spans:
        free[span, span] = 1.0
    z = np.concatenate([term.z for term in model.random], axis=1)
    asked: Any = MixedLM(model.y, model.X, model.random[0].codes, exog_re=z)
    parts: Any = MixedLMParams
    held = {"free": parts.from_components(fe_params=np.ones(len(model.names)), cov_re=free)} if len(widths) > 1 else {}
    results = asked.fit(reml=reml, **held)
    cov = np.asarray(results.cov_re)
    return results, tuple(cov[span, span] for span in spans)


def _crossed(model: Any, reml: bool) -> tuple[Any, tuple[Floats, ...]]:
    def columns(term: RandomTerm) -> Floats:
        made = np.zeros((len(term.codes), term.n_levels))
        made[np.arange(len(term.codes)), term.codes] = term.z[:, 0]
        return made

    names = [term.name for term in model.random]
    spec = VCSpec(
        names, [[[str(k) for k in range(term.n_levels)]] for term in model.random], [[columns(t)] for t in model.random]
    )
    results = MixedLM(model.y, model.X, np.zeros(len(model.y)), exog_vc=spec).fit(reml=reml)
    return results, tuple(np.array([[float(v)]]) for v in results.vcomp)


def dense(model: Any, covariances: tuple[Floats, ...], s2: float, reml: bool) -> MixedReference:
    """The likelihood at these covariances, profiled over the fixed effects, from the covariance matrix of all rows.

    Raises IdentificationError where that matrix is singular in float64.
    """
    X, y, n = model.X, model.y, len(model.y)
    V = s2 * np.diag(np.ones(n) if model.precision is None else 1.0 / model.precision)
    for term, cov in zip(model.varying, covariances, strict=True):
        V += term.shared(cov)
    try:
        factor = cho_factor(V, lower=True)
    except np.linalg.LinAlgError:
        raise IdentificationError(
            f"the covariance matrix of all rows of {model.title} is singular in float64, so that it has no density: "
            "effects vary so much more than the residual that its digits are lost. Look at the units of columns."
        ) from None
    center = X.mean(axis=0) if (X[:, 0] == 1.0).all() else np.zeros(X.shape[1])
    center[0] = 0.0
    Z = X - center
    gram = Z.T @ cho_solve(factor, Z)
    phi = np.linalg.solve(gram, Z.T @ cho_solve(factor, y))
    r = y - Z @ phi
    value = 2.0 * np.log(factor[0].diagonal()).sum() + r @ cho_solve(factor, r)
    value += (n - len(phi) * reml) * np.log(2.0 * np.pi) + reml * np.linalg.slogdet(gram)[1]
    value -= 2.0 * reml * sum(curve.log_line for curve in model.smooths)
    back = np.eye(len(phi))
    back[0] -= center
    se = np.sqrt(np.diag(back @ np.linalg.inv(gram) @ back.T))
    return MixedReference("", back @ phi, se, covariances, s2, float(-0.5 * value), True)

"""The same model in statsmodels: the reference that a fit is checked against. The only place that fits with
statsmodels.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.model import Model

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reference:
    """What the reference says, in the order of our coefficients; `failure` is its error where it gave no numbers."""

    name: str
    estimate: Floats
    se: Floats
    loglik: float
    converged: bool
    notes: tuple[str, ...] = ()


def reference_fit(model: Model) -> Reference:
    """Fit the model in statsmodels, to the tightest tolerance it takes; its warnings come back as notes."""
    import statsmodels

    routine = {"ols": _ols, "logistic": _logistic, "poisson": _poisson, "softmax": _softmax}.get(model.kind)
    if routine is None:
        raise IncompatibleError(f"validate has no statsmodels reference for {model.title}.")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            name, results = routine(model)
            numbers = (_flat(results.params), _flat(results.bse), float(results.llf), _converged(results))
            failure: tuple[str, ...] = ()
        except (np.linalg.LinAlgError, ValueError, RuntimeError, FloatingPointError) as error:
            missing = np.full(len(model.names), np.nan)
            name, numbers = model.title, (missing, missing, float("nan"), False)
            failure = (f"statsmodels failed: {type(error).__name__}: {error}",)
    notes = tuple(dict.fromkeys(f"statsmodels warned: {' '.join(str(w.message).split())}" for w in caught))
    return Reference(f"statsmodels {statsmodels.__version__} {name}", *numbers, failure + notes)


def _ols(model: Model) -> tuple[str, Any]:
    import statsmodels.api as sm

    X, y, offset = _repeated(model)
    return "OLS", sm.OLS(y if offset is None else y - offset, X).fit()


def _logistic(model: Model) -> tuple[str, Any]:
    import statsmodels.api as sm

    rows = model.rows
    if rows.offset is None and rows.weight is None:
        return "Logit", sm.Logit(rows.y, rows.X).fit(disp=0, method="newton", maxiter=200, tol=1e-14)
    return "GLM Binomial", _glm(model, sm.families.Binomial())


def _poisson(model: Model) -> tuple[str, Any]:
    import statsmodels.api as sm

    return "GLM Poisson", _glm(model, sm.families.Poisson())


def _softmax(model: Model) -> tuple[str, Any]:
    import statsmodels.api as sm

    X, y, _ = _repeated(model)
    return "MNLogit", sm.MNLogit(y.astype(int), X).fit(disp=0, method="newton", maxiter=200, tol=1e-14)


def _glm(model: Model, family: Any) -> Any:
    import statsmodels.api as sm

    rows = model.rows
    glm = sm.GLM(rows.y, rows.X, family=family, offset=rows.offset, freq_weights=rows.weight)
    return glm.fit(maxiter=300, tol=1e-13, tol_criterion="params")


def _repeated(model: Model) -> tuple[Floats, Floats, Floats | None]:
    """The rows as often as their frequency weights say, which is what frequency weights mean."""
    rows = model.rows
    if rows.weight is None:
        return rows.X, rows.y, rows.offset
    index = np.repeat(np.arange(len(rows.y)), rows.weight.astype(int))
    return rows.X[index], rows.y[index], None if rows.offset is None else rows.offset[index]


def _flat(values: Any) -> Floats:
    """Coefficients category after category: statsmodels keeps categories in columns."""
    return np.asarray(values, dtype=float).T.ravel()


def _converged(results: Any) -> bool:
    flag = getattr(results, "converged", None)
    if flag is None:
        flag = getattr(results, "mle_retvals", {}).get("converged", True)
    return bool(flag)

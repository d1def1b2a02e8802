"""What all results of statsmodels say in one way: kinds of standard errors, convergence, which rows were used."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.inference.covariance import HAC, Cluster
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.foreign.description import attributes

KERNELS = {"weights_bartlett": "bartlett", "weights_uniform": "uniform"}
RESULTS = {
    "bse": None,
    "cov_type": "none",
    "cov_kwds": {},
    "use_t": False,
    "method": "",
    "scale": 1.0,
    "df_resid_inference": None,
    "converged": None,
    "mle_retvals": {},
    "mle_settings": {},
    "fit_history": {},
}
"""What results say, and what it means that they do not."""
DROPPED = {"missing_row_idx": ()}
"""The same of the data of a model."""


def covariance_of(options: Any, said: str) -> str | HAC | Cluster | None:
    """Our name of the covariance of statsmodels results; None for one that is not known here."""
    if said == "nonrobust":
        return "information"
    if said in ("HC0", "HC1", "HC2", "HC3"):
        return said
    if said == "HAC":
        by = options.get("weights_func")
        kernel = "bartlett" if by is None else KERNELS.get(by.__name__)
        if kernel is None:
            return None
        return HAC(int(options["maxlags"]), kernel, "stata" if options.get("use_correction") else "none")  # type: ignore[arg-type]
    if said == "cluster":
        groups = np.asarray(options["groups"])
        ways = [groups] if groups.ndim == 1 else list(groups.T)
        return Cluster(*ways, correction="statsmodels" if options.get("use_correction", True) else "none")
    return None


def degrees_of(df: float, model: Model) -> float | None:
    """Degrees of freedom of t; None where they are n - p."""
    return None if df == model.n - len(model.names) else df


def taken(results: Any) -> tuple[bool | None, int | None, int | None]:
    """What the fit says of convergence, the steps taken, and the most that it would take."""
    told = attributes(results, RESULTS)
    converged = told.mle_retvals.get("converged", told.converged)
    steps = told.mle_retvals.get("iterations", told.fit_history.get("iteration"))
    whole = isinstance(steps, int | np.integer | float)
    most = told.mle_settings.get("maxiter")
    return None if converged is None else bool(converged), int(steps) if whole else None, most


def rows_of(sm: Any) -> NDArray[np.intp] | None:
    """Numbers of the table's rows that were kept, where a formula dropped some."""
    missing = attributes(sm.data, DROPPED).missing_row_idx
    if not missing:
        return None
    n = len(sm.endog) + len(missing)
    return np.setdiff1d(np.arange(n), np.asarray(missing))


def flat(values: Any) -> Floats:
    """Coefficients category after category: statsmodels keeps categories in columns."""
    return np.array(np.asarray(values, dtype=float).T).ravel()

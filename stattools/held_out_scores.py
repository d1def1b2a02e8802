"""How well fits predict rows that they have not seen: the held-out log score, with the standard error of differences.

    log score = mean over rows of -log p(y_i | x_i);   difference of two fits: mean d_i -+ sd(d_i) / sqrt(n)

d_i is the difference of the two fits on row i: the rows are shared, so the standard error of the difference is smaller
than those of the scores suggest. Source: Gneiting & Raftery, JASA 102 (2007), 359-378; Vehtari, Gelman & Gabry,
Statistics and Computing 27 (2017), sec. 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.new_outcome import codes_of, new_outcome
from stattools.data.outcome import numeric
from stattools.errors import DomainError, IncompatibleError
from stattools.likelihoods import Bernoulli, Binomial, Categorical, Gaussian, Probit
from stattools.model import Model
from stattools.prediction import at_rows, labels_of

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def held_out(*fits: Any, data: Any, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Fits side by side on rows that they were not fitted to: a table, or a pair (y, X) for fits of arrays.

    One row per fit: fit, n, log_score, se, difference, difference_se, accuracy. `difference` is the log score minus
    that of the best fit, with the standard error of the paired difference; accuracy is missing for outcomes without
    classes. Raises IncompatibleError for fits whose outcomes have no density at single rows, DomainError for labels
    that a fit has not seen.

    >>> import stattools as st
    >>> table = {"y": [0, 0, 1, 0, 1, 1], "x": [1, 2, 3, 4, 5, 6]}
    >>> fits = st.fit(st.logistic("y ~ 1", table)), st.fit(st.logistic("y ~ x", table))
    >>> held_out(*fits, data={"y": [0, 1], "x": [1, 6]}, names=["null", "line"]).log_score.round(3).tolist()
    [0.693, 0.047]
    """
    import pandas as pd

    if not fits:
        raise DomainError("held_out needs one fit or more.")
    labels = tuple(str(k + 1) for k in range(len(fits))) if names is None else tuple(map(str, names))
    if len(labels) != len(fits):
        raise DomainError(f"held_out needs names=, one for each of {len(fits)} fits; got {len(labels)}.")
    scores = [-pointwise(fit, data) for fit in fits]
    if len({len(score) for score in scores}) > 1:
        raise IncompatibleError(f"held_out: the fits see different numbers of rows, {[len(s) for s in scores]}.")
    best = min(range(len(fits)), key=lambda k: float(scores[k].mean()))
    rows = []
    for label, fit, score in zip(labels, fits, scores, strict=True):
        n, gap = len(score), score - scores[best]
        spread = np.sqrt(n) if n > 1 else np.nan
        rows.append(
            {
                "fit": label,
                "n": n,
                "log_score": float(score.mean()),
                "se": float(score.std(ddof=1) / spread) if n > 1 else np.nan,
                "difference": float(gap.mean()),
                "difference_se": float(gap.std(ddof=1) / spread) if n > 1 else np.nan,
                "accuracy": accuracy(fit, data),
            }
        )
    return pd.DataFrame(rows)


def pointwise(fit: Any, data: Any) -> Floats:
    """log p(y_i | x_i) of each new row at the fit's estimate, (m,)."""
    if hasattr(fit, "pointwise_loglik"):
        return fit.pointwise_loglik(data)
    at, y = _new_rows(fit, data)
    eta = at.eta(fit.estimate)
    if isinstance(at.likelihood, Gaussian):
        return Gaussian(fit.scale).loglik(eta, y)
    return at.likelihood.loglik(eta, y)


def accuracy(fit: Any, data: Any) -> float:
    """Share of new rows whose most probable label is the observed one; NaN for outcomes without classes."""
    model = fit.model
    if isinstance(model, Model):
        if not isinstance(model.likelihood, Bernoulli | Probit | Categorical):
            return float("nan")
        at, y = _new_rows(fit, data)
        mean = at.likelihood.mean(at.eta(fit.estimate))
    else:
        if fit.labels is None:
            return float("nan")
        X, y = model.rows_of(data)
        mean = fit.mean(X)
    codes = mean.argmax(axis=1) if mean.ndim == 2 else mean > 0.5
    return float((codes == y).mean())


def _new_rows(fit: Any, data: Any) -> tuple[Model, Floats]:
    """The fitted model over the new rows, and their outcome as the likelihood takes it."""
    model = getattr(fit, "model", None)
    if not isinstance(model, Model) or isinstance(model.likelihood, Binomial) or model.rows.precision is not None:
        raise IncompatibleError(
            "held_out compares regressions of single rows and networks; got "
            f"{getattr(model, 'title', type(fit).__name__)}. Compare grouped outcomes and weighted fits by st.compare."
        )
    outcome, _ = new_outcome(model.design, model.outcome_name, data)
    at = at_rows(model, data[1] if isinstance(data, tuple) else data)
    if isinstance(model.likelihood, Bernoulli | Probit | Categorical):
        return at, codes_of(outcome, labels_of(model), model.outcome_name)
    return at, model.likelihood.check(numeric(outcome, model.outcome_name))

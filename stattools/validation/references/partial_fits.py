"""Cox's regression and matched sets in statsmodels: PHReg and ConditionalLogit, to columns in standard units.

PHReg has no exact ties, and counts a row as at risk at the very time of its entry, where R and we count it from after
that time: where an event falls on an entry it has another likelihood. ConditionalLogit is exact.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import statsmodels
from statsmodels.discrete.conditional_models import ConditionalLogit as TheirSets
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.tools.sm_exceptions import ModelWarning

from stattools.models.regressions.times import ConditionalLogit
from stattools.models.survival.cox import CoxRegression
from stattools.validation.references.statsmodels import Reference

MOST_ROWS = 5_000
"""Beyond this PHReg takes seconds: it looks at all who are at risk at each time of an event."""


def partial_fit(model: CoxRegression) -> Reference | None:
    """Their fit of a partial likelihood; None where they have no such model, or not in seconds."""
    rows = model.said
    weight = np.ones(rows.n, dtype=np.intp) if rows.weights is None else rows.weights.astype(np.intp)
    again = np.repeat(np.arange(rows.n), weight)
    exact, in_sets = model.ties == "exact", isinstance(model, ConditionalLogit)
    on_entry = rows.entry is not None and bool(np.isin(rows.entry[again], rows.time[rows.event]).any())
    if len(again) > MOST_ROWS or on_entry or (exact and not in_sets):
        return None
    X, event = model.X[again], rows.event[again].astype(int)
    spread = X.std(axis=0)
    X = (X - X.mean(axis=0)) / spread
    strata = rows.labels["strata"][0][again] if "strata" in rows.labels else None
    name = f"statsmodels {statsmodels.__version__} {'ConditionalLogit' if in_sets else 'PHReg'}"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if in_sets:
                found: Any = TheirSets(event, X, groups=strata).fit(method="newton", maxiter=200, tol=1e-12, disp=False)
            else:
                entry = None if rows.entry is None else rows.entry[again]
                asked: Any = PHReg(rows.time[again], X, status=event, entry=entry, strata=strata, ties=model.ties)
                found = asked.fit(maxiter=200, tol=1e-14)
        except (np.linalg.LinAlgError, ValueError, RuntimeError, FloatingPointError) as error:
            gap = np.full(X.shape[1], np.nan)
            return Reference(name, gap, gap, np.nan, False, (f"statsmodels failed: {type(error).__name__}: {error}",))
    told = [
        w.message for w in caught if not (in_sets and issubclass(w.category, ModelWarning))
    ]  # sets that say nothing
    notes = tuple(dict.fromkeys(f"statsmodels warned: {' '.join(str(message).split())}" for message in told))
    return Reference(name, found.params / spread, found.bse / spread, float(found.llf), True, notes)

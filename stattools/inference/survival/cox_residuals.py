"""Residuals of Cox's regression: of rows, and of events.

| kind | what it is, and what it shows |
|---|---|
| martingale | event seen (0 or 1) less the number expected while at risk: the form of a column, by smoothing over it |
| deviance | sign(M) sqrt(-2 (M + died log(died - M))), more symmetric: rows that are far off |
| score | what each row says about each coefficient: influence, and robust standard errors |
| schoenfeld | of each event x less the mean of those at risk: a trend in time is a hazard that is not proportional |

Source: Therneau, Grambsch & Fleming, Biometrika 77 (1990); Schoenfeld, Biometrika 69 (1982).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import xlogy

from stattools.errors import IncompatibleError, quoted
from stattools.inference.prediction.answers import handed_out
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.partial_likelihood import AtPoint
from stattools.models.survival.row_scores import martingale, mean_at_events, on_all_rows, score_rows

KINDS = ("martingale", "deviance", "score", "schoenfeld")


def cox_residuals(model: CoxRegression, theta: Floats, kind: str, align: bool) -> Any:
    """See `CoxFit.residuals_of`."""
    kind = word_of(kind, KINDS)
    if not is_one_of(kind, KINDS):
        raise IncompatibleError(
            f"{model.title} has residuals of kind {', '.join(map(repr, KINDS))}; got {quoted(kind)}."
        )
    if model.exact is not None and kind in ("score", "schoenfeld"):
        raise IncompatibleError(
            f'{kind} residuals take the events of a tie one by one, which ties="exact" does not; fit with ties="efron".'
        )
    at = model.at(theta)
    if kind == "schoenfeld":
        return _of_events(model, at)
    if kind == "score":
        scores = on_all_rows(score_rows(at), at, model.said.n).T
        return handed_out(model.places, scores, "residual", align, columns=model.names)
    M = on_all_rows(martingale(at), at, model.said.n)
    died = model.said.event.astype(float)
    if kind == "deviance":
        M = np.sign(M) * np.sqrt(np.maximum(-2.0 * (M + xlogy(died, died - M)), 0.0))
    return handed_out(model.places, M, "residual", align)


def _of_events(model: CoxRegression, at: AtPoint) -> pd.DataFrame:
    """One line per event: row of the table, [stratum,] time, and a column for each coefficient."""
    sets = model.sets
    died = np.flatnonzero(sets.died)
    died = died[np.lexsort((sets.rows[died], sets.times[sets.joins[died]], sets.stratum[sets.joins[died]]))]
    residual = at.X[:, died] - mean_at_events(at)[:, sets.joins[died]]
    columns: dict[str, Any] = {"row": model.said.rows[sets.rows[died]]}
    if model.strata:
        columns["stratum"] = [model.strata[k] for k in sets.stratum[sets.joins[died]]]
    columns["time"] = sets.times[sets.joins[died]]
    return pd.DataFrame(columns | dict(zip(model.names, residual, strict=True)))

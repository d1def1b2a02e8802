"""statsmodels' partial likelihoods: PHReg, Cox's regression, and ConditionalLogit, of matched sets.

PHReg counts a row as at risk at the very time of its entry, where R and `st.cox` count it from after that time: its
entries are read as the next smaller numbers, which makes the likelihood its own. Its robust standard errors have scores
of Breslow's ties whatever the ties are: of Efron's they are of no kind that is known here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.covariance import Cluster
from stattools.models.regressions.times import conditional_logit, cox
from stattools.validation.foreign.description import Foreign, FormulaTable, attributes, release, texts
from stattools.validation.foreign.statsmodels_results.said import RESULTS, flat, rows_of, taken
from stattools.validation.recipes.recipe import Numbers, Refit

MODEL = {"status": None, "entry": None, "strata": None, "offset": None, "groups": None, "ties": "breslow"}
AT_ENTRY = (
    "PHReg counts rows as at risk at the time of their entry, R and st.cox from after it; judged as PHReg has it."
)


def describe_hazards(results: Any) -> Foreign:
    """The description of PHReg's results."""
    sm = results.model
    told = attributes(sm, MODEL)
    _require_no_offset("PHReg", "st.cox", told.offset)
    n, columns = len(sm.endog), FormulaTable()
    time = columns.add("time", np.asarray(sm.endog, dtype=float))
    event = columns.add("event", np.ones(n) if told.status is None else np.asarray(told.status, dtype=float))
    notes = ()
    entry = np.zeros(n) if told.entry is None else np.asarray(told.entry, dtype=float)
    ends = f"{time}, {event}"
    if (entry > 0.0).any():
        notes = (AT_ENTRY,) if np.isin(entry, np.asarray(sm.endog)).any() else ()
        ends = f"{columns.add('entry', np.where(entry > 0.0, np.nextafter(entry, -np.inf), 0.0))}, {ends}"
    names = texts(sm.exog_names, sm.exog.shape[1])
    formula = f"survival({ends}) ~ {columns.side(sm.exog, names, bare=True)}"
    strata = None if told.strata is None else np.asarray(told.strata)
    model: Any = cox(formula, columns.table, ties=told.ties, strata=strata)
    groups = attributes(results, {"groups": None}).groups
    options = {} if groups is None else {"cov": Cluster(np.asarray(groups), correction="none")}
    said = "nonrobust" if groups is None else "robust"
    known = groups is None or told.ties == "breslow" or not (model.sets.deaths > 1).any()
    return _described("PHReg", results, Refit(model, options, known=known, df=np.inf), said, notes)


def describe_sets(results: Any) -> Foreign:
    """The description of ConditionalLogit's results."""
    sm = results.model
    told = attributes(sm, MODEL)
    _require_no_offset("ConditionalLogit", "st.conditional_logit", told.offset)
    columns = FormulaTable()
    outcome = columns.add(sm.endog_names, np.asarray(sm.endog, dtype=float))
    names = texts(sm.exog_names, sm.exog.shape[1])
    formula = f"{outcome} ~ {columns.side(sm.exog, names, bare=True)}"
    model: Any = conditional_logit(formula, columns.table, strata=np.asarray(told.groups))
    return _described("ConditionalLogit", results, Refit(model, df=np.inf), "nonrobust", ())


def _require_no_offset(who: str, ours: str, offset: object) -> None:
    if offset is not None and np.any(np.asarray(offset, dtype=float)):
        raise IncompatibleError(f"{who} with an offset has no twin here: {ours} takes none. Audit a fit without it.")


def _described(routine: str, results: Any, recipe: Refit, said: str, notes: tuple[str, ...]) -> Foreign:
    theta, bse = flat(results.params), attributes(results, RESULTS).bse
    se = np.full(len(theta), np.nan) if bse is None else flat(bse)
    half = recipe.quantile(len(theta)) * se
    name, numbers = f"{release('statsmodels')} {routine}", Numbers(theta, se, theta - half, theta + half)
    said = said if np.isfinite(se).any() else "none"
    return Foreign(name, recipe, numbers, said, *taken(results), rows=rows_of(results.model), notes=notes)

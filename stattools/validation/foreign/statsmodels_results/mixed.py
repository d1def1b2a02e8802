"""statsmodels' MixedLM: linear mixed models with the effects of groups of one kind, and variance components.

Its covariance of effects is `cov_re` for `exog_re`, with the entries that `free` holds at 0; its `vcomp` are variances
of effects that are independent, one for each column of `exog_vc` and group. Its standard errors of fixed effects are of
the observed information of these and the variances together; `st.fit` has those with the variances known.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.regressions.linear_mixed import linear_mixed
from stattools.validation.foreign.description import Foreign, FormulaTable, attributes, in_our_order, release, texts
from stattools.validation.foreign.mixed_formulas import with_variances
from stattools.validation.foreign.statsmodels_results.said import flat, rows_of
from stattools.validation.recipes.recipe import Refit

MODEL = {"exog_re": None, "_freepat": None, "exog_vc": None}
RESULTS = {"reml": True, "converged": None, "cov_re": None, "vcomp": (), "cov_pen": None, "fe_pen": None}
PATTERN = {"cov_re": None, "fe_params": None, "vcomp": None}
JOINT = (
    "MixedLM's standard errors have the uncertainty of the variances in them, and so has the table; those of st.fit "
    "take the variances as known."
)


def describe(results: Any) -> Foreign:
    """The description of MixedLM's results."""
    sm, told = results.model, attributes(results, RESULTS)
    if told.cov_pen is not None or told.fe_pen is not None:
        raise IncompatibleError("MixedLM with a penalty has no twin here: fit it without cov_pen= and fe_pen=.")
    groups = np.empty(len(sm.endog), dtype=np.intp)
    for code, label in enumerate(sm.group_labels):
        groups[sm.row_indices[label]] = code
    labels = np.asarray(sm.group_labels)
    columns = FormulaTable()
    names = texts(sm.exog_names, sm.exog.shape[1])
    outcome = columns.add(sm.endog_names, np.asarray(sm.endog, dtype=float))
    fixed = columns.side(sm.exog, names)
    parts, covariances = [], []
    for part, covariance in (*_of_groups(sm, told, columns, labels[groups]), *_components(sm, told, columns, groups)):
        parts.append(part)
        covariances.append(covariance)
    if not parts:
        raise IncompatibleError("this MixedLM has no random effects: audit an OLS of the same columns.")
    model: Any = linear_mixed(f"{outcome} ~ {fixed} + {' + '.join(parts)}", columns.table)
    recipe = Refit(model, {"reml": bool(told.reml)}, joint=True, df=np.inf)
    order = in_our_order(sm.exog, names)
    estimate, se = flat(results.fe_params)[order], flat(results.bse_fe)[order]
    return Foreign(
        f"{release('statsmodels')} MixedLM, {'REML' if told.reml else 'ML'}",
        recipe,
        with_variances(recipe, estimate, se, covariances, float(np.sqrt(results.scale))),
        "nonrobust",
        None if told.converged is None else bool(told.converged),
        rows=rows_of(sm),
        notes=(JOINT,),
    )


def _of_groups(sm: Any, told: Any, columns: FormulaTable, labels: NDArray[Any]) -> Any:
    """(term, covariance) of the effects of groups, in blocks of those that may be correlated."""
    z = attributes(sm, MODEL).exog_re
    if z is None or not np.size(told.cov_re):
        return
    z, cov = np.asarray(z, dtype=float), np.asarray(told.cov_re, dtype=float)
    free = np.ones(cov.shape, dtype=bool)
    if (pattern := attributes(sm, MODEL)._freepat) is not None:
        of = attributes(pattern, PATTERN)
        free = np.asarray(of.cov_re) != 0
        if not (np.asarray(of.fe_params) != 0).all() or not (np.diagonal(free)).all():
            raise IncompatibleError("MixedLM with free= that holds coefficients or variances has no twin here.")
    _, block = connected_components(free)
    names = [str(name) for name in sm.data.exog_re_names]
    group = columns.add(_group_name(sm), labels)
    for k in range(int(block.max()) + 1):
        some = np.flatnonzero(block == k)
        if not free[np.ix_(some, some)].all():
            raise IncompatibleError(
                "MixedLM with free= that holds single correlations has no twin here: only whole blocks are free or 0."
            )
        ones = [j for j in some if (z[:, j] == 1.0).all()]
        order = [*ones[:1], *(j for j in some if j not in ones[:1])]
        side = columns.side(z[:, order], ["1" if j in ones else names[j] for j in order])
        yield f"({side} | {group})", cov[np.ix_(order, order)]


def _group_name(sm: Any) -> str:
    named = attributes(sm.data, {"_groups_name": None})._groups_name
    return str(named) if named else "group"


def _components(sm: object, told: Any, columns: FormulaTable, groups: NDArray[np.intp]) -> Any:
    """(term, variance) of each variance component, whose columns are 0 but for the rows of one level."""
    given = attributes(sm, MODEL).exog_vc
    if given is None:
        return
    sizes = np.atleast_1d(np.asarray(told.vcomp, dtype=float))
    for name, mats, size in zip(given.names, given.mats, sizes, strict=False):
        values, levels = _levels(str(name), mats, sm, len(groups))
        group = columns.add(name, levels)
        side = columns.side(values[:, None], ["1" if (values == 1.0).all() else f"values of {name}"])
        yield f"({side} | {group})", np.array([[size]])


def _levels(name: str, mats: Any, sm: Any, n: int) -> tuple[Floats, NDArray[np.intp]]:
    """The value and the level of each row."""
    values, levels, first = np.zeros(n), np.zeros(n, dtype=np.intp), 0
    for label, columns in zip(sm.group_labels, mats, strict=True):
        Z = np.asarray(columns, dtype=float)
        if (np.count_nonzero(Z, axis=1) > 1).any():
            raise IncompatibleError(
                f"the variance component {name!r} of MixedLM has rows of several levels, which no (x | g) has."
            )
        rows = np.asarray(sm.row_indices[label])
        which = np.abs(Z).argmax(axis=1)
        values[rows] = Z[np.arange(len(rows)), which]
        levels[rows] = first + which
        first += Z.shape[1]
    return values, levels

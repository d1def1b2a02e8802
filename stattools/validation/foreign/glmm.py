"""glmm's Fit, mixed models by a formula of lme4; the table that it was fitted to stands beside it."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.validation.foreign.description import Foreign, Given, attributes, release
from stattools.validation.foreign.mixed_formulas import MixedFit, described_mixed

RESULTS = {"re_groups": (), "varcorr": (), "weights": None, "offset": None, "nagq": 1, "reml": False, "converged": None}


def describe(results: Any, given: Given) -> Foreign:
    """The description of a fit on its table."""
    given.refuse("a fit of glmm takes its table alone: st.audit(results, table).", "X", "y", "weights", "offset")
    told = attributes(results, RESULTS)
    if not told.re_groups:
        raise IncompatibleError("audit takes mixed fits of glmm, with (1 | g) in the formula; this one has no groups.")
    if given.data is None:
        raise DomainError("a fit of glmm carries no columns: pass its table, st.audit(results, table).")
    if told.weights is not None or told.offset is not None or told.nagq != 1:
        raise IncompatibleError("fits of glmm with weights, an offset or nagq above 1 have no twin here.")
    is_linear = results.family == "gaussian"
    effects = [
        (str(group), list(names), unpacked(values))
        for (group, names), values in zip(told.re_groups, told.varcorr, strict=True)
    ]
    said = MixedFit(
        f"{release('glmm')} fit{', REML' if told.reml else ''}",
        str(results.formula),
        (str(results.family), str(results.link)),
        tuple(map(str, results.names)),
        np.asarray(results.beta, dtype=float),
        np.asarray(results.se, dtype=float),
        effects,
        float(np.sqrt(results.dispersion)) if is_linear else None,
        bool(told.reml),
        None if told.converged is None else bool(told.converged),
    )
    return described_mixed(said, given.data)


def unpacked(values: object) -> Floats:
    """The covariance whose lower triangle these are, column after column.

    >>> unpacked([4.0, 1.0, 9.0]).tolist()
    [[4.0, 1.0], [1.0, 9.0]]
    """
    values = np.asarray(values, dtype=float)
    q = round((np.sqrt(8 * len(values) + 1) - 1) / 2)
    full = np.zeros((q, q))
    full[np.triu_indices(q)] = values  # rows of the upper triangle are columns of the lower
    return full + np.triu(full, 1).T

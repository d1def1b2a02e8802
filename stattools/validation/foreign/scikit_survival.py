"""scikit-survival's estimators: CoxPHSurvivalAnalysis, and CoxnetSurvivalAnalysis of one strength.

Their objectives as log-likelihoods: CoxPHSurvivalAnalysis takes alpha |beta|^2 / 2 off the log-likelihood,
CoxnetSurvivalAnalysis, whose ties are Breslow's, n alpha (l1_ratio |beta|_1 + (1 - l1_ratio) |beta|^2 / 2).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.regressions.times import cox
from stattools.validation.foreign.description import Foreign, FormulaTable, Given, attributes, release, texts
from stattools.validation.recipes.likelihoods import Shrinkage
from stattools.validation.recipes.recipe import Numbers, Refit

WHO = "a scikit-survival estimator"
FITTED = {"coef_": None, "feature_names_in_": None, "alphas_": None, "penalty_factor_": None}
OPTIONS = {"alpha": 0.0, "ties": "breslow", "l1_ratio": 0.0, "normalize": False}
KNOWN = ("CoxPHSurvivalAnalysis", "CoxnetSurvivalAnalysis")
TREES, RANKS = "it has no coefficients and no likelihood", "its loss is of ranks, not of a likelihood"
REFUSED = {
    "IPCRidge": "it is least squares of weighted log times, which is no likelihood of censored ones; st.aft has them",
    **dict.fromkeys(("RandomSurvivalForest", "ExtraSurvivalTrees", "SurvivalTree"), TREES),
    **{f"{part}GradientBoostingSurvivalAnalysis": TREES for part in ("", "Componentwise")},
    **{f"{kind}SurvivalSVM": RANKS for kind in ("Fast", "HingeLoss", "FastKernel", "Naive")},
    "MinlipSurvivalAnalysis": RANKS,
}
"""Why an estimator is not judged."""


def describe(estimator: object, given: Given) -> Foreign:
    """The description of a fitted estimator on the X and y that it was fitted to."""
    name = type(estimator).__name__
    if name not in KNOWN:
        raise IncompatibleError(
            f"audit knows {' and '.join(KNOWN)} of scikit-survival; got {name}: "
            f"{REFUSED.get(name, 'it has no twin here')}."
        )
    told, options = attributes(estimator, FITTED), attributes(estimator, OPTIONS)
    if told.coef_ is None:
        raise IncompatibleError(f"this {name} is not fitted: call .fit(X, y) first.")
    given.refuse(
        "scikit-survival's estimators of Cox's regression take no weights= and no offset=.", "weights", "offset"
    )
    X, y, _ = given.arrays(WHO, told.feature_names_in_)
    time, event = _times(y)
    theta = np.asarray(told.coef_, dtype=float)
    if theta.ndim == 2 and theta.shape[1] != 1:
        raise IncompatibleError(
            f"{name} has coefficients of {theta.shape[1]} strengths: fit one, alphas=[{float(told.alphas_[-1]):.4g}]."
        )
    if options.normalize:
        raise IncompatibleError(
            f"{name} with normalize=True penalizes other columns: scale X before it, and pass that."
        )
    theta = theta.ravel()
    named = attributes(X, {"columns": None}).columns
    names = texts(told.feature_names_in_ if named is None else list(named), len(theta))
    columns = FormulaTable()
    ends = f"survival({columns.add('time', time)}, {columns.add('event', event)})"
    model: Any = cox(f"{ends} ~ {columns.side(X, names, bare=True)}", columns.table, ties=options.ties)
    none = np.full(len(theta), np.nan)
    return Foreign(
        f"{release('sksurv', 'scikit-survival')} {name}",
        Refit(model, penalty=_penalty(told, options, len(time), len(theta)), df=np.inf),
        Numbers(theta, none, none, none),
        "none",
        tells_penalty=True,
    )


def _times(y: Any) -> tuple[Floats, Floats]:
    """Times and events of a structured array of both."""
    fields = attributes(attributes(y, {"dtype": None}).dtype, {"names": None}).names
    if fields is None or len(fields) != 2:
        raise DomainError(
            "y of scikit-survival is a structured array of an event and a time: pass it as it was fitted."
        )
    event, time = fields if y.dtype[fields[0]] == np.bool_ else fields[::-1]
    return np.asarray(y[time], dtype=float), np.asarray(y[event], dtype=float)


def _penalty(told: Any, options: Any, n: int, p: int) -> Shrinkage | None:
    if told.alphas_ is None:
        strength, share, said = np.ones(p) * options.alpha, 0.0, np.max(options.alpha)
    else:
        said = float(told.alphas_[0])
        strength, share = n * said * np.asarray(told.penalty_factor_, dtype=float), float(options.l1_ratio)
    if not strength.any():
        return None
    kind = "an L2 penalty" if share == 0 else "an L1 penalty" if share == 1 else "an elastic-net penalty"
    words = f"{kind} (alpha = {said:g})"
    return Shrinkage(words, float(strength.max()), np.diag((1.0 - share) * strength), share * strength)

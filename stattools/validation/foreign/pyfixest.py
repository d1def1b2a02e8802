"""pyfixest's Feols, Fepois and Feglm of the families logit, probit and gaussian: fixed effects as columns, and its
covariances iid, hetero, HC1 to HC3 and CRV1, each times the small-sample factor that the object carries.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from formulaic.errors import FormulaicError

from stattools.errors import IncompatibleError
from stattools.inference.covariance import Cluster
from stattools.interface.arrays import Floats
from stattools.validation.foreign.description import (
    Foreign,
    Given,
    Told,
    attributes,
    bound,
    completed,
    level_codes,
    placed,
    release,
    told_of,
    with_effects,
)
from stattools.validation.recipes.recipe import Numbers, Recipe

KINDS = {"Feols": "ols", "Fegaussian": "ols", "Fepois": "poisson", "Felogit": "logistic", "Feprobit": "probit"}
REFUSED = {
    "Feiv": "instruments give no maximum of a likelihood",
    "Quantreg": "its loss is of quantiles, no likelihood here",
    "FixestMulti": "it holds several fits; audit them one by one, results.fetch_model(0)",
    "FeolsCompressed": "it keeps sums of rows alone; fit without compression",
}
RESULTS = {
    "_beta_hat": None,
    "_coefnames": (),
    "_se": None,
    "_conf_int": None,
    "_data": None,
    "_fe": None,
    "_fixef": None,
    "_model_spec": None,
    "_X_untransformed": None,
    "_Y_untransformed": None,
    "_weights_name": None,
    "_weights_type": "aweights",
    "_offset_name": None,
    "_vcov_type_detail": "",
    "_cluster_df": None,
    "_ssc": 1.0,
    "_df_t": np.inf,
    "_na_index": (),
    "convergence": None,
    "_depvar": "y",
}
"""What results carry."""
HETEROSKEDASTIC = {"hetero": "HC0", "HC1": "HC0", "HC2": "HC2", "HC3": "HC3"}
"""Its words, and the kind that its factor multiplies."""

FUNCTIONS, TRANSFORMS = "pyfixest.estimation.formula.model_matrix", {"i": "factor_interaction", "log": "log"}
"""Its own functions in formulas, and the module that has them."""


def describe(results: object, given: Given) -> Foreign:
    """The description of a fit, which carries its rows."""
    given.refuse("fits of pyfixest carry their rows: leave out X=, weights= and offset=.", "X", "weights", "offset")
    name = type(results).__name__
    if name not in KINDS:
        why = REFUSED.get(name, "it has no twin here")
        raise IncompatibleError(f"audit and explain know pyfixest's {', '.join(KINDS)}; got {name}: {why}.")
    told = attributes(results, RESULTS)
    if told._data is None or told._beta_hat is None:
        raise IncompatibleError("this fit carries no data: fit it with store_data=True and lean=False.")
    kind, reported = KINDS[name], [str(one) for one in told._coefnames]
    X, names = _columns(told, reported)
    y, n = np.asarray(told._Y_untransformed, dtype=float).ravel(), len(X)
    named = told._weights_name
    weight = np.ones(n) if named is None else np.asarray(told._data[named], dtype=float)
    extra: dict[str, Any] = {}
    if told._offset_name is not None:
        extra["offset"] = np.asarray(told._data[told._offset_name], dtype=float)
    repeats = told._weights_type == "fweights" or kind != "ols"
    if not repeats and (weight != 1).any():
        extra["precision"] = weight
    model = bound(kind, y, X, names, weight=weight if repeats else None, outcome=str(told._depvar), **extra)
    theta = completed(model, placed(told._beta_hat, reported, model.names))
    se = placed(told._se, reported, model.names)
    cov, factor = _covariance(told, name, model.n)
    weighted = repeats and told._weights_type != "fweights" and (weight != 1).any()
    recipe = Recipe(
        model,
        cov=None if weighted and cov != "information" else cov,
        information="expected" if kind == "probit" else "observed",
        divisor="n" if model.has_scale else "1",
        df=float(told._df_t),
        factor=factor,
    )
    half = recipe.quantile() * se
    dropped = np.asarray(sorted(told._na_index), dtype=np.intp)
    described = Foreign(
        f"{release('pyfixest')} {name}",
        recipe,
        Numbers(theta, se, theta - half, theta + half),
        str(told._vcov_type_detail),
        None if told.convergence is None else bool(told.convergence),
        rows=np.setdiff1d(np.arange(n + len(dropped)), dropped) if len(dropped) else None,
    )
    return told_of(described, len(reported))


def _columns(told: Told, reported: list[str]) -> tuple[Floats, list[str]]:
    """The columns of the formula, before fixed effects were taken out, and those of the fixed effects."""
    if told._fe is None and told._X_untransformed is not None:
        return np.asarray(told._X_untransformed, dtype=float), reported
    functions = attributes(sys.modules.get(FUNCTIONS), dict.fromkeys(TRANSFORMS.values()))
    context = {name: vars(functions)[called] for name, called in TRANSFORMS.items()}
    try:
        whole = told._model_spec.second_stage.rhs.get_model_matrix(told._data, context=context)
    except FormulaicError as error:
        raise IncompatibleError(
            f"the columns of this fit cannot be made again from its formula: {error} Write i() as a column of its own."
        ) from None
    known = [str(column) for column in whole.columns]
    if missing := [name for name in reported if name not in known]:
        raise IncompatibleError(f"the column {missing[0]!r} of this fit is not one of its formula: {', '.join(known)}.")
    X = np.asarray(whole, dtype=float)[:, [known.index(name) for name in reported]]
    if told._fe is None:
        return X, reported
    codes = np.asarray(told._fe)
    codes = codes[:, None] if codes.ndim == 1 else codes
    called = str(told._fixef).split("+")
    if any("[" in name for name in called) or len(called) != codes.shape[1] or len(codes) != len(X):
        raise IncompatibleError(f"the fixed effects {told._fixef} are no levels of columns, which audit needs.")
    return with_effects(X, reported, {name.strip(): codes[:, k] for k, name in enumerate(called)})


def _covariance(told: Told, name: str, n: float) -> tuple[str | Cluster | None, float]:
    """The kind of ours, and the factor on top of it; None where it is none of ours."""
    said, factors = str(told._vcov_type_detail), np.abs(np.ravel(told._ssc))
    if not np.allclose(factors, factors[0], rtol=1e-12):
        return None, 1.0
    factor = float(factors[0])
    if said == "iid":
        return "information", float(np.sqrt(factor * n / (n - 1.0) if name == "Feols" else factor))
    if said in HETEROSKEDASTIC:
        return HETEROSKEDASTIC[said], float(np.sqrt(factor))
    if said == "CRV1" and told._cluster_df is not None:
        ways = [level_codes(told._cluster_df[name]) for name in list(told._cluster_df)[:2]]
        return Cluster(*ways, correction="none"), float(np.sqrt(factor))
    return None, 1.0

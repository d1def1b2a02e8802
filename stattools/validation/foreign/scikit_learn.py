"""scikit-learn's estimators: LinearRegression, Ridge, Lasso, ElasticNet, LogisticRegression, PoissonRegressor, and
pipelines that end in one.

Their losses as log-likelihoods: LogisticRegression has C times the sum of losses plus |beta|^2 / 2, which is strength 1
/ C; PoissonRegressor, Lasso and ElasticNet divide the loss by n, which makes the strength n alpha.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.foreign.attributes import attributes, release
from stattools.validation.foreign.description import Foreign, bound, coded, texts
from stattools.validation.foreign.given import Given
from stattools.validation.foreign.recipe import Numbers, Recipe
from stattools.validation.foreign.shrinkage import Shrinkage

KINDS = {
    "LinearRegression": "ols",
    "Ridge": "ols",
    "Lasso": "ols",
    "ElasticNet": "ols",
    "LogisticRegression": "logistic",
    "PoissonRegressor": "poisson",
}
FITTED = {"coef_": None, "n_iter_": None, "feature_names_in_": None}
"""What an estimator has once it is fitted."""
PIPELINE, OUTCOME = {"steps": ()}, {"name": "y"}
DESIGN = {"columns": None, "feature_names": None, "toarray": None}
"""The names of a table's columns or of a matrix's, and how a sparse one becomes an array."""


def describe(estimator: Any, given: Given) -> Foreign:
    """The description of a fitted estimator on the X, y and sample weights that it was fitted to."""
    X, y, weights = given.arrays("a scikit-learn estimator", attributes(estimator, FITTED).feature_names_in_)
    routine = type(estimator).__name__
    X, names, through = _transformed(estimator, X)
    last = estimator[-1] if attributes(estimator, PIPELINE).steps else estimator
    name = type(last).__name__
    if name not in KINDS:
        raise IncompatibleError(
            f"audit and explain know scikit-learn's {', '.join(KINDS)} and pipelines of them; got {name}."
        )
    told = attributes(last, FITTED)
    if told.coef_ is None:
        raise IncompatibleError(f"this {name} is not fitted: call .fit(X, y) first.")
    options = last.get_params()
    kind, coefficients = KINDS[name], np.atleast_2d(np.asarray(told.coef_, dtype=float))
    constant = bool(options["fit_intercept"])
    weight = None if weights is None else np.asarray(weights, dtype=float)
    labels, outcome = None, np.asarray(y)
    if kind == "logistic":
        codes = coded(y, last.classes_)
        labels, outcome = tuple(last.classes_.tolist()), codes.astype(float)
        weight = _balanced(options["class_weight"], labels, codes, weight)
        if len(labels) > 2:
            kind, outcome = "softmax", codes
    intercept = np.broadcast_to(np.asarray(last.intercept_, dtype=float), len(coefficients))
    theta = np.column_stack([intercept, coefficients]) if constant else coefficients
    if kind == "softmax":
        theta = theta[1:] - theta[0]
    if constant:
        X, names = np.column_stack([np.ones(len(X)), X]), ["Intercept", *names]
    model = bound(
        kind, outcome, X, names, weight=weight, labels=labels, outcome=str(attributes(y, OUTCOME).name or "y")
    )
    theta = theta.ravel()
    none = np.full(len(theta), np.nan)
    steps = None if told.n_iter_ is None else int(np.max(told.n_iter_))
    limit = options.get("max_iter")
    version = f"{release('sklearn', 'scikit-learn')} {name}"
    return Foreign(
        version if routine == name else f"{version} in a {routine}",
        Recipe(model, _penalty(name, options, model), cov=None, divisor="n - p" if model.has_scale else "1"),
        Numbers(theta, none, none, none),
        "none",
        None if steps is None or limit is None else steps < limit,
        steps,
        limit,
        notes=through,
        tells_penalty=True,
    )


def _transformed(estimator: Any, X: Any) -> tuple[Floats, list[str], tuple[str, ...]]:
    """X as the last step sees it, with names."""
    given = attributes(X, DESIGN)
    names = given.feature_names if given.columns is None else list(given.columns)
    steps = attributes(estimator, PIPELINE).steps
    through: tuple[str, ...] = ()
    if len(steps) > 1:
        before = estimator[:-1]
        names = list(before.get_feature_names_out())
        made = ", ".join(type(step).__name__ for _, step in steps[:-1])
        through = (f"coefficients are of the columns that {made} made, not of the columns of X.",)
        X = before.transform(X)
    dense = attributes(X, DESIGN).toarray
    X = np.asarray(X if dense is None else dense(), dtype=float)
    X = X[:, None] if X.ndim == 1 else X
    return X, texts(names, X.shape[1]), through


def _balanced(choice: Any, labels: tuple[Any, ...], codes: NDArray[np.intp], weight: Floats | None) -> Floats | None:
    if choice is None:
        return weight
    counts = np.bincount(codes, weights=weight, minlength=len(labels))
    if choice == "balanced":
        counts = np.bincount(codes, minlength=len(labels))
        each = len(codes) / (len(labels) * counts)
    else:
        each = np.array([choice.get(label, 1.0) for label in labels])
    return each[codes] if weight is None else weight * each[codes]


def _penalty(name: str, options: dict[str, Any], model: Model) -> Shrinkage | None:
    """What the options say that it added to the loss."""
    n = float(model.n)
    if name == "LogisticRegression":
        kind = options.get("penalty")
        strength = 0.0 if kind is None or not np.isfinite(options["C"]) else 1.0 / options["C"]
        share = {"l1": 1.0, "l2": 0.0}.get(str(kind), options.get("l1_ratio") or 0.0)
        said = f"C = {options['C']:g}"
    elif name == "LinearRegression":
        return None
    else:
        alpha = float(options["alpha"])
        strength = alpha if name == "Ridge" else n * alpha
        share = {"Lasso": 1.0, "ElasticNet": options.get("l1_ratio", 0.0)}.get(name, 0.0)
        said = f"alpha = {alpha:g}"
    if strength == 0.0:
        return None
    both = options.get("solver") == "liblinear" and options["fit_intercept"]
    own = np.arange(model.predictor.columns) == 0 if options["fit_intercept"] and not both else None
    Q = penalized(model, free=np.zeros(model.predictor.columns, dtype=bool) if own is None else own)
    words = "an L2 penalty" if share == 0 else "an L1 penalty" if share == 1 else "an elastic-net penalty"
    absolute = np.where(np.diagonal(Q) > 0, float(share * strength), 0.0)
    return Shrinkage(f"{words} ({said})", strength, (1.0 - share) * strength * Q, absolute)


def penalized(model: Model, *, free: NDArray[np.bool_] | None = None, units: Floats | None = None) -> Floats:
    """P (p, p) of a ridge penalty of strength 1 on all columns but the `free`, by default the constant ones.

    `units` are per column. Of K categories all K sets of coefficients are penalized, at the shift that makes this
    least: (I - 1 1^T / K).
    """
    X = model.rows.X
    shrunk = np.ptp(X, axis=0) > 0 if free is None else ~free
    each = np.diag(shrunk * (1.0 if units is None else np.square(units)))
    if model.categories is not None:
        K = len(model.categories) + 1
        return np.asarray(np.kron(np.eye(K - 1) - 1.0 / K, each), dtype=float)
    P = np.zeros((len(model.names), len(model.names)))
    P[: len(each), : len(each)] = each
    return P

"""scikit-learn's linear and generalized linear models, and pipelines that end in one: losses as log-likelihoods.

Estimators that maximize no likelihood of ours, penalized or not, are refused by name with the reason.

The columns and weights that an estimator of scikit-learn's interface saw: X through the steps of a pipeline, dense,
with names, and weights of rows times those of their classes.

What scikit-learn's estimators add to their losses, as a penalty beside our log-likelihoods.

LogisticRegression has C times the sum of losses plus |beta|^2 / 2, which is strength 1 / C; Ridge has alpha beside a
sum of squares; the others divide the loss by n, which makes the strength n alpha. In units of a likelihood with a
dispersion phi that is 1 / phi as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.foreign.description import (
    Foreign,
    Given,
    attributes,
    bound,
    coded,
    counts_of_rates,
    release,
    texts,
)
from stattools.validation.moment_dispersion import best_dispersion, dispersion_of, has_moments
from stattools.validation.recipes.likelihoods import Shrinkage, penalized
from stattools.validation.recipes.recipe import Numbers, Recipe

PIPELINE = {"steps": ()}
DESIGN = {"columns": None, "feature_names": None, "toarray": None}
"""The names of a table's columns or of a matrix's, and how a sparse one becomes an array."""


def last_step(estimator: Any) -> Any:
    """The last step of a pipeline, itself where it is none."""
    while attributes(estimator, PIPELINE).steps:
        estimator = estimator[-1]
    return estimator


def seen_columns(estimator: Any, X: object) -> tuple[Floats, list[str], tuple[str, ...]]:
    """X as the last step of a pipeline saw it, with names, and a note where they are not the columns of X."""
    through: tuple[str, ...] = ()
    given = attributes(X, DESIGN)
    names = given.feature_names if given.columns is None else list(given.columns)
    while steps := attributes(estimator, PIPELINE).steps:
        made = [type(step).__name__ for _, step in steps[:-1] if step not in (None, "passthrough")]
        if made:
            before = estimator[:-1]
            X, names = before.transform(X), _names_out(before, names)
            words = f"coefficients are of the columns that {', '.join(made)} made, not of the columns of X."
            through = (*through, words)
        estimator = estimator[-1]
    return *_array(X, names), through


def _names_out(before: Any, names: Sequence[object] | None) -> list[str] | None:
    """Names of the columns that steps made; None where a step does not say."""
    try:
        return list(before.get_feature_names_out())
    except (AttributeError, ValueError):
        return None


def _array(X: object, names: Sequence[object] | None) -> tuple[Floats, list[str]]:
    dense = attributes(X, DESIGN).toarray
    try:
        X = np.asarray(X if dense is None else dense(), dtype=float)
    except (TypeError, ValueError) as error:
        raise DomainError(f"audit needs the numbers that the estimator was fitted to as X=; {error}.") from None
    X = X[:, None] if X.ndim == 1 else X
    return X, texts(names, X.shape[1])


def dense(values: object) -> Floats:
    """Coefficients as an array (sets, columns), those kept sparse too."""
    made = attributes(values, DESIGN).toarray
    return np.atleast_2d(np.asarray(values if made is None else made(), dtype=float))


def class_weights(
    choice: Any, labels: tuple[object, ...], codes: NDArray[np.intp], weight: Floats | None, *, weighted: bool
) -> Floats | None:
    """Weights of rows times those of their classes: none, "balanced" or a mapping of labels.

    Balanced ones are made from counts of rows, or from sums of weights where they are `weighted`.
    """
    if choice is None:
        return weight
    if choice == "balanced":
        counts = np.bincount(codes, weights=weight if weighted else None, minlength=len(labels))
        each = counts.sum() / (len(labels) * counts)
    else:
        each = np.array([choice.get(label, 1.0) for label in labels])
    return each[codes] if weight is None else weight * each[codes]


CHOSEN = {"alpha_": None, "C_": None, "l1_ratio_": None}
"""What cross-validation chose."""


class Addition(NamedTuple):
    """`strength` in all, the `share` of it that is absolute, and the option that it is `said` by."""

    strength: float
    share: float
    said: str


def nothing(last: object, options: Mapping[str, object], n: float) -> Addition:
    """No penalty."""
    return Addition(0.0, 0.0, "none")


def ridge(last: object, options: Mapping[str, object], n: float) -> Addition:
    """Squares of the coefficients, times alpha."""
    alpha = _alpha(last, options)
    return Addition(alpha, 0.0, f"alpha = {alpha:g}")


def lasso(last: object, options: Mapping[str, object], n: float) -> Addition:
    """Absolute coefficients, times alpha for each row."""
    alpha = _alpha(last, options)
    return Addition(n * alpha, 1.0, f"alpha = {alpha:g}")


def elastic_net(last: object, options: Mapping[str, Any], n: float) -> Addition:
    """Absolute and squared coefficients, in the share `l1_ratio`."""
    alpha, chosen = _alpha(last, options), attributes(last, CHOSEN).l1_ratio_
    share = float(options["l1_ratio"] if chosen is None else chosen)
    return Addition(n * alpha, share, f"alpha = {alpha:g}, l1_ratio = {share:g}")


def mean_loss(last: object, options: Mapping[str, Any], n: float) -> Addition:
    """The penalty of the generalized linear models, which divide the loss by the sum of weights."""
    alpha = float(options["alpha"])
    return Addition(n * alpha, 0.0, f"alpha = {alpha:g}")


def stochastic(last: object, options: Mapping[str, Any], n: float) -> Addition:
    """The penalty of the estimators that learn by stochastic gradient descent."""
    alpha = float(options["alpha"])
    share = SHARES.get(options["penalty"], float(options["l1_ratio"] or 0.0))
    return Addition(0.0 if options["penalty"] is None else n * alpha, share, f"alpha = {alpha:g}")


SHARES = {"l1": 1.0, "l2": 0.0}


def inverse(last: object, options: Mapping[str, Any], n: float) -> Addition:
    """The penalty of logistic regression; since 1.8 l1_ratio and an infinite C say what `penalty` said before."""
    chosen = attributes(last, CHOSEN)
    C = float(_one(options["C"] if chosen.C_ is None else chosen.C_, "C"))
    told = options.get("l1_ratio") if chosen.l1_ratio_ is None else chosen.l1_ratio_
    kind = options.get("penalty", "deprecated")
    if kind in (None, "none") or not np.isfinite(C):
        return Addition(0.0, 0.0, "none")
    share = SHARES.get(kind)
    if share is None:
        share = 0.0 if told is None or np.ravel(told)[0] is None else float(_one(told, "l1_ratio"))
    return Addition(1.0 / C, share, f"C = {C:g}" + (f", l1_ratio = {share:g}" if 0.0 < share < 1.0 else ""))


def _alpha(last: object, options: Mapping[str, object]) -> float:
    chosen = attributes(last, CHOSEN).alpha_
    return float(_one(options["alpha"] if chosen is None else chosen, "alpha"))


def _one(value: object, name: str) -> float:
    """The one value that all classes or outcomes have."""
    found = np.unique(np.asarray(value, dtype=float))
    if len(found) != 1:
        raise IncompatibleError(f"audit takes one penalty for all; this fit has {name} = {found.tolist()}.")
    return found[0]


type Adds = Callable[[Any, Mapping[str, Any], float], Addition]


def shrinkage(
    model: Model, added: Addition, *, free: Floats, theta: Floats, first: Floats | None, phi: float
) -> Shrinkage | None:
    """The penalty beside the log-likelihood of the model; None where there is none.

    `free` (columns,) is what a unit of each column's penalty counts, 0 for one that is not penalized. `first` are the
    coefficients of the first of K categories, which theta has the others less, and which are penalized as well.
    """
    strength, share = added.strength / phi, added.share
    if strength == 0.0:
        return None
    words = "an L2 penalty" if share == 0 else "an L1 penalty" if share == 1 else "an elastic-net penalty"
    Q, center = penalized(model, free=free == 0, units=free), 0.0
    if first is not None and share > 0:
        sets = len(theta) // len(first)
        Q, center = np.diag(np.tile(np.square(free), sets)), -np.tile(first, sets)
    a = np.where(np.diagonal(Q) > 0, share * strength * np.sqrt(np.diagonal(Q)), 0.0)
    return Shrinkage(f"{words} ({added.said})", strength, (1.0 - share) * strength * Q, a, center)


class Estimator(NamedTuple):
    """The likelihood of a class by its options, a name of `CONSTRUCTORS`, and what it adds to it."""

    kind: Callable[[Mapping[str, Any]], str]
    adds: Adds


def _least_squares(options: Mapping[str, object]) -> str:
    return "ols"


def _logistic(options: Mapping[str, object]) -> str:
    if options.get("multi_class", "auto") in ("ovr", "multinomial"):
        raise IncompatibleError(
            "LogisticRegression(multi_class=...) is another model than its default, of separate fits or of one set of "
            "coefficients too many. Audit a fit without multi_class."
        )
    if options.get("refit") is False:
        raise IncompatibleError(
            "LogisticRegressionCV(refit=False) returns means of the coefficients of folds, which are the maximum of no "
            "likelihood. Audit a fit with refit=True."
        )
    return "logistic"


def _tweedie(options: Mapping[str, Any]) -> str:
    power, link = float(options["power"]), options["link"]
    family = TWEEDIE.get(power)
    if family is None:
        raise IncompatibleError(
            f"TweedieRegressor(power={power:g}) has no twin here; known are the powers 0 (normal), 1 (Poisson), 2 "
            "(gamma) and 3 (inverse Gaussian)."
        )
    link = ("identity" if power <= 0 else "log") if link == "auto" else link
    return SHORT.get((family, link), f"{family} {link}")


TWEEDIE = {0.0: "normal", 1.0: "poisson", 2.0: "gamma", 3.0: "inverse-gaussian"}
SHORT = {("normal", "identity"): "ols", ("poisson", "log"): "poisson"}
"""Families and links that have a constructor of their own."""


def _descent(options: Mapping[str, Any]) -> str:
    losses = {"log_loss": "logistic", "log": "logistic", "squared_error": "ols", "squared_loss": "ols"}
    if options["loss"] not in losses:
        raise IncompatibleError(
            f"stochastic gradient descent with loss={options['loss']!r} maximizes no likelihood; known are "
            "'log_loss' and 'squared_error'."
        )
    return losses[options["loss"]]


KINDS: dict[str, Estimator] = {
    "LinearRegression": Estimator(_least_squares, nothing),
    "Ridge": Estimator(_least_squares, ridge),
    "RidgeCV": Estimator(_least_squares, ridge),
    **{
        name: Estimator(_least_squares, lasso)
        for name in ("Lasso", "LassoCV", "LassoLars", "LassoLarsCV", "LassoLarsIC")
    },
    "ElasticNet": Estimator(_least_squares, elastic_net),
    "ElasticNetCV": Estimator(_least_squares, elastic_net),
    "LogisticRegression": Estimator(_logistic, inverse),
    "LogisticRegressionCV": Estimator(_logistic, inverse),
    "PoissonRegressor": Estimator(lambda options: "poisson", mean_loss),
    "GammaRegressor": Estimator(lambda options: "gamma log", mean_loss),
    "TweedieRegressor": Estimator(_tweedie, mean_loss),
    "SGDClassifier": Estimator(_descent, stochastic),
    "SGDRegressor": Estimator(_descent, stochastic),
}
_PATH = "it stops on a path before least squares, at a number of columns and not at the maximum of a penalty"
_BAYES = "its coefficients are means under a prior whose strength it estimates; st.posterior has priors that are said"
_SEVERAL = "its penalty ties several outcomes together; fit and audit them one by one"
_SIGNS = "it is ridge on outcomes of -1 and 1, no likelihood of classes; LogisticRegression has one"
_MARGIN = "its hinge loss is no likelihood"
_OTHER_LOSS = "its loss is made for outliers or quantiles and is no likelihood here"
_INNER = "it fits something else inside"
REFUSED = {
    "Lars": _PATH,
    "LarsCV": _PATH,
    "OrthogonalMatchingPursuit": _PATH,
    "OrthogonalMatchingPursuitCV": _PATH,
    "BayesianRidge": _BAYES,
    "ARDRegression": _BAYES,
    "RidgeClassifier": _SIGNS,
    "RidgeClassifierCV": _SIGNS,
    "HuberRegressor": _OTHER_LOSS,
    "QuantileRegressor": _OTHER_LOSS,
    "TheilSenRegressor": "it is a median of fits of few rows, no maximum of a likelihood",
    "RANSACRegressor": "it chooses its rows by chance; audit its estimator_ on X[inlier_mask_], y[inlier_mask_]",
    **dict.fromkeys(("Perceptron", "PassiveAggressiveClassifier", "PassiveAggressiveRegressor"), _MARGIN),
    **dict.fromkeys(("SVC", "SVR", "NuSVC", "NuSVR", "LinearSVC", "LinearSVR", "SGDOneClassSVM"), _MARGIN),
    **dict.fromkeys(("MultiTaskElasticNet", "MultiTaskElasticNetCV", "MultiTaskLasso", "MultiTaskLassoCV"), _SEVERAL),
    **dict.fromkeys(
        ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"),
        f"{_INNER}; audit its best_estimator_",
    ),
    "TransformedTargetRegressor": f"{_INNER}; audit its regressor_ with y= the transformed outcome",
    **dict.fromkeys(("OneVsRestClassifier", "OneVsOneClassifier"), f"{_INNER}; audit its estimators_ one by one"),
    **dict.fromkeys(("MultiOutputRegressor", "MultiOutputClassifier"), f"{_INNER}; audit its estimators_ one by one"),
    "CalibratedClassifierCV": f"{_INNER} and bends its probabilities; audit its estimator",
}
"""Estimators that have no twin here, and why."""
FITTED = {"coef_": None, "n_iter_": None, "feature_names_in_": None, "intercept_": 0.0, "classes_": None}
"""What an estimator has once it is fitted."""
OUTCOME = {"name": "y"}
FOLDS = ("LogisticRegressionCV",)
"""Estimators whose number of steps is of every fold."""


def describe(estimator: object, given: Given) -> Foreign:
    """The description of a fitted estimator on the X, y and sample weights that it was fitted to."""
    given.refuse("offset= is for glum; estimators of scikit-learn take none. Leave it out.", "offset")
    last = last_step(estimator)
    _require_known(last)
    X, y, weights = given.arrays("a scikit-learn estimator", attributes(estimator, FITTED).feature_names_in_)
    X, names, through = seen_columns(estimator, X)
    name, told, options = type(last).__name__, attributes(last, FITTED), last.get_params()
    kind, coefficients = KINDS[name].kind(options), dense(told.coef_)
    if coefficients.shape[1] != X.shape[1]:
        raise DomainError(
            f"the fit has {coefficients.shape[1]} coefficients and X {X.shape[1]} columns; pass X as it was fitted."
        )
    constant = bool(options["fit_intercept"])
    outcome, weight = _flat(y), None if weights is None else np.asarray(weights, dtype=float)
    labels, offset = None, None
    if kind == "logistic":
        codes = coded(y, told.classes_)
        labels, kind = tuple(told.classes_.tolist()), "logistic" if len(told.classes_) == 2 else "softmax"
        outcome = codes.astype(float) if kind == "logistic" else codes
        weight = class_weights(options["class_weight"], labels, codes, weight, weighted=_weighs_counts(name))
    _require_sets(name, kind, coefficients, labels)
    _require_free(name, options, coefficients)
    total = float(len(outcome) if weight is None or name.startswith("SGD") else weight.sum())
    if kind == "poisson":
        outcome, weight, offset = counts_of_rates(outcome.astype(float), weight)
    if constant:
        intercept = np.broadcast_to(np.asarray(told.intercept_, dtype=float), len(coefficients))
        coefficients = np.column_stack([intercept, coefficients])
        X, names = np.column_stack([np.ones(len(X)), X]), ["Intercept", *names]
    called = str(attributes(y, OUTCOME).name or "y")
    model = bound(kind, outcome, X, names, weight=weight, labels=labels, outcome=called, offset=offset)
    first = coefficients[0] if kind == "softmax" else None
    theta = (coefficients if first is None else coefficients[1:] - first).ravel()
    theta, phi, notes = _with_dispersion(model, theta)
    added = KINDS[name].adds(last, options, total)
    penalty = shrinkage(model, added, free=_counted(options, constant, X.shape[1]), theta=theta, first=first, phi=phi)
    none = np.full(len(theta), np.nan)
    steps = None if told.n_iter_ is None or name in FOLDS else int(np.max(told.n_iter_))
    limit = options.get("max_iter")
    version, routine = f"{release('sklearn', 'scikit-learn')} {name}", type(estimator).__name__
    return Foreign(
        version if routine == name else f"{version} in a {routine}",
        Recipe(model, penalty, cov=None, divisor="n - p" if model.has_scale else "1"),
        Numbers(theta, none, none, none),
        "none",
        None if steps is None or limit is None else steps < limit,
        steps,
        limit,
        notes=(*through, *notes, *_descended(name)),
        tells_penalty=True,
    )


def _require_known(last: object) -> None:
    name = type(last).__name__
    if name not in KINDS:
        why = REFUSED.get(name)
        known = f"audit and explain know scikit-learn's {', '.join(KINDS)} and pipelines of them"
        raise IncompatibleError(f"{known}; got {name}{'' if why is None else ': ' + why}.")
    if attributes(last, FITTED).coef_ is None:
        raise IncompatibleError(f"this {name} is not fitted: call .fit(X, y) first.")


def _flat(y: object) -> NDArray[np.generic]:
    """The outcome as one column."""
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] > 1:
        raise IncompatibleError(
            f"audit takes one outcome; this y has {y.shape[1]} columns. Fit and audit them one by one."
        )
    return y.ravel()


def _require_sets(name: str, kind: str, coefficients: Floats, labels: Any) -> None:
    """One set of coefficients for each outcome of a softmax, one in all for the others."""
    wanted = len(labels) if kind == "softmax" else 1
    if len(coefficients) != wanted or (kind == "softmax" and name == "SGDClassifier"):
        raise IncompatibleError(
            f"audit takes one regression; this {name} has {len(coefficients)} sets of coefficients, which are separate "
            "fits. Fit and audit them one by one."
        )


def _require_free(name: str, options: Mapping[str, object], coefficients: Floats) -> None:
    """Constraints that hold a coefficient at 0 make a maximum that no model here has."""
    if options.get("positive") and (coefficients == 0).any():
        raise IncompatibleError(
            f"{name}(positive=True) holds coefficients at 0, a maximum among those above 0 only. Audit a fit without."
        )


def _weighs_counts(name: str) -> bool:
    """Whether balanced weights of classes are made from sums of sample weights, as they are since 1.7."""
    version = release("sklearn").split()[-1].split(".")
    return not name.startswith("SGD") and (int(version[0]), int(version[1])) >= (1, 7)


def _counted(options: Mapping[str, Any], constant: bool, columns: int) -> Floats:
    """What a unit of each column's penalty counts: 0 for the intercept, which only liblinear penalizes."""
    counted = np.ones(columns)
    if constant:
        counted[0] = 1.0 / options["intercept_scaling"] if options.get("solver") == "liblinear" else 0.0
    return counted


def _with_dispersion(model: Model, theta: Floats) -> tuple[Floats, float, tuple[str, ...]]:
    """theta with the dispersion of the highest likelihood beside it, which these estimators do not estimate."""
    if not has_moments(model):
        return theta, 1.0, ()
    theta = best_dispersion(model, np.append(theta, 0.0))
    note = f"it estimates no dispersion: {model.names[-1]} is that of the highest likelihood beside its coefficients."
    return theta, dispersion_of(model, theta), (note,)


def _descended(name: str) -> tuple[str, ...]:
    return ("stochastic gradient descent stops near a maximum and not at it.",) if name.startswith("SGD") else ()

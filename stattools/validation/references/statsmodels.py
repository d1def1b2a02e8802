"""The same model in statsmodels: the reference that a fit is checked against. The only place that fits with
statsmodels.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import statsmodels
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.base.model import GenericLikelihoodModel
from statsmodels.tools.numdiff import approx_fprime_cs, approx_hess_cs

from stattools.data.rows.rows import Rows
from stattools.errors import IncompatibleError
from stattools.inference.covariance import HAC, Cluster, Groups
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.text.one_line import prints
from stattools.validation.foreign.statsmodels_results.said import flat, taken
from stattools.validation.references.densities import DENSITIES, named, predictors
from stattools.validation.references.ordered_model import ordered_model
from stattools.validation.references.sandwiches import reference_covariance

NEWTON: dict[str, Any] = {"disp": 0, "method": "newton", "maxiter": 200, "tol": 1e-14}


@prints
@dataclass(frozen=True, eq=False)
class Reference:
    """What the reference says, in the order of our coefficients: NaN where it gave no number."""

    name: str
    estimate: Floats
    se: Floats
    loglik: float
    converged: bool
    notes: tuple[str, ...] = ()


def reference_fit(model: Model, cov: str | HAC | Cluster = "information") -> Reference:
    """Fit the model in statsmodels, to the tightest tolerance it takes; its warnings come back as notes.

    Standard errors are NaN for a covariance that statsmodels does not have.
    """
    routine = OF_DENSITY if any(model.predictor.own) else ROUTINES.get(named(model))
    if routine is None:
        raise IncompatibleError(f"validate has no statsmodels reference for {model.title}.")
    if cov != "information":
        model, cov = _unweighted(model, cov)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fitted, T = _scaled(model) if routine.scaled else (model, None)
            name, results = routine.fit(fitted)
            estimate, se = routine.ours(*_numbers(fitted, results, cov, T))
            numbers = (estimate, se, float(results.llf), taken(results)[0] is not False)
            failure: tuple[str, ...] = ()
        except (np.linalg.LinAlgError, ValueError, RuntimeError, FloatingPointError) as error:
            missing = np.full(len(model.names), np.nan)
            name, numbers = model.title, (missing, missing, float("nan"), False)
            failure = (f"statsmodels failed: {type(error).__name__}: {error}",)
    notes = tuple(dict.fromkeys(f"statsmodels warned: {' '.join(str(w.message).split())}" for w in caught))
    return Reference(f"statsmodels {statsmodels.__version__} {name}", *numbers, failure + notes)


def _ols(model: Model) -> tuple[str, Any]:
    rows = _repeated(model)
    y = rows.y if rows.offset is None else rows.y - rows.offset
    precision: Any = rows.precision
    if precision is None:
        return "OLS", sm.OLS(y, rows.X).fit()
    return "WLS", sm.WLS(y, rows.X, weights=precision).fit()


def _logistic(model: Model) -> tuple[str, Any]:
    rows = model.rows
    if rows.offset is None and rows.weight is None and "trials" not in model.likelihood.parts:
        return "Logit", sm.Logit(rows.y, rows.X).fit(**NEWTON)
    return "GLM Binomial", _glm(model, sm.families.Binomial())


def _probit(model: Model) -> tuple[str, Any]:
    rows = model.rows
    if rows.offset is None:
        rows = _repeated(model)
        return "Probit", sm.Probit(rows.y, rows.X).fit(**NEWTON)
    family = sm.families.Binomial(link=sm.families.links.Probit())
    glm = sm.GLM(rows.y, rows.X, family=family, offset=rows.offset, freq_weights=rows.weight)
    return "GLM Probit", glm.fit(**NEWTON)  # Newton's covariance is the observed information, as ours


def _poisson(model: Model) -> tuple[str, Any]:
    return "GLM Poisson", _glm(model, sm.families.Poisson())


def _negative_binomial(model: Model) -> tuple[str, Any]:
    rows = _repeated(model)
    reference: Any = sm.NegativeBinomial(rows.y, rows.X, loglike_method="nb2", offset=rows.offset)
    start = reference.fit(disp=0, method="bfgs", maxiter=1000).params
    reference.hessian = partial(_above_zero, reference.hessian)
    return "NegativeBinomial", reference.fit(start_params=np.asarray(start), **NEWTON)


def _above_zero(hessian: Callable[[Any], Any], params: Any) -> Any:
    """The second derivatives at an alpha above 0: below it SciPy's zeta counts up from 1 / alpha, for hours."""
    if not params[-1] > 0.0:
        raise FloatingPointError(f"Newton's method left the domain, to alpha = {params[-1]:.3g}")
    return hessian(params)


def _of_density(model: Model) -> tuple[str, Any]:
    """What statsmodels has no model of: its Newton on a log density of SciPy, with complex-step derivatives."""
    rows, density, predictor = _repeated(model), DENSITIES[named(model)], model.predictor
    offset = 0.0 if rows.offset is None else rows.offset

    class OfDensity(GenericLikelihoodModel):
        def loglikeobs(self, params: Any) -> Any:
            params = np.asarray(params)
            first, *others = predictors(predictor, rows.X, params)
            value = density(rows.y, first + offset, *others)
            return value if np.iscomplexobj(params) else np.real(value)

        def score(self, params: Any) -> Any:
            return approx_fprime_cs(params, self.loglike)

        def hessian(self, params: Any) -> Any:
            return approx_hess_cs(params, self.loglike)

    main = slice(None) if predictor.main is None else list(predictor.main)
    y, others = rows.y.reshape(len(rows.y), -1)[:, 0], list(model.names[predictor.size_first :])
    reference = OfDensity(y, rows.X[:, main], extra_params_names=others)
    # Newton's method climbs only near the maximum: the log-likelihood is not concave in all parameters together.
    near = reference.fit(start_params=model.start, disp=0, method="bfgs", maxiter=1000, gtol=1e-4).params
    options: dict[str, Any] = NEWTON | {"tol": 1e-10}
    return "GenericLikelihoodModel", reference.fit(start_params=np.asarray(near), **options)


def _softmax(model: Model) -> tuple[str, Any]:
    rows = _repeated(model)
    return "MNLogit", sm.MNLogit(rows.y.astype(int), rows.X).fit(**NEWTON)


def _ordinal(model: Model) -> tuple[str, Any]:
    return ordered_model(model, _repeated(model)) if model.likelihood.plain == model.likelihood else _of_density(model)


def _linked(model: Model) -> tuple[str, Any]:
    """One mean and another link: its covariance is that of the observed information, as ours."""
    kind = sm.families.Poisson if model.likelihood.outcome is Outcome.COUNT else sm.families.Binomial
    family = linked(kind, next(iter(model.likelihood.parameters.values())))
    near = _glm(model, family)
    return f"GLM {type(family).__name__}", near.model.fit(start_params=near.params, **NEWTON)


def linked(family: Any, link: str) -> Any:
    """A family of statsmodels with the link that has this name here."""
    return family(getattr(sm.families.links, THEIR_LINKS[link])())


def _glm(model: Model, family: Any) -> Any:
    rows = model.rows
    y, some = rows.y, slice(None)
    if "trials" in model.likelihood.parts:  # statsmodels takes failures beside successes, and no rows without trials
        k, n = model.likelihood.named(y).values()
        y, some = np.column_stack([k, n - k]), n > 0
    offset, weight = (None if values is None else values[some] for values in (rows.offset, rows.weight))
    glm = sm.GLM(y[some], rows.X[some], family=family, offset=offset, freq_weights=weight)
    return glm.fit(maxiter=300, tol=1e-13, tol_criterion="params")


def _log_alpha(estimate: Floats, se: Floats) -> tuple[Floats, Floats]:
    """With log alpha in the place of statsmodels' alpha."""
    alpha = estimate[-1]
    return np.append(estimate[:-1], np.log(alpha)), np.append(se[:-1], se[-1] / alpha)


def _as_they_are(estimate: Floats, se: Floats) -> tuple[Floats, Floats]:
    return estimate, se


@prints
@dataclass(frozen=True)
class Routine:
    """How statsmodels fits a kind of regression, to columns that are `scaled` or not, and its numbers in `ours`.

    It gets standardized columns where its steps from the start, and those of numerical derivatives, overflow on columns
    such as an income in cents.
    """

    fit: Callable[[Model], tuple[str, Any]]
    scaled: bool = False
    ours: Callable[[Floats, Floats], tuple[Floats, Floats]] = _as_they_are


THEIR_LINKS = {
    "identity": "Identity",
    "log": "Log",
    "logit": "Logit",
    "probit": "Probit",
    "cloglog": "CLogLog",
    "loglog": "LogLog",
    "cauchit": "Cauchy",
    "sqrt": "Sqrt",
}
"""Links of statsmodels, of those that families of one parameter have."""

OF_DENSITY = Routine(_of_density, scaled=True)
"""What statsmodels has no model of, a parameter with columns of its own included."""

ROUTINES = {
    **dict.fromkeys(DENSITIES, OF_DENSITY),
    **{name: Routine(_linked) for name in DENSITIES if name.split()[0] in ("Bernoulli", "Binomial", "Poisson")},
    "ols": Routine(_ols),
    "logistic": Routine(_logistic),
    "probit": Routine(_probit),
    "poisson": Routine(_poisson),
    "negative_binomial": Routine(_negative_binomial, scaled=True, ours=_log_alpha),
    "softmax": Routine(_softmax),
    **{name: Routine(_ordinal, scaled=True) for name in DENSITIES if name.startswith("Cumulative")},
}
"""The reference of each kind of regression."""


def _scaled(model: Model) -> tuple[Model, Floats]:
    """The model of standardized columns, and T with theta = T phi."""
    columns, (_, T) = model.standardized_rows()[1], model.standardized()
    rows = replace(model.rows, X=model.rows.X @ columns)
    return replace(model, rows=rows, start=np.linalg.solve(T, model.start)), T


def _numbers(model: Model, results: Any, cov: str | HAC | Cluster, T: Floats | None) -> tuple[Floats, Floats]:
    """Estimates and standard errors in statsmodels' parameters; T undoes a scaling."""
    estimate, se = flat(results.params), flat(results.bse)
    if cov != "information" or T is not None:
        V = results.cov_params() if cov == "information" else reference_covariance(model, results, cov)
        V = None if V is None else np.asarray(V) if T is None else T @ np.asarray(V) @ T.T
        se = np.full_like(se, np.nan) if V is None else np.sqrt(np.diagonal(V))
    estimate = estimate if T is None else T @ estimate
    return estimate, se


def _repeated(model: Model) -> Rows:
    """The rows as often as their frequency weights say, which is what frequency weights mean."""
    return _taken(model.rows, _index(model)) if model.rows.weight is not None else model.rows


def _index(model: Model) -> NDArray[np.intp]:
    """Numbers of the rows, as often as each counts."""
    rows = model.rows
    times = np.ones(len(rows.X)) if rows.weight is None else rows.weight
    times = np.where(model.likelihood.trials_of(rows.y) > 0, times, 0.0)  # a row without trials says nothing
    return np.repeat(np.arange(len(rows.X)), times.astype(int))


def _taken(rows: Rows, index: NDArray[Any]) -> Rows:
    def taken(values: Floats | None) -> Floats | None:
        return None if values is None else values[index]

    return Rows(rows.X[index], rows.y[index], None, taken(rows.offset), taken(rows.precision))


def _unweighted(model: Model, cov: str | HAC | Cluster) -> tuple[Model, str | HAC | Cluster]:
    """The same for rows repeated as often as their weights say: statsmodels' sandwiches know no frequencies."""
    index = _index(model)
    plain = replace(model, rows=_taken(model.rows, index), source=None, kept=None, origin=None, n_dropped=0)
    if not isinstance(cov, Cluster):
        return plain, cov
    ways = [Groups.read(groups, model).codes for groups in (cov.groups, cov.second) if groups is not None]
    return plain, Cluster(*(codes[index] for codes in ways), correction=cov.correction, kind=cov.kind)

"""The same model in statsmodels: the reference that a fit is checked against. The only place that fits with
statsmodels.

Labels in order in statsmodels: OrderedModel, whose thresholds are the first and logarithms of increments.

theta_1 = t_1,   theta_j = theta_{j-1} + exp(t_j),   covariance J C J^T with J = d theta / d t

Robust, Newey-West and clustered covariances as statsmodels computes them, from its own scores and information.

statsmodels has HC1 to HC3 for least squares only; asked for one of a discrete model, it answers with HC0 under that
name (statsmodels 0.15, its base/covtype.py). So HC1 is made with its correction, and HC2 to HC4 have no reference. HC4
of least squares, which it has not, is made from its residuals and pseudo-inverse.

Cox's regression and matched sets in statsmodels: PHReg and ConditionalLogit, to columns in standard units.

PHReg has no exact ties, and counts a row as at risk at the very time of its entry, where R and we count it from after
that time: where an event falls on an entry it has another likelihood. ConditionalLogit is exact.

The reference beside a factor of many levels: the likelihood written again, climbed by SciPy's sparse matrices.

statsmodels holds all columns as one array, and takes minutes for two thousand of them. Here the columns of the levels
are a sparse matrix and each step of Newton solves X' W X d = X' (y - mean) by SuperLU, which knows nothing of how our
fit eliminates the levels.

The linear mixed model in statsmodels' MixedLM, and by dense matrices where MixedLM has none.

MixedLM has groups of one kind with a covariance of their effects, and effects that are independent with a variance for
each kind of groups. It takes no precision of rows.

CR2 and CR3 with their degrees of freedom by their definition, from dense matrices in the coefficients themselves.

    V = C (sum_g A_g S_g S_g' A_g') C,   A_g = (I - M_g C)^-power,   power 1/2 of CR2 and 1 of CR3
    df of l = (sum_g P_gg)^2 / sum_gh P_gh^2,   P_gh = l' C A_g (d_gh M_g - M_g C M_h) A_h' C l

S_g and M_g are the sums of the scores and of the information of the rows of group g, C is the inverse of their sum; a
power is taken by eigenvectors, and is 0 where group g alone determines a direction. statsmodels has neither kind. Cost:
groups^2 p^2 for each coefficient. Source: Pustejovsky & Tipton, J. Business & Economic Statistics 36 (2018), 672-683.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import special
from scipy.linalg import cho_factor, cho_solve
from statsmodels.base.model import GenericLikelihoodModel
from statsmodels.discrete.conditional_models import ConditionalLogit as TheirSets
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams, VCSpec
from statsmodels.tools.numdiff import approx_fprime_cs, approx_hess_cs
from statsmodels.tools.sm_exceptions import ModelWarning

from stattools.data.design.latent_terms import RandomTerm
from stattools.data.rows.rows import Rows
from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.covariance import HAC, Cluster, Groups
from stattools.inference.fits.fit import Fit
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import stats
from stattools.likelihoods.likelihood import named_parts
from stattools.likelihoods.outcomes import Outcome
from stattools.models.mixed.mixed_model import LinearMixed
from stattools.models.model import Model
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.survival.cox import CoxRegression
from stattools.numerics.columns import sparse, weighted
from stattools.text.one_line import prints
from stattools.validation.foreign.statsmodels_results import flat, in_thresholds, taken
from stattools.validation.references.densities import DENSITIES, Numbers, named, predictors
from stattools.validation.verdict import Agreement, agreeing_digits, counted

LAWS = {"logit": stats.logistic, "probit": stats.norm, "cloglog": stats.gumbel_l, "loglog": stats.gumbel_r}
"""The distribution whose function F is, by the link."""


@record
class InOurs:
    """Results with thresholds in the place of increments; `scores` are those of the rows."""

    params: Floats
    covariance: Floats
    scores: Floats
    llf: float
    mle_retvals: Any

    @property
    def bse(self) -> Floats:
        return np.sqrt(np.diagonal(self.covariance))

    def cov_params(self) -> Floats:
        return self.covariance


def ordered_model(model: Model, rows: Rows) -> tuple[str, InOurs]:
    """The fit by statsmodels of the location and the thresholds, to the rows as often as they were seen."""
    main = list(model.predictor.main or ())
    law = LAWS[next(iter(model.likelihood.parameters.values()))]
    reference = OrderedModel(rows.y.astype(int), np.asarray(rows.X)[:, main], offset=rows.offset, distr=law)
    near = reference.fit(method="bfgs", maxiter=1000, gtol=1e-6, disp=0).params
    found = reference.fit(start_params=np.asarray(near), method="newton", maxiter=20, tol=1e-9, disp=0)
    own, p = np.asarray(found.params), len(main)
    thetas, J = in_thresholds(own, p)
    covariance = J @ np.asarray(found.cov_params()) @ J.T
    scores = np.linalg.solve(J.T, np.asarray(reference.score_obs(own)).T).T
    return "OrderedModel", InOurs(thetas, covariance, scores, found.llf, found.mle_retvals)


def reference_covariance(model: Model, results: Any, cov: str | HAC | Cluster) -> Floats | None:
    """The covariance of statsmodels' results, of the kind `cov`; None where statsmodels has none of this kind.

    `results` are of the rows of `model` each seen once.
    """
    import statsmodels.stats.sandwich_covariance as sw

    if isinstance(results, InOurs):  # which are read by their scores and their covariance
        results = results.scores, results.covariance
    n, p = len(model.rows.X), len(model.names)
    if isinstance(cov, HAC):
        if cov.lags == "auto" or cov.prewhiten:
            return None
        kernel = {"bartlett": sw.weights_bartlett, "uniform": sw.weights_uniform}[cov.kernel]
        return sw.cov_hac_simple(results, cov.lags, kernel, use_correction=cov.correction == "stata")
    if isinstance(cov, Cluster):
        if cov.kind != "CR1":
            return None
        ways = [Groups.read(groups, model) for groups in (cov.groups, cov.second) if groups is not None]
        own = cov.correction == "statsmodels"
        if len(ways) == 2:
            codes = np.column_stack([way.codes for way in ways])
            V = sw.cov_cluster_2groups(results, codes, use_correction=own)[0]
        else:
            V = sw.cov_cluster(results, ways[0].codes, use_correction=own)
        G = min(way.n for way in ways)
        stata = G / (G - 1.0) * ((n - 1.0) / (n - p) if model.has_scale else 1.0)
        return V * stata if cov.correction == "stata" else V
    if cov == "quasi":
        return results.cov_params() * (results.pearson_chi2 / (n - p))
    if model.has_scale:
        return _hc4(results) if cov == "HC4" else getattr(results, f"cov_{'HC1' if cov == 'robust' else cov}")
    plain = sw.cov_white_simple(results, use_correction=cov == "HC1")
    return {"HC0": plain, "HC1": plain, "robust": plain * n / (n - 1.0)}.get(cov)


def _hc4(results: Any) -> Floats:
    """Cribari-Neto's HC4 of least squares."""
    X, back = results.model.wexog, results.model.pinv_wexog
    h = np.einsum("ij,ji->i", X, back)
    square = results.wresid**2 / (1.0 - h) ** np.minimum(4.0, h * len(X) / X.shape[1])
    return (back * square) @ back.T


NEWTON: dict[str, Any] = {"disp": 0, "method": "newton", "maxiter": 200, "tol": 1e-14}


@record
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


def _ols(model: Model) -> tuple[str, object]:
    rows = _repeated(model)
    y = rows.y if rows.offset is None else rows.y - rows.offset
    precision: Any = rows.precision
    if precision is None:
        return "OLS", sm.OLS(y, rows.X).fit()
    return "WLS", sm.WLS(y, rows.X, weights=precision).fit()


def _logistic(model: Model) -> tuple[str, object]:
    rows = model.rows
    if rows.offset is None and rows.weight is None and "trials" not in model.likelihood.parts:
        return "Logit", sm.Logit(rows.y, rows.X).fit(**NEWTON)
    return "GLM Binomial", _glm(model, sm.families.Binomial())


def _probit(model: Model) -> tuple[str, object]:
    rows = model.rows
    if rows.offset is None:
        rows = _repeated(model)
        return "Probit", sm.Probit(rows.y, rows.X).fit(**NEWTON)
    family = sm.families.Binomial(link=sm.families.links.Probit())
    glm = sm.GLM(rows.y, rows.X, family=family, offset=rows.offset, freq_weights=rows.weight)
    return "GLM Probit", glm.fit(**NEWTON)  # Newton's covariance is the observed information, as ours


def _poisson(model: Model) -> tuple[str, object]:
    return "GLM Poisson", _glm(model, sm.families.Poisson())


def _negative_binomial(model: Model) -> tuple[str, object]:
    rows = _repeated(model)
    reference: Any = sm.NegativeBinomial(rows.y, rows.X, loglike_method="nb2", offset=rows.offset)
    start = reference.fit(disp=0, method="bfgs", maxiter=1000).params
    reference.hessian = partial(_above_zero, reference.hessian)
    return "NegativeBinomial", reference.fit(start_params=np.asarray(start), **NEWTON)


def _above_zero(hessian: Callable[[Floats], Floats], params: Floats) -> Floats:
    """The second derivatives at an alpha above 0: below it SciPy's zeta counts up from 1 / alpha, for hours."""
    if not params[-1] > 0.0:
        raise FloatingPointError(f"Newton's method left the domain, to alpha = {params[-1]:.3g}")
    return hessian(params)


def _of_density(model: Model) -> tuple[str, object]:
    """What statsmodels has no model of: its Newton on a log density of SciPy, with complex-step derivatives."""
    rows, density, predictor = _repeated(model), DENSITIES[named(model)], model.predictor
    offset = 0.0 if rows.offset is None else rows.offset

    class OfDensity(GenericLikelihoodModel):
        def loglikeobs(self, params: object) -> Numbers:
            params = np.asarray(params)
            first, *others = predictors(predictor, rows.X, params)
            value = density(rows.y, first + offset, *others)
            return value if np.iscomplexobj(params) else np.real(value)

        def score(self, params: Floats) -> Floats:
            return approx_fprime_cs(params, self.loglike)

        def hessian(self, params: object) -> Floats:
            return approx_hess_cs(params, self.loglike)

    main = slice(None) if predictor.main is None else list(predictor.main)
    y, others = rows.y.reshape(len(rows.y), -1)[:, 0], list(model.names[predictor.size_first :])
    reference = OfDensity(y, rows.X[:, main], extra_params_names=others)
    # Newton's method climbs only near the maximum: the log-likelihood is not concave in all parameters together.
    near = reference.fit(start_params=model.start, disp=0, method="bfgs", maxiter=1000, gtol=1e-4).params
    options: dict[str, Any] = NEWTON | {"tol": 1e-10}
    return "GenericLikelihoodModel", reference.fit(start_params=np.asarray(near), **options)


def _softmax(model: Model) -> tuple[str, object]:
    rows = _repeated(model)
    return "MNLogit", sm.MNLogit(rows.y.astype(int), rows.X).fit(**NEWTON)


def _ordinal(model: Model) -> tuple[str, object]:
    return _of_density(model) if model.likelihood.facts.added else ordered_model(model, _repeated(model))


def _linked(model: Model) -> tuple[str, object]:
    """One mean and another link: its covariance is that of the observed information, as ours."""
    kind = sm.families.Poisson if model.likelihood.outcome is Outcome.COUNT else sm.families.Binomial
    family = linked(kind, next(iter(model.likelihood.parameters.values())))
    near = _glm(model, family)
    return f"GLM {type(family).__name__}", near.model.fit(start_params=near.params, **NEWTON)


def linked(family: Callable[[object], object], link: str) -> object:
    """A family of statsmodels with the link that has this name here."""
    return family(getattr(sm.families.links, THEIR_LINKS[link])())


def _glm(model: Model, family: object) -> Any:
    rows = model.rows
    y, some = rows.y, slice(None)
    if "trials" in model.likelihood.parts:  # statsmodels takes failures beside successes, and no rows without trials
        k, n = named_parts(model.likelihood, y).values()
        y, some = np.column_stack([k, n - k]), n > 0
    offset, weight = (None if values is None else values[some] for values in (rows.offset, rows.weight))
    glm = sm.GLM(y[some], rows.X[some], family=family, offset=offset, freq_weights=weight)
    return glm.fit(maxiter=300, tol=1e-13, tol_criterion="params")


def _log_alpha(estimate: Floats, se: Floats) -> tuple[Floats, Floats]:
    """With log alpha in the place of statsmodels' alpha."""
    alpha = estimate[-1]
    return np.append(estimate[:-1], np.log(alpha)), np.append(se[:-1], se[-1] / alpha)


@prints
@dataclass(frozen=True)
class Routine:
    """How statsmodels fits a kind of regression, to columns that are `scaled` or not, and its numbers in `ours`.

    It gets standardized columns where its steps from the start, and those of numerical derivatives, overflow on columns
    such as an income in cents.
    """

    fit: Callable[[Model], tuple[str, Any]]
    scaled: bool = False
    ours: Callable[[Floats, Floats], tuple[Floats, Floats]] = lambda estimate, se: (estimate, se)


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


def _scaled(model: Model) -> tuple[Model, Any]:
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


def _taken(rows: Rows, index: NDArray[np.intp]) -> Rows:
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


STEPS = 100
"""Newton's method needs five to fifteen."""

SOME = 200
"""Columns of the inverse that are solved for at a time."""

type Curve = Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]
"""Log-likelihood, residual y - mean and weight of each row, from eta and y."""


def _sparse_poisson(eta: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    mean = np.exp(eta)
    return y * eta - mean - special.gammaln(y + 1.0), y - mean, mean


def _sparse_logistic(eta: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    mean = special.expit(eta)
    return y * eta + special.log_expit(-eta), y - mean, mean * special.expit(-eta)


def _normal(eta: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    gap = y - eta
    return -0.5 * gap * gap, gap, np.ones_like(eta)


CURVES: dict[str, Curve] = {"poisson": _sparse_poisson, "logistic": _sparse_logistic, "ols": _normal}
"""The likelihoods of which it is known, by the name of the model."""


def sparse_fit(model: Model, cov: object) -> Reference:
    """The maximum with the standard errors of the information; IncompatibleError for other models and kinds."""
    curve = CURVES.get(named(model))
    if curve is None or model.predictor.width > 1 or "trials" in model.likelihood.parts or cov != "information":
        p = len(model.names)
        raise IncompatibleError(
            f"validate has no reference of {p:,} coefficients for {model.title} with cov={cov!r}: statsmodels would "
            "hold all columns and take minutes. Beside a factor of many levels it knows st.ols, st.logistic of zeros "
            "and ones and st.poisson with cov='information': validate such a fit, or one to the rows of some levels."
        )
    work, units = model.standardized()
    T: Any = units
    rows, X = work.rows, sparse(work.rows.X)
    heavy = np.ones(len(rows.y)) if rows.importance is None else rows.importance
    offset = 0.0 if rows.offset is None else rows.offset
    start = {"poisson": np.log(np.maximum(rows.y, 0.1)), "logistic": rows.y - 0.5, "ols": rows.y}[named(model)] - offset
    phi, converged = _solver(X, heavy).solve(X.T @ (heavy * start)), False
    value, gap, weight = curve(X @ phi + offset, rows.y)
    for _ in range(STEPS):
        score = X.T @ (heavy * gap)
        step = _solver(X, heavy * weight).solve(score)
        if converged := bool(score @ step < 1e-20 * (1.0 + abs(heavy @ value))):
            break
        before, size = heavy @ value, 1.0
        while True:
            value, gap, weight = curve(X @ (phi + size * step) + offset, rows.y)
            if heavy @ value >= before - 1e-9 * abs(before) or size < 1e-6:
                break
            size *= 0.5
        phi = phi + size * step
    loglik, variance = float(heavy @ value), 1.0
    if named(model) == "ols":
        square, n = -2.0 * loglik, float(model.n)
        logs = 0.0 if rows.precision is None else float(weighted(np.log(rows.precision), rows.weight).sum())
        loglik = 0.5 * logs - 0.5 * n * (np.log(2.0 * np.pi * square / n) + 1.0)
        variance = square / (n - len(phi))
    se = np.sqrt(variance * _variances(_solver(X, heavy * weight), T))
    return Reference(f"SciPy {scipy.__version__} sparse Newton's method", T.product(phi), se, loglik, converged)


def _solver(X: Any, weight: Floats) -> Any:
    from scipy.sparse.linalg import splu

    return splu((X.T @ (X.multiply(weight[:, None]))).tocsc())


def _variances(solver: Any, T: Any) -> Floats:
    """The diagonal of T V T', where V is the inverse that is solved with."""
    p = T.shape[0]
    found = np.empty(p)
    for start in range(0, p, SOME):
        part = np.arange(start, min(start + SOME, p))
        unit = np.zeros((p, len(part)))
        unit[part, part - start] = 1.0
        rows = T.pulled(unit)
        found[part] = (rows * solver.solve(rows)).sum(axis=0)
    return found


MOST_MIXED_ROWS = 500
"""Rows of crossed groups that MixedLM is asked for, which makes matrices of all rows in each of its steps."""


@record
class MixedReference:
    """Fixed effects with standard errors, the covariance of the effects of each term, and the residual variance."""

    name: str
    estimate: Floats
    se: Floats
    covariances: tuple[Floats, ...]
    s2: float
    loglik: float
    converged: bool
    notes: tuple[str, ...] = ()


def mixed_lm(model: LinearMixed, reml: bool) -> MixedReference | None:
    """MixedLM's fit; None where it has no such model."""
    terms = model.random
    if model.precision is not None or model.smooths:
        return None
    crossed = any((term.codes != terms[0].codes).any() for term in terms)
    if crossed and (model.n > MOST_MIXED_ROWS or any(len(term.columns) > 1 for term in terms)):
        return None
    name = f"statsmodels {statsmodels.__version__} MixedLM"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            results, covariances = _crossed(model, reml) if crossed else _one_factor(model, reml)
            loglik = float(results.llf)  # from determinants, which it makes when it is asked
        except (np.linalg.LinAlgError, ValueError, RuntimeError, FloatingPointError) as error:
            said = f"statsmodels failed: {type(error).__name__}: {error}"
            gap = np.full(len(model.names), np.nan)
            none = tuple(np.full((len(term.columns),) * 2, np.nan) for term in terms)
            return MixedReference(name, gap, gap, none, np.nan, np.nan, False, (said,))
    notes = tuple(dict.fromkeys(f"statsmodels warned: {' '.join(str(w.message).split())}" for w in caught))
    p, s2 = len(model.names), float(results.scale)
    numbers = np.asarray(results.fe_params), np.asarray(results.bse)[:p]
    return MixedReference(name, *numbers, covariances, s2, loglik, bool(results.converged), notes)


def _one_factor(model: LinearMixed, reml: bool) -> tuple[Any, tuple[Floats, ...]]:
    widths = [len(term.columns) for term in model.random]
    spans = [slice(low, high) for low, high in pairwise(np.cumsum([0, *widths]).tolist())]
    free = np.zeros((sum(widths),) * 2)
    for span in spans:
        free[span, span] = 1.0
    z = np.concatenate([term.z for term in model.random], axis=1)
    asked: Any = MixedLM(model.y, model.X, model.random[0].codes, exog_re=z)
    parts: Any = MixedLMParams
    held = {"free": parts.from_components(fe_params=np.ones(len(model.names)), cov_re=free)} if len(widths) > 1 else {}
    results = asked.fit(reml=reml, **held)
    cov = np.asarray(results.cov_re)
    return results, tuple(cov[span, span] for span in spans)


def _crossed(model: LinearMixed, reml: bool) -> tuple[Any, tuple[Floats, ...]]:
    def columns(term: RandomTerm) -> Floats:
        made = np.zeros((len(term.codes), term.n_levels))
        made[np.arange(len(term.codes)), term.codes] = term.z[:, 0]
        return made

    names = [term.name for term in model.random]
    spec = VCSpec(
        names, [[[str(k) for k in range(term.n_levels)]] for term in model.random], [[columns(t)] for t in model.random]
    )
    results = MixedLM(model.y, model.X, np.zeros(len(model.y)), exog_vc=spec).fit(reml=reml)
    return results, tuple(np.array([[float(v)]]) for v in results.vcomp)


def dense(model: LinearMixed, covariances: tuple[Floats, ...], s2: float, reml: bool) -> MixedReference:
    """The likelihood at these covariances, profiled over the fixed effects, from the covariance matrix of all rows.

    Raises IdentificationError where that matrix is singular in float64.
    """
    X, y, n = model.X, model.y, len(model.y)
    V = s2 * np.diag(np.ones(n) if model.precision is None else 1.0 / model.precision)
    for term, cov in zip(model.varying, covariances, strict=True):
        V += term.shared(cov)
    try:
        factor = cho_factor(V, lower=True)
    except np.linalg.LinAlgError:
        raise IdentificationError(
            f"the covariance matrix of all rows of {model.title} is singular in float64, so that it has no density: "
            "effects vary so much more than the residual that its digits are lost. Look at the units of columns."
        ) from None
    center = X.mean(axis=0) if (X[:, 0] == 1.0).all() else np.zeros(X.shape[1])
    center[0] = 0.0
    Z = X - center
    gram = Z.T @ cho_solve(factor, Z)
    phi = np.linalg.solve(gram, Z.T @ cho_solve(factor, y))
    r = y - Z @ phi
    value = 2.0 * np.log(factor[0].diagonal()).sum() + r @ cho_solve(factor, r)
    value += (n - len(phi) * reml) * np.log(2.0 * np.pi) + reml * np.linalg.slogdet(gram)[1]
    value -= 2.0 * reml * sum(curve.log_line for curve in model.smooths)
    back = np.eye(len(phi))
    back[0] -= center
    se = np.sqrt(np.diag(back @ np.linalg.inv(gram) @ back.T))
    return MixedReference("", back @ phi, se, covariances, s2, float(-0.5 * value), True)


POWERS = {"CR2": -0.5, "CR3": -1.0}

APART = 1e-5
"""Degrees of freedom this close in ratio count as the same."""


def few_clusters(fit: Fit, reference: Reference, beside: Callable[..., Agreement]) -> Agreement:
    """The agreement of a fit whose clusters are CR2 or CR3, `beside(reference, notes)`, with dense standard errors at
    the estimate of the reference; degrees of freedom that are not those of dense algebra are no agreement.
    """
    se, df = dense_clusters(fit.model, reference.estimate, fit._cov_made)
    gap, digits = np.abs(df / fit.t_df - 1.0).max(), counted(float(np.min(agreeing_digits(fit.t_df, df))))
    what = f"standard errors and degrees of freedom (digits: {digits}) are compared with dense algebra."
    found = beside(replace(reference, se=se), (f"statsmodels has no {fit.cov}: {what}",))
    if gap <= APART or not found.ok:
        return found
    return replace(found, ok=False, sentence=f"Degrees of freedom of dense algebra differ by up to {gap:.1e} of them.")


def dense_clusters(model: Model, theta: Floats, cov: Any) -> tuple[Floats, Floats]:
    """Standard errors of the coefficients theta of rows in memory, and the degrees of freedom of their t."""
    codes, (block,), width = Groups.read(cov.groups, model).codes, model.rows.blocks(), model.predictor.width
    eta, _ = model.predictor.forward(theta, block)
    n = len(codes)
    units = [np.tile(one, (n, 1)) if width > 1 else np.ones(n) for one in np.eye(width)]
    J = np.stack([model.predictor.row_scores(np.asarray(block.X), unit) for unit in units], axis=1)
    u = model.likelihood.score(eta, block.y).reshape(n, width)
    W = model.likelihood.information(eta, block.y).reshape(n, width, width)
    for factor in (model.rows.weight, model.rows.precision):
        u, W = (u, W) if factor is None else (u * factor[:, None], W * factor[:, None, None])
    groups = [np.flatnonzero(codes == g) for g in range(codes.max() + 1)]
    S = [np.einsum("iap,ia->p", J[own], u[own]) for own in groups]
    M = [np.einsum("iap,iab,ibq->pq", J[own], W[own], J[own]) for own in groups]
    C = np.linalg.inv(np.sum(M, axis=0))
    CA = [C @ _power(np.eye(len(C)) - part @ C, POWERS[cov.kind]) for part in M]
    moves = np.array([left @ score for left, score in zip(CA, S, strict=True)])
    factor = (len(groups) - 1.0) / len(groups) if cov.correction == "jackknife" else 1.0
    return np.sqrt(factor * (moves**2).sum(axis=0)), np.array([_df(left, M, C) for left in np.transpose(CA, (1, 0, 2))])


def _df(left: Floats, M: list[Floats], C: Floats) -> float:
    """Of the coefficient whose l' C A_g are the rows of `left`."""
    of = np.array([one @ part for one, part in zip(left, M, strict=True)])
    P = np.diag((of * left).sum(axis=1)) - of @ C @ of.T
    return float(np.trace(P) ** 2 / (P**2).sum())


def _power(A: Floats, power: float) -> Floats:
    values, vectors = np.linalg.eig(A)
    some = values.real > 1e-10
    return ((vectors * np.where(some, np.where(some, values, 1.0) ** power, 0.0)) @ np.linalg.inv(vectors)).real

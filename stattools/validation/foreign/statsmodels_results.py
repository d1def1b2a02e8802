"""Results of statsmodels: which of its models are read and how, and why others are refused.

The likelihood is read from `results.model`, the numbers from `results`. OLS, WLS, GLM of the families and links that
`st.glm` has too, Logit, Probit, MNLogit, Poisson, NegativeBinomial, from formulas or arrays, regularized or not: alpha
of a negative binomial becomes log alpha, the scale of a GLM with a dispersion its logarithm, without a standard error.

MixedLM: its covariance of effects is `cov_re` for `exog_re`, with the entries that `free` holds at 0; its `vcomp` are
variances of effects that are independent, one for each column of `exog_vc` and group. Its standard errors of fixed
effects are of the observed information of these and the variances together; `st.fit` has those with the variances
known.

OrderedModel: labels in order, whose thresholds are the first and logarithms of increments,

    theta_1 = t_1,   theta_j = theta_{j-1} + exp(t_j),   covariance J C J^T with J = d theta / d t

BetaModel, shares with a precision; TruncatedLFPoisson and TruncatedLFNegativeBinomialP, counts that are seen from 1 on;
ZeroInflatedPoisson and ZeroInflatedNegativeBinomialP, where the parameters of the zeros come first: probit zeros,
counts of the generalized Poisson distribution and p = 1 have no twin here.

PHReg and ConditionalLogit, partial likelihoods: PHReg counts a row as at risk at the very time of its entry, where R
and `st.cox` count it from after that time, so that its entries are read as the next smaller numbers, which makes the
likelihood its own. Its robust standard errors have scores of Breslow's ties whatever the ties are: of Efron's they are
of no kind that is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import connected_components

from stattools.data.tables.arrays import binary
from stattools.data.tables.table import index_of, is_frame, same_index, table
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance import HAC, Cluster
from stattools.interface.arrays import Floats
from stattools.likelihoods import NegativeBinomial, Poisson, ZeroTruncated
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.regressions.categories import ordinal
from stattools.models.regressions.counts import zero_inflated
from stattools.models.regressions.glm import GENERALIZED, glm, regression
from stattools.models.regressions.linear_mixed import linear_mixed
from stattools.models.regressions.times import conditional_logit, cox
from stattools.validation.foreign.description import (
    CONSTRUCTORS,
    Foreign,
    FormulaTable,
    Given,
    Told,
    attributes,
    bound,
    in_our_order,
    release,
    texts,
)
from stattools.validation.foreign.mixed import with_variances
from stattools.validation.moment_dispersion import has_moments, with_dispersion
from stattools.validation.recipes.likelihoods import with_known_alpha, with_linear_variance
from stattools.validation.recipes.recipe import MOMENTS, Numbers, Recipe, Refit

KERNELS = {"weights_bartlett": "bartlett", "weights_uniform": "uniform"}
RESULTS = {
    "bse": None,
    "cov_type": "none",
    "cov_kwds": {},
    "use_t": False,
    "method": "",
    "scale": 1.0,
    "df_resid_inference": None,
    "converged": None,
    "mle_retvals": {},
    "mle_settings": {},
    "fit_history": {},
}
"""What results say, and what it means that they do not."""
DROPPED = {"missing_row_idx": ()}
"""The same of the data of a model."""


def covariance_of(options: Any, said: str) -> str | HAC | Cluster | None:
    """Our name of the covariance of statsmodels results; None for one that is not known here."""
    if said == "nonrobust":
        return "information"
    if said in ("HC0", "HC1", "HC2", "HC3"):
        return said
    if said == "HAC":
        by = options.get("weights_func")
        kernel = "bartlett" if by is None else KERNELS.get(by.__name__)
        if kernel is None:
            return None
        return HAC(int(options["maxlags"]), kernel, "stata" if options.get("use_correction") else "none")  # type: ignore[arg-type]
    if said == "cluster":
        groups = np.asarray(options["groups"])
        ways = [groups] if groups.ndim == 1 else list(groups.T)
        return Cluster(*ways, correction="statsmodels" if options.get("use_correction", True) else "none")
    return None


def degrees_of(df: float, model: Model) -> float | None:
    """Degrees of freedom of t; None where they are n - p."""
    return None if df == model.n - len(model.names) else df


def taken(results: object) -> tuple[bool | None, int | None, int | None]:
    """What the fit says of convergence, the steps taken, and the most that it would take."""
    told = attributes(results, RESULTS)
    converged = told.mle_retvals.get("converged", told.converged)
    steps = told.mle_retvals.get("iterations", told.fit_history.get("iteration"))
    whole = isinstance(steps, int | np.integer | float)
    most = told.mle_settings.get("maxiter")
    return None if converged is None else bool(converged), int(steps) if whole else None, most


def rows_of(sm: Any) -> NDArray[np.intp] | None:
    """Numbers of the table's rows that were kept, where a formula dropped some."""
    missing = attributes(sm.data, DROPPED).missing_row_idx
    if not missing:
        return None
    n = len(sm.endog) + len(missing)
    return np.setdiff1d(np.arange(n), np.asarray(missing))


def flat(values: ArrayLike) -> Floats:
    """Coefficients category after category: statsmodels keeps categories in columns."""
    return np.array(np.asarray(values, dtype=float).T).ravel()


def reordered(results: Any, model: Model, order: list[int], is_observed: bool = True) -> Foreign:
    """The description of results of our model, the places of whose parameters in ours are `order`; standard errors of
    another information than the observed one are not checked.
    """
    told, params = attributes(results, RESULTS), flat(results.params)
    bse: Floats = np.full(len(params), np.nan) if told.bse is None else flat(told.bse)
    theta, se = params[order], bse[order]
    if model.names[-1] == "log alpha":
        alpha = theta[-1]
        theta[-1], se[-1] = (np.log(alpha), se[-1] / alpha) if alpha > 0.0 else (np.nan, np.nan)
    said = str(told.cov_type) if np.isfinite(se).any() else "none"
    recipe = Recipe(model, cov=covariance_of(told.cov_kwds, said) if is_observed else None)
    half = recipe.quantile() * se
    name, numbers = (
        f"{release('statsmodels')} {type(results.model).__name__}",
        Numbers(theta, se, theta - half, theta + half),
    )
    return Foreign(name, recipe, numbers, said, *taken(results), rows=rows_of(results.model))


DISCRETE = {
    "Logit": "logistic",
    "Probit": "probit",
    "MNLogit": "softmax",
    "Poisson": "poisson",
    "NegativeBinomial": "negative_binomial",
    "NegativeBinomialP": "negative_binomial",
}
GLMS = {
    ("Gaussian", "Identity"): "ols",
    ("Binomial", "Logit"): "logistic",
    ("Binomial", "Probit"): "probit",
    ("Poisson", "Log"): "poisson",
}
FAMILIES = {
    "Gaussian": "normal",
    "Binomial": "binomial",
    "Poisson": "poisson",
    "Gamma": "gamma",
    "InverseGaussian": "inverse-gaussian",
    "NegativeBinomial": "poisson",
}
LINKS = {
    "Identity": "identity",
    "Log": "log",
    "Logit": "logit",
    "Probit": "probit",
    "CLogLog": "cloglog",
    "LogLog": "loglog",
    "Cauchy": "cauchit",
    "InversePower": "inverse",
    "InverseSquared": "inverse-squared",
    "Sqrt": "sqrt",
}
"""Their names of families and links, and ours; the negative binomial of a GLM is given its alpha afterwards."""
OTHER_FAMILIES = {"Tweedie": "its members here are Poisson, Gamma and InverseGaussian: give one of them"}
REGRESSION = {"weights": 1.0, "_ynames_map": {}, "offset": 0.0, "exposure": 0.0}
"""The same of a model; its exposure is kept as its logarithm."""
GLM = {"freq_weights": None, "var_weights": 1.0, "n_trials": 1.0, "_offset_exposure": 0.0}
"""The same of a generalized linear model."""
PLAIN = ("nonrobust", "HC0")
"""Kinds of standard errors in which a dispersion that is known counts as no parameter."""
SAME_SCALE = 1e-6
AS_FREQUENCIES = (
    "Weights are read as frequencies: those of precisions have the same maximum of the coefficients and the same "
    "standard errors at a scale, and another log-likelihood."
)


def describe_regression(results: Any) -> Foreign:
    """The description of a results object; IncompatibleError for a model that we do not have."""
    sm = results.model
    kind, routine = _kind(sm)
    model, alpha = _model(sm, kind), _alpha(sm)
    model = model if alpha is None else with_known_alpha(model, alpha)
    model = with_linear_variance(model) if _is_linear(sm) else model
    told = attributes(results, RESULTS)
    theta = flat(results.params)
    se = np.full(len(theta), np.nan) if told.bse is None else flat(told.bse)
    if kind == "negative_binomial":
        alpha = theta[-1]
        theta = np.append(theta[:-1], np.log(alpha) if alpha > 0 else np.nan)
        se = np.append(se[:-1], se[-1] / alpha if alpha > 0 else np.nan)
    said = str(told.cov_type) if np.isfinite(se).any() else "none"
    dispersion: str | float = "likelihood"
    if has_moments(model):
        dispersion = _dispersion(model, np.append(theta, 0.0), float(told.scale))
        theta = with_dispersion(model, np.append(theta, 0.0), float(told.scale))
        se = np.append(se, np.nan)
    unlike = has_moments(model) or not model.has_scale
    weighted = unlike and kind.split()[0] not in ("logistic", "probit", "binomial") and _is_weighted(sm)
    not_ours = (dispersion != "likelihood" and said not in PLAIN) or (weighted and said != "nonrobust")
    scoring = routine.startswith("GLM") and told.method == "IRLS" and said == "nonrobust"
    recipe = Recipe(
        model,
        cov=None if not_ours else covariance_of(told.cov_kwds, said),
        information="expected" if scoring else "observed",
        divisor="n - p" if model.has_scale else "1" if float(told.scale) == 1.0 or dispersion != "likelihood" else "X2",
        df=degrees_of(float(told.df_resid_inference or results.df_resid), model) if told.use_t else np.inf,
        dispersion=dispersion,
    )
    half = recipe.quantile() * se
    converged, steps, limit = taken(results)
    return Foreign(
        f"{release('statsmodels')} {routine}",
        recipe,
        Numbers(theta, se, theta - half, theta + half),
        said,
        converged,
        steps,
        limit,
        rows=rows_of(sm),
        notes=(AS_FREQUENCIES,) if has_moments(model) and model.rows.weight is not None else (),
    )


def _kind(sm: Any) -> tuple[str, str]:
    name = type(sm).__name__
    if name in ("OLS", "WLS"):
        return "ols", name
    if name in DISCRETE:
        kind = attributes(sm, {"loglike_method": "nb2", "parameterization": 2})
        if kind.loglike_method == "geometric":
            return "poisson", f"{name}, geometric"
        if name.startswith("NegativeBinomial") and kind.parameterization not in (1, 2):
            raise IncompatibleError(
                f"{name} with p={kind.parameterization} has no twin here: its variance is neither m + alpha m nor "
                "m + alpha m^2. Use p=1 or p=2."
            )
        if _is_linear(sm):
            return DISCRETE[name], f"{name}, NB1"
        return DISCRETE[name], name
    family, link = type(sm.family).__name__, type(sm.family.link).__name__
    if (family, link) in GLMS:
        return GLMS[family, link], f"GLM {family}" + (" Probit" if link == "Probit" else "")
    kind = f"{FAMILIES.get(family)} {LINKS.get(link)}"
    if kind not in CONSTRUCTORS:
        raise IncompatibleError(
            f"a GLM {family} with link {link} has no twin here"
            f"{f' ({OTHER_FAMILIES[family]})' if family in OTHER_FAMILIES else ''}; known are the families "
            f"{', '.join(FAMILIES)} with the links that st.glm has of them."
        )
    return kind, f"GLM {family} with link {link}"


def _is_linear(sm: object) -> bool:
    """Whether counts have a variance that is linear in the mean, NB1."""
    told = attributes(sm, {"loglike_method": "nb2", "parameterization": 2})
    return type(sm).__name__.startswith("NegativeBinomial") and "nb1" in (
        told.loglike_method,
        f"nb{told.parameterization}",
    )


def _is_weighted(sm: object) -> bool:
    """Whether a GLM has weights of precisions, which its sandwiches square, where frequencies count once."""
    return bool((np.asarray(attributes(sm, GLM).var_weights) != 1).any())


def _alpha(sm: object) -> float | None:
    """The alpha that a negative binomial was given; None where it is estimated, or where there is none."""
    if attributes(sm, {"loglike_method": ""}).loglike_method == "geometric":
        return 1.0
    family = attributes(sm, {"family": None}).family
    return float(family.alpha) if type(family).__name__ == "NegativeBinomial" else None


def _model(sm: Any, kind: str) -> Model:
    X, y = np.asarray(sm.exog, dtype=float), np.asarray(sm.endog, dtype=float)
    names = texts(list(sm.exog_names)[: X.shape[1]], X.shape[1])
    outcome = sm.endog_names if isinstance(sm.endog_names, str) else str(sm.endog_names[0])
    labels, extra = None, {}
    is_glm = type(sm).__name__ == "GLM"
    is_binomial = kind in ("logistic", "probit") or kind.startswith("binomial ")
    told, glm = attributes(sm, REGRESSION), attributes(sm, GLM)
    weight = glm.freq_weights if is_glm else None
    if kind == "ols":
        precision = np.asarray(glm.var_weights if is_glm else told.weights, dtype=float)
        if precision.ndim and not (precision == 1).all():
            extra["precision"] = precision
    elif is_glm:
        var, trials = np.asarray(glm.var_weights, dtype=float), np.asarray(glm.n_trials, dtype=float)
        whole = var * trials
        if is_binomial and (np.broadcast_to(whole, y.shape) != 1).any():
            extra["trials"] = np.array(np.broadcast_to(whole, y.shape))
            y = np.round(y * whole, 9)
        elif not (var == 1).all():
            weight = var if weight is None else np.asarray(weight) * var
    if is_binomial:
        labels = _labels(sm)
        outcome = outcome if labels is None else re.sub(r"\[.*\]$", "", outcome)
    if kind == "softmax":
        labels = tuple(told._ynames_map[k] for k in sorted(told._ynames_map)) or None
        y = y.astype(int)
    parts = (glm._offset_exposure,) if is_glm else (told.offset, told.exposure)
    offset = sum((np.asarray(part, dtype=float) for part in parts), np.zeros(len(y)))
    if offset.any():
        extra["offset"] = offset
    weight = None if weight is None else np.asarray(weight, dtype=float)
    return bound(kind, y, X, names, weight=weight, labels=labels, outcome=outcome, **extra)


def _dispersion(model: Model, theta: Floats, scale: float) -> str | float:
    """What a scale was made from; itself where it was given."""
    for name, moment in MOMENTS.items():
        if abs(moment(model, theta) / scale - 1.0) < SAME_SCALE:
            return name
    return scale


def _labels(sm: Any) -> tuple[str, str] | None:
    """(0, 1) of a text outcome in a formula, of which patsy's first column, the first level, becomes 1."""
    names = sm.endog_names
    if isinstance(names, str) or len(names) != 2:
        return None
    found = [re.search(r"\[(.*)\]$", str(name)) for name in names]
    if found[0] is None or found[1] is None:
        return None
    return found[1][1], found[0][1]


MIXED_MODEL = {"exog_re": None, "_freepat": None, "exog_vc": None}
MIXED_RESULTS = {"reml": True, "converged": None, "cov_re": None, "vcomp": (), "cov_pen": None, "fe_pen": None}
PATTERN = {"cov_re": None, "fe_params": None, "vcomp": None}
JOINT = (
    "MixedLM's standard errors have the uncertainty of the variances in them, and so has the table; those of st.fit "
    "take the variances as known."
)


def describe_mixed(results: Any) -> Foreign:
    """The description of MixedLM's results."""
    sm, told = results.model, attributes(results, MIXED_RESULTS)
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


def _of_groups(sm: Any, told: Told, columns: FormulaTable, labels: NDArray[np.generic]) -> Iterator[tuple[str, Floats]]:
    """(term, covariance) of the effects of groups, in blocks of those that may be correlated."""
    z = attributes(sm, MIXED_MODEL).exog_re
    if z is None or not np.size(told.cov_re):
        return
    z, cov = np.asarray(z, dtype=float), np.asarray(told.cov_re, dtype=float)
    free = np.ones(cov.shape, dtype=bool)
    if (pattern := attributes(sm, MIXED_MODEL)._freepat) is not None:
        of = attributes(pattern, PATTERN)
        free = np.asarray(of.cov_re) != 0
        if not (np.asarray(of.fe_params) != 0).all() or not (np.diagonal(free)).all():
            raise IncompatibleError("MixedLM with free= that holds coefficients or variances has no twin here.")
    _, block = connected_components(free)
    names = [str(name) for name in sm.data.exog_re_names]
    group = columns.add(attributes(sm.data, {"_groups_name": None})._groups_name or "group", labels)
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


def _components(
    sm: object, told: Told, columns: FormulaTable, groups: NDArray[np.intp]
) -> Iterator[tuple[str, Floats]]:
    """(term, variance) of each variance component, whose columns are 0 but for the rows of one level."""
    given = attributes(sm, MIXED_MODEL).exog_vc
    if given is None:
        return
    sizes = np.atleast_1d(np.asarray(told.vcomp, dtype=float))
    for name, mats, size in zip(given.names, given.mats, sizes, strict=False):
        values, levels = _levels(str(name), mats, sm, len(groups))
        group = columns.add(name, levels)
        side = columns.side(values[:, None], ["1" if (values == 1.0).all() else f"values of {name}"])
        yield f"({side} | {group})", np.array([[size]])


def _levels(name: str, mats: Iterable[ArrayLike], sm: Any, n: int) -> tuple[Floats, NDArray[np.intp]]:
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


ORDERED_LINKS = {"logistic": "logit", "norm": "probit", "gumbel_l": "cloglog", "gumbel_r": "loglog"}
"""Our link of each distribution of SciPy."""
ORDERED_MODEL = {"offset": None, "labels": None, "distr": None}


def in_thresholds(params: Floats, p: int) -> tuple[Floats, Floats]:
    """Coefficients with thresholds in the place of increments, and the matrix J of the change."""
    steps = np.append(params[p : p + 1], np.exp(params[p + 1 :]))
    J = np.eye(len(params))
    J[p:, p:] = np.tri(len(steps)) * np.append(1.0, steps[1:])
    return np.append(params[:p], np.cumsum(steps)), J


def describe_ordered(results: Any) -> Foreign:
    """The description of OrderedModel's results."""
    sm = results.model
    told, model = attributes(results, RESULTS), attributes(sm, ORDERED_MODEL)
    law = attributes(model.distr, {"name": ""}).name
    if law not in ORDERED_LINKS:
        raise IncompatibleError(
            f"OrderedModel with the distribution {law or model.distr!r} has no twin here; known are "
            f"{', '.join(ORDERED_LINKS)}."
        )
    y = np.asarray(sm.endog)
    codes = y.argmax(axis=1) if y.ndim == 2 else y.astype(np.intp)
    labels = list(range(int(codes.max()) + 1)) if model.labels is None else np.asarray(model.labels).tolist()
    columns, p = FormulaTable(), sm.exog.shape[1]
    outcome = columns.add(sm.endog_names if isinstance(sm.endog_names, str) else "y", [labels[k] for k in codes])
    side = columns.side(sm.exog, texts(list(sm.exog_names)[:p], p), bare=True)
    shift = None if model.offset is None else np.asarray(model.offset, dtype=float)
    ours: Any = ordinal(f"{outcome} ~ {side}", columns.table, link=ORDERED_LINKS[law], levels=labels, offset=shift)
    theta, J = in_thresholds(flat(results.params), p)
    se = np.full(len(theta), np.nan)
    if told.bse is not None and np.isfinite(flat(told.bse)).all():
        se = np.sqrt(np.diagonal(J @ np.asarray(results.cov_params(), dtype=float) @ J.T))
    said = str(told.cov_type) if np.isfinite(se).any() else "none"
    recipe = Recipe(ours, cov=covariance_of(told.cov_kwds, said))
    half = recipe.quantile() * se
    name, numbers = f"{release('statsmodels')} OrderedModel", Numbers(theta, se, theta - half, theta + half)
    return Foreign(name, recipe, numbers, said, *taken(results), rows=rows_of(sm))


TRUNCATED = {"TruncatedLFPoisson": Poisson(), "TruncatedLFNegativeBinomialP": NegativeBinomial()}
"""The family of counts before the zeros were left out."""
DENSITY_MODEL = {"truncation": 0, "offset": 0.0, "exposure": 0.0, "model_main": None, "hess_type": "oim"}


def describe_shares(results: Any) -> Foreign:
    """The description of BetaModel's results."""
    sm = results.model
    link, other = type(sm.link).__name__, type(sm.link_precision).__name__
    if LINKS.get(link) not in GENERALIZED["beta"].links or other != "Log":
        raise IncompatibleError(
            f"BetaModel with the links {link} and {other} has no twin here; known are "
            f"{', '.join(GENERALIZED['beta'].links)} of the mean and Log of the precision."
        )
    X, Z, columns = np.asarray(sm.exog, dtype=float), np.asarray(sm.exog_precision, dtype=float), FormulaTable()
    p, named = X.shape[1], [str(name) for name in sm.exog_names]
    of_means, of_precision = texts(named[:p], p), [one.removeprefix("precision-") for one in named[p:]]
    outcome = columns.add(sm.endog_names, np.asarray(sm.endog, dtype=float))
    side = columns.side(X, of_means)
    beside = columns.side(Z, texts(of_precision, Z.shape[1]))
    dispersion = None if beside == "1" else f"~ {beside}"
    model: Any = glm(f"{outcome} ~ {side}", columns.table, family="beta", link=LINKS[link], dispersion=dispersion)
    order = [*in_our_order(X, of_means), *(p + k for k in in_our_order(Z, of_precision))]
    is_observed = attributes(sm, DENSITY_MODEL).hess_type == "oim"
    return reordered(results, model, order, is_observed)


def describe_counts(results: Any) -> Foreign:
    """The description of the results of counts without zeros."""
    sm = results.model
    name, told = type(sm).__name__, attributes(sm, DENSITY_MODEL)
    power = attributes(told.model_main, {"parameterization": 2}).parameterization
    if told.truncation != 0 or power != 2:
        raise IncompatibleError(
            f"{name} with truncation={told.truncation} and p={power} has no twin here; truncation=0 and p=2 have."
        )
    X, columns = np.asarray(sm.exog, dtype=float), FormulaTable()
    names = texts(list(sm.exog_names)[: X.shape[1]], X.shape[1])
    outcome = columns.add(sm.endog_names, np.asarray(sm.endog, dtype=float))
    offset = np.zeros(len(X)) + np.asarray(told.offset, dtype=float) + np.asarray(told.exposure, dtype=float)
    formula, shift = f"{outcome} ~ {columns.side(X, names)}", offset if offset.any() else None
    model: Any = regression(formula, columns.table, ZeroTruncated(TRUNCATED[name]), offset=shift)
    return reordered(results, model, [*in_our_order(X, names), *range(X.shape[1], len(flat(results.params)))], True)


def with_outcome(foreign: Foreign, results: Any, given: Given) -> Foreign:
    """The description with the outcome that the caller's data say, where it is another than that of the fit."""
    data, y = given.data, given.y
    if not foreign.recipe.of_rows:
        given.refuse(f"{foreign.name} carries its rows: leave out X= and y=.", "X", "y")
        return foreign
    name, index = foreign.model.outcome_name, index_of(data) if y is None else index_of(y)
    if isinstance(data, tuple) and len(data) == 2:
        data, y = None, data[0]
    if data is not None and is_frame(data) and y is None:
        frame = table(data)
        if name not in frame.names:
            return foreign
        y = frame.column(name)
        if foreign.rows is not None and len(y) == len(foreign.rows) + len(results.model.data.missing_row_idx):
            y = y.iloc[foreign.rows].reset_index(drop=True)
            index = None if index is None else index[foreign.rows]
    if y is None:
        return foreign
    n = len(foreign.model.rows.X)
    if len(y) != n:
        raise DomainError(f"the outcome given has {len(y)} rows and the fit has {n}; pass the rows that were fitted.")
    same_index("the rows of the fit", results.model.data.row_labels, "the outcome given", index)
    if foreign.model.likelihood.outcome is not Outcome.BINARY:
        return foreign
    codes, labels = binary(y, name)
    model = replace(foreign.model, rows=replace(foreign.model.rows, y=codes), labels=labels)
    return replace(foreign, recipe=replace(foreign.recipe, model=model))


PARTIAL_MODEL = {"status": None, "entry": None, "strata": None, "offset": None, "groups": None, "ties": "breslow"}
AT_ENTRY = (
    "PHReg counts rows as at risk at the time of their entry, R and st.cox from after it; judged as PHReg has it."
)


def describe_hazards(results: Any) -> Foreign:
    """The description of PHReg's results."""
    sm = results.model
    told = attributes(sm, PARTIAL_MODEL)
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
    told = attributes(sm, PARTIAL_MODEL)
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


ZERO_FAMILIES = {"ZeroInflatedPoisson": "poisson", "ZeroInflatedNegativeBinomialP": "negative-binomial"}
ZERO_MODEL = {"offset": 0.0, "exposure": 0.0, "inflation": "logit", "model_main": None}


def describe_zeros(results: Any) -> Foreign:
    """The description of the results of a zero-inflated model."""
    sm = results.model
    name, model = type(sm).__name__, attributes(sm, ZERO_MODEL)
    if model.inflation != "logit":
        raise IncompatibleError(f"{name} with inflation={model.inflation!r} has no twin here; 'logit' has.")
    of_counts = attributes(model.model_main, {"parameterization": 0, "parametrization": 0})
    power = of_counts.parameterization or of_counts.parametrization  # spelt either way
    if ZERO_FAMILIES[name] != "poisson" and power != 2:
        raise IncompatibleError(f"{name} with p={power} has no twin here; p=2 has.")
    X, Z = np.asarray(sm.exog, dtype=float), np.asarray(sm.exog_infl, dtype=float).reshape(len(sm.endog), -1)
    p, q, columns = X.shape[1], Z.shape[1], FormulaTable()
    named = [str(one) for one in sm.exog_names]
    outcome = columns.add(sm.endog_names, np.asarray(sm.endog, dtype=float))
    of_means = texts(named[q : q + p], p)
    of_zeros = [one.removeprefix("inflate_") for one in texts(named[:q], q)]
    offset = np.zeros(len(X)) + np.asarray(model.offset, dtype=float) + np.asarray(model.exposure, dtype=float)
    ours: Any = zero_inflated(
        f"{outcome} ~ {columns.side(X, of_means)}",
        columns.table,
        family=ZERO_FAMILIES[name],
        zero=f"~ {columns.side(Z, of_zeros)}",
        offset=offset if offset.any() else None,
    )
    order = [*(q + k for k in in_our_order(X, of_means)), *in_our_order(Z, of_zeros)]
    return reordered(results, ours, [*order, *range(p + q, len(flat(results.params)))])


MODELS = {
    **dict.fromkeys(("OLS", "WLS", "GLM", *DISCRETE), describe_regression),
    **dict.fromkeys(ZERO_FAMILIES, describe_zeros),
    **dict.fromkeys(TRUNCATED, describe_counts),
    "BetaModel": describe_shares,
    "OrderedModel": describe_ordered,
    "MixedLM": describe_mixed,
    "PHReg": describe_hazards,
    "ConditionalLogit": describe_sets,
}
"""By the class of `results.model`."""

WHITENED = "it whitens the rows by a covariance that is an input, and there is no likelihood of independent rows"
NO_LIKELIHOOD = "it has no likelihood, so that there is no maximum to be near"
BAYES = "its numbers are of a variational posterior; st.posterior of a formula with (1 | g) has draws of the exact one"
SERIES = "audit knows no models of series of statsmodels; st.validate compares st.local_level and others with them"
NO_GENERALIZED = (
    "the generalized Poisson distribution has no twin here; NegativeBinomial and its zero-inflated kin have"
)
REFUSED = {
    "GLS": WHITENED,
    "GLSAR": WHITENED,
    "RLM": f"{NO_LIKELIHOOD}: it weights rows by their residuals",
    "QuantReg": f"{NO_LIKELIHOOD}: it minimizes absolute deviations",
    **dict.fromkeys(
        ("GEE", "NominalGEE", "OrdinalGEE"),
        f"{NO_LIKELIHOOD}: it solves estimating equations. With an independence working correlation audit the GLM with "
        'cov_type="cluster"',
    ),
    **dict.fromkeys(("PoissonBayesMixedGLM", "BinomialBayesMixedGLM", "_BayesMixedGLM"), BAYES),
    **dict.fromkeys(
        (
            "ARIMA",
            "SARIMAX",
            "AutoReg",
            "UnobservedComponents",
            "ETSModel",
            "ExponentialSmoothing",
            "VAR",
            "VARMAX",
            "DynamicFactor",
            "MarkovRegression",
            "MarkovAutoregression",
        ),
        SERIES,
    ),
    **dict.fromkeys(("GeneralizedPoisson", "ZeroInflatedGeneralizedPoisson"), NO_GENERALIZED),
    **dict.fromkeys(("ConditionalPoisson", "ConditionalMNLogit"), "of conditional models ConditionalLogit has a twin"),
    "HurdleCountModel": "its zeros are those of a distribution of counts; of log odds st.hurdle has them",
    "TruncatedLFGeneralizedPoisson": NO_GENERALIZED,
    "GLMGam": "its curves are other bases than those of s(x) here",
    "RecursiveLS": "its numbers are of rows up to each time; audit the OLS of all rows",
    "RollingOLS": "its numbers are of windows; audit the OLS of one of them",
}
"""Why a model is not judged, and what to do."""


def describe(results: object, given: Given) -> Foreign:
    """The description of a results object; IncompatibleError for a model that we do not have."""
    given.refuse(
        "weights= and offset= are for fits that carry no rows; results of statsmodels carry their own.",
        "weights",
        "offset",
    )
    model = attributes(results, {"model": None}).model
    name = type(model).__name__
    if name not in MODELS:
        raise IncompatibleError(
            f"audit and explain know {', '.join(MODELS)} of statsmodels; got {name}: "
            f"{REFUSED.get(name, 'it has no twin here')}."
        )
    if model.exog is None or model.endog is None:
        raise IncompatibleError("these results carry no data (remove_data was called): fit the model again.")
    return with_outcome(MODELS[name](results), results, given)

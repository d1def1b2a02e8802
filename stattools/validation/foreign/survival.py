"""lifelines' fitters: CoxPHFitter, and WeibullAFTFitter, LogNormalAFTFitter and LogLogisticAFTFitter.

They carry times and events but no columns: the caller passes the table. Times of the Weibull and the log-logistic have
a shape that is 1 / scale here. The penalty of a fit is n times `penalizer`, on columns of standard deviation 1.

scikit-survival's estimators: CoxPHSurvivalAnalysis, and CoxnetSurvivalAnalysis of one strength.

Their objectives as log-likelihoods: CoxPHSurvivalAnalysis takes alpha |beta|^2 / 2 off the log-likelihood,
CoxnetSurvivalAnalysis, whose ties are Breslow's, n alpha (l1_ratio |beta|_1 + (1 - l1_ratio) |beta|^2 / 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.table import table
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance import Cluster
from stattools.interface.arrays import Floats
from stattools.models.regressions.times import aft, cox
from stattools.validation.foreign.description import (
    Foreign,
    FormulaTable,
    Given,
    Told,
    attributes,
    in_our_order,
    release,
    texts,
)
from stattools.validation.recipes.likelihoods import Shrinkage
from stattools.validation.recipes.recipe import Numbers, Recipe, Refit

TIMES = {
    "WeibullAFTFitter": ("weibull", "lambda_", "rho_", -1.0),
    "LogNormalAFTFitter": ("lognormal", "mu_", "sigma_", 1.0),
    "LogLogisticAFTFitter": ("loglogistic", "alpha_", "beta_", -1.0),
}
"""The distribution, what its parameters are called there, and the sign of the second as our log scale."""
FITTER = {"params_": None, "standard_errors_": None, "penalizer": 0.0, "l1_ratio": 0.0, "robust": False}
COLUMNS: dict[str, Any] = {
    **dict.fromkeys(("duration_col", "event_col", "entry_col", "weights_col", "cluster_col", "strata", "regressors")),
    **dict.fromkeys(("_n_examples", "_censoring_type", "_norm_std", "_cols_to_not_penalize")),
    "baseline_estimation_method": "breslow",
}
"""What fitters say of the table that they were fitted to."""
CURVE = "a curve has no coefficients, and st.kaplan_meier has it exactly: st.validate compares with statsmodels"
PARAMETRIC = "its likelihood has no twin here; the fitters of accelerated failure times have"
REFUSED_FITTERS = {
    **dict.fromkeys(("KaplanMeierFitter", "NelsonAalenFitter", "BreslowFlemingHarringtonFitter"), CURVE),
    **dict.fromkeys(
        ("GeneralizedGammaRegressionFitter", "PiecewiseExponentialRegressionFitter", "CRCSplineFitter"), PARAMETRIC
    ),
    "AalenAdditiveFitter": "additive hazards have no likelihood here",
    "CoxTimeVaryingFitter": "fit st.cox to survival(start, stop, event) and compare: st.audit({...}, model)",
}
"""Why a fitter is not judged."""


def describe_lifelines(fitter: object, given: Given) -> Foreign:
    """The description of a fitter on the table that it was fitted to."""
    name = type(fitter).__name__
    if name != "CoxPHFitter" and name not in TIMES:
        raise IncompatibleError(
            f"audit knows CoxPHFitter, {', '.join(TIMES)} of lifelines; got {name}: "
            f"{REFUSED_FITTERS.get(name, 'it has no twin here')}."
        )
    told, columns = attributes(fitter, FITTER), attributes(fitter, COLUMNS)
    if told.params_ is None:
        raise IncompatibleError(f"this {name} is not fitted: call .fit(table, duration_col, event_col) first.")
    given.refuse(
        "lifelines' fitters name the columns of one table: pass it alone, st.audit(fitter, table).",
        *("X", "y", "weights", "offset"),
    )
    if given.data is None:
        raise DomainError(
            "lifelines' fitters carry no columns: pass the table that was fitted, st.audit(fitter, table)."
        )
    censoring = attributes(columns._censoring_type, {"value": "right"}).value
    if censoring != "right":
        raise IncompatibleError(f"{name} of {censoring}-censored times is not read; those of right-censored times are.")
    frame = _Frame(given.data, columns)
    describe_one = _hazards if name == "CoxPHFitter" else _accelerated
    foreign = describe_one(fitter, told, frame)
    return replace(foreign, name=f"{release('lifelines')} {name}")


class _Frame:
    """The table of a fit, and what the fitter says of it."""

    def __init__(self, data: object, columns: Told) -> None:
        self.data, self.said, self.frame = data, columns, table(data)
        self.ours = FormulaTable()
        n = len(self.column(columns.duration_col))
        if columns._n_examples is not None and columns._n_examples != n:
            raise DomainError(
                f"the table has {n} rows and the fit {columns._n_examples}; pass the rows that were fitted."
            )
        self.n = n

    def column(self, name: object) -> NDArray[np.generic]:
        return np.asarray(self.frame.column(str(name)))

    def outcome(self) -> str:
        """survival(entry, time, event)."""
        said = self.said
        event = np.ones(self.n) if said.event_col is None else self.column(said.event_col).astype(float)
        parts = [
            self.ours.add("time", self.column(said.duration_col).astype(float)),
            self.ours.add("event", (event != 0.0).astype(float)),
        ]
        if said.entry_col is not None:
            entry = self.column(said.entry_col).astype(float)
            parts.insert(0, self.ours.add("entry", entry))
        return f"survival({', '.join(parts)})"

    def weights(self) -> Floats | None:
        if self.said.weights_col is None:
            return None
        weights = self.column(self.said.weights_col).astype(float)
        return None if (weights == 1.0).all() else weights

    def design(self, parameter: str, names: list[str]) -> Floats:
        """The columns of a parameter: those of the table, or what the fitter makes of them where it has a formula."""
        held = [name for name in names if name != "Intercept"]
        if all(name in self.frame.names for name in held):
            return np.column_stack([np.ones(self.n) if k == "Intercept" else self.column(k) for k in names]).astype(
                float
            )
        made = self.said.regressors.transform_df(self.data)
        return np.asarray(made[parameter][names], dtype=float)

    def covariance(self, robust: bool) -> str | Cluster:
        """The kind of standard errors."""
        if self.said.cluster_col is not None:
            return Cluster(self.column(self.said.cluster_col), correction="none")
        return "HC0" if robust else "information"


def _hazards(fitter: object, told: Told, frame: _Frame) -> Foreign:
    if frame.said.baseline_estimation_method != "breslow":
        raise IncompatibleError(
            f"CoxPHFitter with the baseline {frame.said.baseline_estimation_method!r} has another likelihood, of "
            "parameters of the hazard too; 'breslow' is read."
        )
    names = [str(name) for name in told.params_.index]
    X = frame.design("beta_", names)
    strata = frame.said.strata
    strata = [strata] if isinstance(strata, str) else strata
    codes = None if strata is None else _labels([frame.column(name) for name in strata])
    weights = frame.weights()
    formula = f"{frame.outcome()} ~ {frame.ours.side(X, names, bare=True)}"
    if weights is not None and (weights != np.floor(weights)).any():
        raise IncompatibleError(
            "CoxPHFitter with weights that are no whole numbers has no twin here: st.cox repeats rows."
        )
    # Rows of one time that are one row many times have Breslow's ties there; of several rows it averages weights.
    ties = "efron" if weights is None else "breslow"
    model: Any = cox(formula, frame.ours.table, ties=ties, strata=codes, weights=weights)
    if weights is not None and _has_ties(frame, codes):
        raise IncompatibleError(
            "CoxPHFitter with weights and tied times takes averages of weights in a tie, st.cox repeats rows: the two "
            "likelihoods differ. Audit a fit without weights, or with rows repeated."
        )
    theta, se = (np.asarray(values, dtype=float) for values in (told.params_, told.standard_errors_))
    cov = frame.covariance(bool(told.robust))
    penalty = _lifelines_penalty(told, len(X), np.asarray(frame.said._norm_std[names], dtype=float))
    known = penalty is None and (cov == "information" or not _has_ties(frame, codes))  # its robust ones of ties differ
    recipe = Refit(model, {} if cov == "information" else {"cov": cov}, penalty, known=known, df=np.inf)
    half = recipe.quantile(len(theta)) * se
    said = "nonrobust" if cov == "information" else "robust"
    return Foreign("", recipe, Numbers(theta, se, theta - half, theta + half), said, tells_penalty=True)


def _accelerated(fitter: object, told: Told, frame: _Frame) -> Foreign:
    distribution, first, second, sign = TIMES[type(fitter).__name__]
    named = {part: [str(name) for name in told.params_[part].index] for part in (first, second)}
    X, Z = (frame.design(part, names) for part, names in named.items())
    side, beside = frame.ours.side(X, named[first]), frame.ours.side(Z, named[second])
    weights = frame.weights()
    scale = None if beside == "1" else f"~ {beside}"
    model: Any = aft(f"{frame.outcome()} ~ {side}", frame.ours.table, distribution=distribution, scale=scale)
    if weights is not None:
        model = replace(model, rows=replace(model.rows, weight=weights), n_events=float(weights @ _events(frame)))
    order = [in_our_order(X, named[first]), in_our_order(Z, named[second])]
    parts = [np.asarray(told.params_[part], dtype=float)[k] for part, k in zip(named, order, strict=True)]
    errors = [np.asarray(told.standard_errors_[part], dtype=float)[k] for part, k in zip(named, order, strict=True)]
    theta, se = np.append(parts[0], sign * parts[1]), np.concatenate(errors)
    sizes = [
        np.asarray(frame.said._norm_std[part][named[part]], dtype=float)[k]
        * ~np.asarray(frame.said._cols_to_not_penalize[part][named[part]])[k]
        for part, k in zip(named, order, strict=True)
    ]
    penalty = _lifelines_penalty(told, float(len(X) if weights is None else weights.sum()), np.concatenate(sizes))
    recipe = Recipe(model, penalty, None if penalty is not None else frame.covariance(bool(told.robust)))
    half = recipe.quantile() * se
    said = "robust" if told.robust else "nonrobust"
    return Foreign("", recipe, Numbers(theta, se, theta - half, theta + half), said, tells_penalty=True)


def _events(frame: _Frame) -> Floats:
    return frame.ours.table["event"]


def _has_ties(frame: _Frame, codes: NDArray[np.intp] | None) -> bool:
    """Whether rows of one stratum have their events at one time."""
    seen = _events(frame) > 0.0
    times = np.column_stack([frame.ours.table["time"], np.zeros(frame.n) if codes is None else codes])[seen]
    return len(np.unique(times, axis=0)) < len(times)


def _labels(columns: Iterable[NDArray[np.generic]]) -> NDArray[np.intp]:
    """One label per row of several columns of strata."""
    _, codes = np.unique(
        np.array([[str(value) for value in column] for column in columns]), axis=1, return_inverse=True
    )
    return np.ravel(codes)


def _lifelines_penalty(told: Told, n: float, sizes: Floats) -> Shrinkage | None:
    """n times the penalizer, on coefficients of columns of standard deviation 1; none on intercepts, of size 0."""
    strength = np.asarray(told.penalizer, dtype=float) * np.ones(len(sizes)) * n
    if not strength.any():
        return None
    share = float(told.l1_ratio)
    kind = "an L2 penalty" if share == 0 else "an L1 penalty" if share == 1 else "an elastic-net penalty"
    words = f"{kind} (penalizer = {np.max(told.penalizer):g})"
    return Shrinkage(
        words, float(strength.max()), np.diag((1.0 - share) * strength * sizes**2), share * strength * sizes
    )


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


def describe_scikit_survival(estimator: object, given: Given) -> Foreign:
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


def _penalty(told: Told, options: Told, n: int, p: int) -> Shrinkage | None:
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

"""What a parameter of a public name may be given: something it takes, by its name, and what nothing takes.

A name that means one thing here and another there is looked up as "function.parameter" first.
"""

from __future__ import annotations

import datetime
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

import stattools as st
from tests.fuzz.columns import Odd


class Mine(Exception):
    """What a caller's own function raises; an error of ours says so."""


class Raising:
    """A function that raises, printed the same way each time."""

    def __call__(self, *args: Any) -> Any:
        raise Mine("the caller's own")

    def __repr__(self) -> str:
        return "raising"


raising = Raising()
WITH_ZEROS = ("ZeroInflated", "Hurdle", "ZeroTruncated")
OWN = st.likelihood(stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})


HOSTILE: tuple[Any, ...] = (
    None,
    True,
    np.nan,
    np.inf,
    -np.inf,
    -1,
    0,
    0.5,
    2,
    1e300,
    5e-324,
    10**400,
    10**12,
    "",
    "x",
    "\ud800",
    "a\0b",
    b"x",
    [],
    [None],
    ["a", 1],
    {},
    {"x": 1},
    (),
    np.array([]),
    np.array(3.0),
    np.array([np.nan, 1.0]),
    np.array([[1.0, 2.0], [3.0, 4.0]]),
    pd.DataFrame(),
    pd.Series([], dtype=float),
    pd.DataFrame({"q": [1.0, 2.0]}),
    pd.NA,
    pd.NaT,
    Odd(),
    Odd,
    1j,
    Decimal("sNaN"),
    Decimal("0.9"),
    Fraction(1, 3),
    Fraction(10**400, 7),
    datetime.date(2024, 1, 1),
    slice(None),
    range(3),
    raising,
    np.float32(0.9),
    np.array([1 + 2j]),
    np.array(["a"], dtype=object),
    {1, 2},
    Ellipsis,
    NotImplemented,
    st.Beta(1, 1),
    st.Newton(),
    st.Ridge(1.0),
)


FUNCTIONS: tuple[Any, ...] = (
    lambda v: float(np.ravel(np.asarray(v, dtype=float)).sum()),
    lambda v: np.nan,
    lambda v: None,
    lambda v: "text",
    lambda v: np.asarray([1.0, 2.0]),
    lambda v: np.inf,
    lambda v: 0.0,
    raising,
)

CURVES: tuple[Any, ...] = (
    lambda t: -0.5 * float(np.sum((np.asarray(t) - 1.0) ** 2)),
    lambda t: -float(np.sum((np.asarray(t) - 1.0) ** 4)),
    lambda t: -float(np.sum(np.abs(np.asarray(t) - 0.3))),
    lambda t: -float(np.sum(np.exp(t) - np.asarray(t))),
    lambda t: float(np.sum(t)),
    lambda t: 0.0,
    lambda t: -np.inf,
    lambda t: np.nan,
    lambda t: None,
    lambda t: np.zeros(3),
    lambda t: "text",
    lambda t: 1j,
    lambda t: -1e300 * float(np.sum(np.asarray(t) ** 2)),
    lambda t: -1e-300 * float(np.sum(np.asarray(t) ** 2)),
    lambda t: -float(np.sum(np.log(np.asarray(t)))) if np.all(np.asarray(t) > 0) else -np.inf,
    raising,
)

BELIEFS = (
    "Beta", "Gamma", "Normal", "StudentT", "InverseGamma", "Dirichlet", "NormalInverseGamma", "Posterior", "Contrast",
    "NormalInverseGammaRegression", "NormalInverseWishart", "EmpiricalBayes",
)  # fmt: skip
LEVEL = (0.95, 0.5, 0.999, 1e-12, 1.0 - 1e-12)
SEEDS = (0, 1, 12345)
FEW = (3, 1, 50)
POINTS = (0.3, 1.5, -2.0, 0.0, 1.0, 1e300, 5e-324, [0.2, 0.4], np.array([0.5, 2.0]), [[0.1, 0.2]])
POSITIVES = (1.0, 2.5, 0.01, 1e-300, 1e300, 1e155, 1e100, 1e-100, 40, [1.0, 2.0], np.array([3.0, 0.5]))
ANY = (0.0, 1.0, -2.5, 1e300, -1e-300, 1e155, [1.0, 2.0], np.array([3.0, -0.5]))
INTERVALS = ("wald", "profile", "score", "wilson", "clopper-pearson", "likelihood-ratio")
CREDIBLE = ("eti", "hdi")
KINDS = (*INTERVALS, *CREDIBLE, "mean", "density", "constant", "text")
COVS = ("information", "quasi", "HC0", "HC1", "HC2", "HC3", "HC4", "robust", st.HAC(1), st.HAC(2, "uniform"),
        st.HAC("auto", prewhiten=True), st.Cluster("g"), st.Cluster("g", kind="CR2"))  # fmt: skip
PENALTIES = (None, st.Ridge(1.0), st.Ridge(1e-300), st.Ridge(1e300), st.Jeffreys())
SOLVERS = (
    None, st.Newton(), st.LBFGS(), st.GradientDescent(max_steps=300), st.LeastSquares(), st.LeastSquares("exact"),
    st.ClosedForm(), st.Newton(max_steps=1), st.Adam(epochs=3),
)  # fmt: skip
PRIORS = (
    None, st.Normal(0, 2.5), st.Normal(0, 1e-100), st.Normal(1e100, 1.0), st.Laplace(0, 1), st.Cauchy(0, 1),
    st.HalfNormal(1.0), st.Flat(), st.Uniform(-1, 1), st.Beta(1, 1), st.Beta(1e-90, 1e14), st.Gamma(2, 1),
    st.Dirichlet([1.0, 1.0]), st.NormalInverseGamma(0, 1, 1, 1), {"x": st.Normal(0, 1)}, {"nobody": st.Normal(0, 1)},
    st.StudentT(3, 0, 1), st.InverseGamma(2, 1), st.Beta.haldane(), st.Exponential(1.0),
)  # fmt: skip


def paths(folder: Path) -> tuple[Any, ...]:
    """Places to write to and to read from, few of them usable."""
    (folder / "taken").mkdir(exist_ok=True)
    (folder / "noise.bin").write_bytes(b"\x00\xffnoise" * 9)
    (folder / "empty").write_bytes(b"")
    (folder / "table.csv").write_text("y,x\n1,2\n3,4,\n")
    if not (folder / "pipe").exists():
        os.mkfifo(folder / "pipe")
    good = folder / "fit.bin"
    return (
        good, str(good), folder / "no" / "folder" / "fit", folder / "taken", folder / ("n" * 260), str(folder / "a\0b"),
        folder / "noise.bin", folder / "empty", folder / "table.csv", folder / "pipe", str(folder / "\ud800"), "",
        os.fsencode(good), folder / "taken" / ".." / "fit.bin", "/dev/null", "/proc/self/fit",
    )  # fmt: skip


COLUMNS = "columns"
"""Stands for: values of a random column."""

ANSWERS = "answers"
"""Stands for: something that another call made."""

TABLE = "table"
"""Stands for: a random table, often that of the answer at hand."""

PATH = "path"
"""Stands for: one of `paths`."""

POOL: dict[str, Any] = {
    # Data
    "formula_or_y": COLUMNS, "data_or_X": TABLE, "data": TABLE, "X": TABLE, "y": COLUMNS, "Y": TABLE, "Z": TABLE,
    "impose_null": (True, False, "no"), "wild_bootstrap.weights": ("rademacher", "webb", "mammen", "normal"),
    "weights": COLUMNS, "offset": COLUMNS, "exposure": COLUMNS, "trials": COLUMNS, "precision": COLUMNS,
    "table": TABLE, "trials_or_table": COLUMNS,
    "by": COLUMNS, "flips": COLUMNS, "successes": COLUMNS, "failures": COLUMNS, "counts": COLUMNS, "times": COLUMNS,
    "censored": COLUMNS, "labels": COLUMNS, "signal": COLUMNS, "cotangent": COLUMNS, "a": COLUMNS, "b": COLUMNS,
    "groups": COLUMNS, "second": COLUMNS, "outcomes": COLUMNS, "chunk": COLUMNS, "more": ANSWERS, "batch": ANSWERS,
    # Answers of other calls
    "model": ANSWERS, "models": ANSWERS, "fit": ANSWERS, "fits": ANSWERS, "fit_or_model": ANSWERS, "parts": ANSWERS,
    "model_or_fit": ANSWERS, "results": ANSWERS, "full": ANSWERS, "restricted": ANSWERS, "fuller": ANSWERS,
    "posterior": ANSWERS, "arms": ANSWERS, "chosen": ANSWERS, "other": ANSWERS, "groups_of": ANSWERS,
    # Numbers
    "level": LEVEL, "prob": LEVEL, "seed": SEEDS, "draws": FEW, "steps": (1, 3), "chains": (2, 1), "tune": (20, 3),
    "target_accept": (0.8, 0.5), "bins": (4, 1, 10**6), "lags": (None, 1, 4, "auto"), "most": (3,),
    "theta": POINTS, "thetas": POINTS, "x": POINTS, "f": POINTS, "p": (0.5, 0.0, 1.0, [0.1, 0.9]), "low": ANY,
    "k": POINTS, "t": POINTS, "high": ANY, "mean": ANY, "sd": POSITIVES, "location": ANY, "scale": POSITIVES,
    "shape": POSITIVES, "rate": POSITIVES, "strength": POSITIVES,
    "df": (*POSITIVES, "satterthwaite", "kenward-roger", "normal"),
    "concentration": ([1.0, 2.0], [1e-300, 1e300, 1.0], {"p": 1.0, "q": 2.0}),
    "variance": POSITIVES, "variances": ([1.0, 1.0], [0.0, 1.0], [1e-320, 1.0], [1.0], [1.0] * 3),
    "coefficients": ([0.5], [0.5, 1.0]), "covariance": (np.eye(2), [[1.0, 2.0], [2.0, 1.0]]), "sigma": POSITIVES,
    "prior_variance": (1e7, 1e300), "half_life": POSITIVES, "lamb": (1600.0, 1e-300, 1e300), "cutoff": (0.5, 0.0, 1.0),
    "smoothness": (10.0, 1e-300, 1e300), "order": (2, 1, 0, 99), "axis": (-1, 0, 1, 99), "seasonal": (None, 2, 4, 99),
    "initial": ("first", "estimated", 0.0, 1e300, [1.0]), "drift": (False, True, 0.5, 1e300), "n": (None, 10, 1e300),
    "first": (0.2, 1.0), "g": (1.0, 1e300), "tolerance": (1e-8, 1e-300, 1.0), "max_steps": (50, 1),
    "epochs": (2, 10**7), "patience": (1,), "slowdowns": (1,), "validation": (0.1, 0.0), "weight_decay": (0.0, 0.1),
    "batch_size": (4,), "hidden": ((2,), (), (3, 2), (1.5,), (0,)), "categories": (3, 2, 1), "step": (0.1,),
    "means": (None, [0.0, 1.0]), "strengths": (None, [0.5, 1.0]), "value": (1.0,), "random": SEEDS,
    "low_high": ANY, "index": ANY, "out": (None,), "start": ([0.5], {"t": 0.5}, [0.5, 2.0], [1e300]),
    "width": (1,), "lower": (np.eye(2),),
    # Words
    "kind": KINDS, "cov": COVS, "penalty": PENALTIES, "solver": SOLVERS, "prior": PRIORS, "at": ("overall", "mean"),
    "method": (None, "nuts", "laplace", "importance"), "format": ("markdown", "html", "latex"), "of": ("mean", "sd"),
    "spread": (None, "se", "interval"), "under": ("posterior", "prior"), "engine": ("auto", "numpy", "numba"),
    "missing": ("carry", "decay", "raise", "ignore"), "kernel": ("bartlett", "uniform"), "subsample": ("auto", "never"),
    "prewhiten": (True, False, "no"),
    "correction": ("statsmodels", "stata", "none", "jackknife"), "accuracy": ("auto", "fast", "exact"),
    "activation": ("relu", "tanh"),
    "ensemble": ("deep", "bootstrap"), "intervals": (("wald", "profile"), ("wald", "wald")),
    "parameter": ("mean", "sd"),
    "hypothesis": ("x = 0", "x", ["x"], "x = g", "x1 = 0", "Intercept = 1e300", [[0.0, 1.0]], "x = 0 = 1", "2 x = 1"),
    "variable": ("g", "x", "nobody"), "reference": (None, "b", "nobody"), "variables": (None, ["x"], ["nobody"]),
    "names": (None, ["p"], ["p", "q"], ["p", "p"], "pq", ["", "p"], [1, 2]), "name": (None, "x", "theta", "p", ""),
    "label": (None, "x", "p", 0), "title": ("A title", "<b>`|", "a\nb"), "command": (None, "uv run this"),
    "author": (None, "A <b>`|", 3), "date": (None, "2026-11-27", 3),
    "discrete": ((), ["x"], ["nobody"]),
    "folds": (3, 1, 10**6), "predict.missing": ("raise", "null"), "separate_probabilities.missing": ("raise", "null"),
    # Switches
    "align": (True, False), "exponentiate": (False, True), "stars": (False, True, (0.1, 0.05), 2, ("p",)),
    "intercept": (True, False), "html": (False, True), "png": (False,), "bias": (False, True),
    "centered": (False, True),
    "batch_norm": (False, True), "standardize": (True, False), "overwrite": (False,),
    # Functions
    "statistic": FUNCTIONS, "conclusion": FUNCTIONS, "loglik": CURVES, "score": (None, *FUNCTIONS),
    "likelihood": (None, st.Bernoulli(), st.Gaussian()), "work": FUNCTIONS,
    "regression.likelihood": (OWN, st.Bernoulli(), st.GammaFamily(), st.Gaussian(), None),
    "distribution": (stats.gumbel_r, stats.gamma, stats.norm(0, 1), "Mine", None),
    "likelihood.loglik": FUNCTIONS, "likelihood.mean": (None, *FUNCTIONS), "likelihood.variance": (None, *FUNCTIONS),
    "likelihood.cdf": (None, *FUNCTIONS), "quantile": (None, *FUNCTIONS), "sample": (None, *FUNCTIONS),
    "parameters": ({"loc": "identity", "scale": "log"}, {"scale": "log", "a": "log"}, {"weights": "log"}),
    "link_name": ("logit", "probit", "cloglog", "loglog", "p"), "partial": (False, True), "scaled": (False, True),
    "late": (False, True),
    "fixed": ({}, {"a": 2.0}, {"loc": 0.0}), "outcome": (None, "real", "count"),
    "formulas": {"scale": ("~ x", "~ 1", "~ nobody"), "dispersion": ("~ x", None)},
    # Places
    "path": PATH, "to": PATH, "paths": PATH,
    # What goes on to another function
    "restarts": (1, 2, 10**6), "members": (2, 10**6), "contrasts.values": (None, [0.0, 1.0], [np.nan, 1.0]),
    "marginal_effects.at": ("overall", "mean", {"x": 1.0}, {"nobody": 1}),
    **{f"{who}.by": (None, "g", "x", ["g"]) for who in ("marginal_effects", "means", "contrasts")},
    "means.values": (None, [0.0, 1.0], [np.nan, 1.0]), "over": ("rows", "grid", "data"), "ratio": (False, True),
    "means.variable": (None, "g", "x", "nobody"), "adjust": (None, "tukey", "holm", "bonferroni", "fdr", "most"),
    "what": (None, "coefficients", "effect", "residuals", "calibration", "profile", "forecast", "density", "nothing"),
    "plot.variable": (None, "x", "g", "nobody"), "plot.by": (None, "g", "x", ["g"]), "plot.kind": (None, "wald", "hdi"),
    "plot.values": (None, [0.0, 1.0], [np.nan, 1.0]), "terms": (None, "x", ["Intercept"], "nobody"),
    "standardized": (False, True), "ax": (None, "axes", 3), "plot.bins": (None, 4), "plot.steps": (None, 3),
    "plot.data": (None,), "plot.X": (None,), "plot.over": (None, "rows", "grid"), "plot.level": (None, 0.9),
    "plot.seed": (None, 1), "plot.exponentiate": (False, True),
    "p_values": ([0.01, 0.2, 0.03], [2.0], [np.nan], 0.5, [], "p"), "function": FUNCTIONS,
    "p_adjust.method": ("holm", "bonferroni", "fdr", "hommel", "by", "BH", "p"),
    "columns": {"offset": COLUMNS, "exposure": COLUMNS},
    "term": ("x", "g", "Intercept", "nobody"), "effect": (None, 0.5, 0.0, 1e300, [0.5, 1.0]),
    "power.coefficients": (None, {"x": 0.3}, {"nobody": 1.0}, [0.5]), "power.scale": (None, 1.0, 1e300),
    "power.rows": (24, [30, 7], [], 1, 10**12), "target": (None, 0.8, 1.0), "power.draws": (10, 3),
    "power.cov": (None, "information", "HC1", st.Cluster("g")),
    "formula_or_column": COLUMNS, "table_or_column": COLUMNS,
    "odds_ratio.table": ([[3, 1], [1, 3]], [[0, 5], [4, 2]], [[1, 2, 3], [4, 5, 6]], "u ~ g", [[0, 0], [1, 2]]),
    "independence.table": ([[3, 1], [1, 3]], [[1, 2, 3], [4, 5, 6]], "g ~ u", [[0, 0], [1, 2]], [[1e15, 1], [2, 3]]),
    "within": (None, "g", "nobody"), "independence.weights": (None, "k"), "odds_ratio.weights": (None, "k"),
    "independence.draws": (100, 3), "independence.test": ("score", "lr", "exact", "p"), "null": (None, 0.0, 0.3, 2.0),
    "scores": ("ranks", "values", "normal", "p"), "zeros": ("drop", "pratt", "p"), "permutation_test.draws": (100, 3),
    "permutation_test.method": ("auto", "exact", "draws", "asymptotic", "p"),
    "alternative": ("two-sided", "greater", "less", "p"), "exact_test.kind": ("likelihood", "central", "mid-p", "p"),
    "save.design": (False, True),
    # Times
    "kaplan_meier.formula": ("survival(k, b) ~ g", "survival(k) ~ 1", "survival(x, k, b) ~ g", "g ~ u"),
    "cox.formula": ("survival(k, b) ~ x", "survival(k) ~ s(x, k=5)", "survival(k) ~ g", "survival(x, k, b) ~ u", "g"),
    "CoxFit.smooth.variable": ("x", "s(x)", 3), "CoxFit.smooth.at": (None, 5, [0.0, 9.0], "p"),
    "CoxFit.smooth_test.variable": ("x", "s(x)", "nobody"), "CoxFit.smooth_test.null": ("flat", "line", "p"),
    "conditional_logit.formula": ("b ~ x", "I(x > 0) ~ k", "g ~ u"), "conditional_logit.strata": ("g", "nobody"),
    "linear_mixed.formula": ("x ~ k + (1 | g)", "x ~ (k | g)", "k ~ u + (u || g)", "x ~ k", "g ~ (1 | g)"),
    "reml": (True, False, "p"), "group": (None, "g", "nobody", 3),
    "MixedFit.random_effects.fixed": ("known", "estimated", "p"),
    "MixedFit.variance_test.term": ("g", "(1 | g)", "(k | g)", "nobody"),
    "MixedFit.smooth.variable": ("k", "s(k)", "nobody"),
    "MixedFit.smooth.at": (None, 5, [0.0, 9.0], "p"),
    "MixedFit.smooth_test.variable": ("k", "s(k)", "nobody"),
    "MixedFit.smooth_test.null": ("flat", "line", "p"),
    "MixedFit.variance_test.effect": (None, "k", "Intercept", "nobody"),
    "MixedFit.variance_test.method": ("mixture", "exact", "bootstrap", "p"),
    "MixedFit.variance_components.interval": ("profile", None, "wald"),
    "MixedFit.predict.groups": ("known", "population", "new", "g"),
    "MixedFit.predict.kind": ("mean", "link", "observation", "median", "quantile", "class"),
    "MixedFit.predict.p": (None, 0.9, 0.0),
    "MixedFit.residuals_of.kind": ("conditional", "response", "marginal", "pearson", "deviance"),
    "certify": ("auto", "global", "local", "p"),
    "integral": ("auto", "quadrature", "laplace", "p"), "nodes": (None, 1, 7, 0, "p"),
    "ties": ("efron", "breslow", "exact", "p"), "cluster": (None, "g", "nobody"), "id": (None, "g", "nobody"),
    "transform": ("km", "rank", "log", "identity", "p"), "CoxFit.baseline.at": ("mean", "zero", "p"),
    "CoxFit.predict.kind": ("hazard_ratio", "survival", "median", "link", "mean"), "CoxFit.interval.kind": INTERVALS,
    "CoxFit.residuals_of.kind": ("martingale", "deviance", "score", "schoenfeld", "pearson"),
    "CoxFit.predict.times": (None, [1.0, 2.0], -1.0, "x"), "CoxFit.anova.kind": ("II",),
    "band": ("log-log", "greenwood", "log", "p"), "tau": (1.0, 1e300, -1), "strata": (None, "g", "nobody"),
    "KaplanMeier.quantile.p": (0.5, [0.1, 0.9], 2.0), "at_risk": (True, False),
    **{f"KaplanMeier.{of}.times": (0.5, [0, 1], [3, 1], "x") for of in ("table", "at_risk")},
    # One name, several meanings
    **{f"{of}.check.order": (None, "x", "g", "nobody", np.arange(40.0), [1, 2]) for of in ("Fit", "SeriesFit")},
    "Fit.anova.kind": ("I", "II", "III", 2, 4), "SeriesFit.anova.kind": ("II",), "test": (None, "lr", "wald", "F", "p"),
    "report.labels": (None, {"x": "Dose [mg]"}, {"nobody": "x"}, {"x": 1}, 3),
    "report.by": (None, "g", "x", "nobody", 3),
    "report_table.labels": (None, {"x": "Dose"}, {"nobody": "x"}, {"x": 1}, "x"),
    "Fit.interval.kind": INTERVALS, "SeriesFit.interval.kind": INTERVALS,
    "Fit.residuals_of.kind": ("response", "pearson", "deviance", "quantile", "cox_snell"),
    "Fit.predict.kind": ("mean", "class", "link", "observation", "zero", "median", "quantile", "survival"),
    "Fit.predict.times": (None, [1.0, 2.0], -1.0), "Fit.predict.p": (None, 0.9, 0.0),
    "aft.formula": ("survival(k, b) ~ x", "survival(exp(x)) ~ g", "survival(x, k, type='interval') ~ u",
                    "survival(u, x, b) ~ g", "g ~ u"),
    "aft.distribution": ("weibull", "lognormal", "loglogistic", "exponential", "gamma", "p"),
    "FailureTime.distribution": ("weibull", "lognormal", "loglogistic", "exponential", "gamma", "p"),
    "Fit.predict_to.kind": ("mean", "class", "link", "zero"),
    "OneVsRestFit.predict.kind": ("mean", "class"), "SeriesFit.states.kind": ("smoothed", "filtered"),
    "states.kind": ("smoothed", "filtered"), "Bootstrap.interval.kind": ("percentile", "basic", "bca"),
    "Bootstrap.table.kind": ("percentile", "basic", "bca"), "bootstrap.kind": ("pairs", "parametric", "residuals"),
    "surprise.kind": ("density", "tails"), "Posterior.predict.kind": ("mean", "observation"),
    "Separation.interval.kind": INTERVALS, "fit.kind": KINDS,
    **{
        f"{belief}.{question}.kind": CREDIBLE
        for belief in BELIEFS
        for question in ("interval", "table", "summary", "plot")
    },
    "Beta.a": POSITIVES, "Beta.b": POSITIVES, "difference.a": ANSWERS, "difference.b": ANSWERS, "ratio.a": ANSWERS,
    "ratio.b": ANSWERS, "probability_greater.a": ANSWERS, "probability_greater.b": ANSWERS,
    "rope_probability.a": ANSWERS,
    "audit.se": (None, [0.1, 0.2]), "audit.p": (None, ["<0.001", 0.5]), "audit.ci": (None, [(0, 1), (1, 2)]),
    "audit.loglik": (None, -10.5), "audit.n": (None, 6), "audit.terms": (None, {"x": "Intercept"}),
    "audit.column": (None, "estimate"), "audit.cov": (None, "HC1"), "audit.level": (None, 0.9, 2.0),
    "reproduce.claim": ({"Intercept": 1.0, "x": "0.50"}, "term,estimate\nx,0.5\n", {"nobody": 1.0}, {}),
    "reproduce.se": (None, [0.1, 0.2]), "reproduce.p": (None, ["<0.001", 0.5]),
    "reproduce.ci": (None, [(0, 1), (1, 2)]), "reproduce.loglik": (None, -10.5), "reproduce.n": (None, 6),
    "reproduce.terms": (None, {"x": "Intercept"}), "reproduce.column": (None, "estimate"),
    "reproduce.seconds": (0.2, 0.0),
    "rope_probability.b": ANSWERS, "explain.a": ANSWERS, "explain.b": ANSWERS, "fit_many.model": (st.ols, st.logistic),
    "Gaussian.scale": POSITIVES, "Adam.batch": (4,), "Adam.rate": (0.001, 1e300), "Binomial.trials": (3, [1, 2], 0),
    "BetaBinomial.trials": (3, [1, 2], 0),
    **{f"{name}.family": (st.Poisson(), st.NegativeBinomial(), st.GammaFamily()) for name in WITH_ZEROS},
    "Solution.steps": (1,),
    "NormalInverseGammaRegression.precision": (np.eye(2),),
    "NormalInverseGammaRegression.mean": ([0.0, 1.0],), "NormalInverseWishart.mean": ([0.0, 1.0],),
    "NormalInverseWishart.scale": (np.eye(2), [[1.0, 2.0], [2.0, 1.0]]), "GradientDescent.standardize": (None, True),
    "Flat.x": POINTS, "from_quantiles.first": (0.2, 0.3), "from_quantiles.second": (0.7, 0.9), "arms_of": (None,),
    "Ledger.add.batch": ANSWERS, "scan.paths": PATH, "load.likelihood": (None, 3), "custom.n": (None, 10, 0.5),
    "custom.bounds": (None, [(0, None)], {"t": (0, 1)}, {"a": 2}), "local_level.y": COLUMNS,
    "multinomial.counts": ([3, 4], {"p": 3, "q": 0}, [0, 0], [1e300, 1]),
    "NormalInverseGamma.g_prior.g": (1.0, 1e300), "posterior.draws": (20,), "posterior.tune": (50,),
    "normal.sd": (None, 1.0, 1e300, [1.0] * 24), "predict_to.interval": (None, 0.9), "predict.interval": (None, 0.9),
    "interval": (None, 0.9), "cutoffs": (0.5,), "groups_in": COLUMNS,
}  # fmt: skip


def pool(owner: str, parameter: str) -> Any:
    """What `parameter` of `owner` takes: "function" or "Class.method"."""
    method = owner.rpartition(".")[2]
    for key in (f"{owner}.{parameter}", f"{method}.{parameter}", parameter):
        if key in POOL:
            return POOL[key]
    raise KeyError(f"tests/fuzz/parameters.py says nothing of {parameter!r} of {owner}; add a row to POOL")

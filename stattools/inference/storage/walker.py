"""Objects as JSON and arrays, and back: field by field, each under the name of its class.

Only the classes of `CLASSES` are ever made when reading; a formula is written as its text and parsed again by the
whitelist; nothing is evaluated. Of the rows, and of whatever else holds data, the shape is written.

Files of earlier versions: fields that a class had then, as the fields that it has now.

Kinds of fields: what a field may hold after reading, by the kind that its class declares.

Likelihoods of a user's own in files: distributions of scipy.stats by their names, functions not at all.

A name is looked up among the distributions of scipy.stats and nothing else. Functions are not written: a loaded fit has
its summary, table and Wald intervals, and `st.load(path, likelihood=...)` gives them back for predictions.

What objects read from a file must be, by the rules of their making; every object is checked when it is made again.

First the kind of each field, as its class declares it; then what only the class knows: lengths that agree, numbers that
are finite, a covariance that is one. A seal shows that nobody damaged the file, not that nobody wrote nonsense into it.

What files of Cox's regression and of matched sets must hold: shapes, and hazards that only grow.

What files of linear mixed models must hold: shapes, and parts that say the same as the sums of groups.

What files of regressions with random effects must hold: shapes, and parts that say the same as each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from importlib import import_module
from itertools import pairwise
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from stattools import likelihoods
from stattools.data.formula.expression import column
from stattools.data.formula.formula import Formula, parse
from stattools.data.formula.parts import OPENS, survival_formula
from stattools.data.rows.rows import Rows
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.covariance.kinds import NAME
from stattools.inference.estimates import Estimates, Unsaved, refuse, unsaved_function
from stattools.inference.mixed.degrees import DEGREES_KINDS
from stattools.inference.penalties import NO_SE
from stattools.inference.penalties.ridge import NoCovariance, Ridge, no_covariance
from stattools.interface.interval import require_level
from stattools.interface.when_needed import stats
from stattools.likelihoods.links import LINKS, Link
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.own import OwnLikelihood, likelihood
from stattools.models.custom import Custom
from stattools.models.model import Model
from stattools.models.predictor import linear_of
from stattools.models.regressions.glm import FAMILIES
from stattools.models.samples.proportions import BernoulliTrials
from stattools.models.survival.cox import COX_KINDS
from stattools.numerics.low_rank import LowRank
from stattools.solvers.solution import Epoch, Known, TraceStep

LONGEST_TEXT = 100_000


def is_whole(value: Any, least: int = 0) -> bool:
    """A count, of any size that float64 can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**63


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def is_number(value: Any) -> bool:
    """A finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def _is_label(value: Any) -> bool:
    return isinstance(value, bool) or is_number(value) or _is_text(value)


def _is_counts(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_text(name) and is_whole(count) for name, count in value.items())


def _is_array(value: Any) -> bool:
    return isinstance(value, Unsaved | NoCovariance | LowRank) or (
        isinstance(value, np.ndarray) and value.dtype == np.float64
    )


def _is_levels(value: Any) -> bool:
    return isinstance(value, dict) and all(
        _is_text(name) and isinstance(levels, tuple) and levels and all(map(_is_label, levels)) and are_distinct(levels)
        for name, levels in value.items()
    )


def _is_constants(value: Any) -> bool:
    """What transforms learned: numbers and words, in lists, arrays and dictionaries."""
    if isinstance(value, Mapping):
        return all(_is_text(str(name)) and _is_constants(part) for name, part in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_constants, value))
    if isinstance(value, np.ndarray):
        return bool(np.isfinite(value).all())
    return value is None or _is_text(value) or isinstance(value, bool) or math.isfinite(value)


FIELD_KINDS: dict[str, Callable[[Any], bool]] = {
    "None": lambda value: value is None,
    "int": is_whole,
    "float": lambda value: isinstance(value, float) or is_whole(value, -(2**63)),
    "bool": lambda value: isinstance(value, bool),
    "str": _is_text,
    "Any": lambda value: True,
    "Floats": _is_array,
    "ArrayLike": _is_array,
    "NDArray[np.intp]": lambda value: False,
    "Origin": lambda value: False,
    "Formula": lambda value: isinstance(value, Formula),
    "tuple[str, ...]": lambda value: isinstance(value, tuple) and all(map(_is_text, value)),
    "tuple[Any, ...]": lambda value: isinstance(value, tuple) and all(map(_is_label, value)),
    "Columns": lambda value: value is None or FIELD_KINDS["tuple[int, ...]"](value),
    "tuple[int, ...]": lambda value: isinstance(value, tuple) and all(map(is_whole, value)),
    "tuple[tuple[int, ...], ...]": lambda value: (
        isinstance(value, tuple) and all(map(FIELD_KINDS["tuple[int, ...]"], value))
    ),
    "TermNumbers": lambda value: isinstance(value, tuple) and all(is_whole(number, -1) for number in value),
    "Levels": lambda value: (
        isinstance(value, tuple)
        and all(isinstance(part, tuple) and all(map(FIELD_KINDS["tuple[Any, ...]"], part)) for part in value)
    ),
    "tuple[LocalMaximum, ...]": lambda value: (
        isinstance(value, tuple) and all(type(one).__name__ == "LocalMaximum" for one in value)
    ),
    "TakenUp": lambda value: (
        isinstance(value, tuple)
        and all(
            isinstance(one, tuple) and len(one) == 2 and is_whole(one[0]) and FIELD_KINDS["tuple[int, ...]"](one[1])
            for one in value
        )
    ),
    "tuple[float, float]": lambda value: isinstance(value, tuple) and len(value) == 2 and all(map(is_number, value)),
    "dict[str, int]": _is_counts,
    "Mapping[str, tuple[Any, ...]]": _is_levels,
    "Mapping[str, Formula]": lambda value: (
        isinstance(value, dict) and all(_is_text(key) and isinstance(one, Formula) for key, one in value.items())
    ),
    "Mapping[str, str | None]": lambda value: (
        isinstance(value, dict) and all(_is_text(key) and (one is None or _is_text(one)) for key, one in value.items())
    ),
    "Mapping[str, dict[str, Any]]": lambda value: (
        isinstance(value, dict) and all(isinstance(part, dict) for part in value.values()) and _is_constants(value)
    ),
    "Callable[[Floats], float]": callable,
    "Callable[[Floats], ArrayLike]": callable,
    "Likelihood": lambda value: isinstance(value, OwnLikelihood) or type(value).__name__ in UNIONS["Likelihood"],
    "Link": lambda value: isinstance(value, Link),
    "Kind": lambda value: value in ("sigmoid", "tanh", "relu"),
    "Status": lambda value: value in ("converged", "round-off"),
    "Quality": lambda value: value is None or isinstance(value, Known),
    "HAC": lambda value: False,
    "Cluster": lambda value: False,
    "Low": lambda value: False,
    "tuple[TraceStep, ...]": lambda value: isinstance(value, tuple) and all(isinstance(v, TraceStep) for v in value),
    "tuple[Epoch, ...]": lambda value: isinstance(value, tuple) and all(isinstance(v, Epoch) for v in value),
    "Literal['coin', 'binomial']": lambda value: value in ("coin", "binomial"),
    "Literal['deep', 'bootstrap']": lambda value: value in ("deep", "bootstrap"),
}
"""What a field of a declared kind may hold after reading; other kinds are names of classes."""

FACTS: dict[str, Callable[[Any], bool]] = {
    "r_squared": lambda value: isinstance(value, float) and not value > 1.0,
    "_spread": lambda value: (
        value is None or (isinstance(value, tuple) and len(value) == 2 and all(map(is_number, value)))
    ),
    "rcond": lambda value: isinstance(value, float) and 0.0 <= value <= 1.0 + 1e-6,
    "digits": lambda value: value is None or type(value).__name__ == "Digits",
    "residual_sd": lambda value: isinstance(value, float) and not value < 0.0,
    "own_accuracy": lambda value: isinstance(value, float) and not (value < 0.0 or value > 1.0),
    "own_log_score": lambda value: isinstance(value, float),
}
"""What was computed from the rows when the fit was saved."""

FACTS_SINCE = ("_spread",)
"""Facts that files of earlier versions have not, and are None there."""

UNIONS = {
    "Likelihood": tuple(name for name in likelihoods.__all__ if name != "Likelihood"),
    "Penalty": ("Jeffreys", "Ridge"),
    "Layer": ("Activation", "BatchNorm", "Dense"),
    "NetworkModel": ("Network",),
    "Curvatures": ("VarianceDifferences", "VarianceDirections"),
}  # fmt: skip
"""The classes behind a name that stands for several."""

CLASSES = {
    **dict.fromkeys(UNIONS["Likelihood"], "likelihoods"),
    "Activation": "networks.activation",
    "BatchNorm": "networks.batch_norm",
    "BernoulliTrials": "models.samples.proportions",
    "Custom": "models.custom",
    "Dense": "networks.dense",
    "Design": "data.design.design",
    "Digits": "solvers.solution",
    "Fit": "inference.fits.fit",
    "GlobalProof": "solvers.mixed.maximum",
    "Jeffreys": "inference.penalties",
    "Linear": "models.predictor",
    "LocalMaximum": "latent.global_maximum",
    "Model": "models.model",
    "Moments": "networks.batch_norm",
    "Network": "networks.network",
    "NetworkEnsemble": "networks.network_ensemble",
    "NetworkFit": "networks.network_fit",
    "OneVsRest": "models.regressions.categories",
    "OneVsRestFit": "inference.fits.one_vs_rest",
    "Perceptron": "networks.perceptron",
    "Ridge": "inference.penalties",
    "Satterthwaite": "inference.covariance.few_clusters",
    "Rows": "data.rows.rows",
    "SavedCoxFit": "inference.storage.without_rows",
    "SavedMixedFit": "inference.storage.without_rows",
    "SavedMixedRegression": "inference.storage.without_rows",
    "Solution": "solvers.solution",
    "VarianceDifferences": "solvers.mixed.fixed_effects",
    "VarianceDirections": "latent.deviance",
}
"""What a file may hold, and where it is defined."""


def is_of(value: Any, kind: str) -> bool:
    """Whether a field of this kind may hold the value."""
    return _is_one(value, kind) or any(_is_one(value, one) for one in kind.split(" | "))


def _is_one(value: Any, kind: str) -> bool:
    if kind in FIELD_KINDS:
        return bool(FIELD_KINDS[kind](value))
    if kind.startswith("tuple["):
        return isinstance(value, tuple) and bool(value) and all(_is_one(v, kind[6 : -len(", ...]")]) for v in value)
    return type(value).__name__ in UNIONS.get(kind, (kind,))


def are_distinct(values: Any) -> bool:
    """No value twice; 1, 1.0 and True are three."""
    return len({(type(value), value) for value in values}) == len(values)


Written = dict[str, Any]


@dataclass(frozen=True)
class WithoutFunctions:
    """Stands for a function that was not saved."""

    name: str

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise IncompatibleError(
            f"the functions of {self.name} were not saved with the fit, and this needs them: load it with the "
            "likelihood that it was made of, st.load(path, likelihood=...)."
        )


def written(it: OwnLikelihood) -> Written:
    """What JSON can hold of it; IncompatibleError for a distribution that is not one of scipy.stats."""
    found: Written = {"@": "own likelihood", "name": it.name, "parameters": [*it.by_name.items()], "steps": [*it.steps]}
    if it.distribution is None:
        return found | {
            "outcome": it.kind.name.lower(),
            "answers": [*it.answers],
            "categories": it.categories,
        }
    if getattr(stats, it.distribution.name, None) is not it.distribution:
        raise IncompatibleError(
            f"save writes distributions of scipy.stats by their names, and {it.name} is none of them; give its "
            "log density to st.likelihood as a function."
        )
    return found | {"name": it.distribution.name, "fixed": {**it.fixed}}


def made_again(value: Written) -> OwnLikelihood:
    """The likelihood that `written` wrote; KeyError, TypeError or ValueError for what it cannot have written."""
    parameters, steps = dict(value["parameters"]), tuple(value["steps"])
    if not (len(steps) == len(parameters) and all(isinstance(step, float) and 0.0 < step < 1e300 for step in steps)):
        raise ValueError("the steps of its likelihood are none")
    if "fixed" in value:
        distribution = getattr(stats, str(value["name"]), None)
        if not isinstance(distribution, stats.rv_continuous | stats.rv_discrete):
            raise ValueError("its distribution is none of scipy.stats")
        return replace(likelihood(distribution, parameters=parameters, fixed=dict(value["fixed"])), steps=steps)
    missing: Any = WithoutFunctions(value["name"])
    answers: dict[str, Any] = dict.fromkeys(value["answers"], missing)
    found: Any = likelihood(missing.name, missing, parameters=parameters, outcome=value["outcome"], **answers)
    if found.outcome is Outcome.CATEGORY:
        found = found.among(int(value["categories"]))
    return replace(found, steps=steps)


def give_back(fit: Any, given: Any) -> None:
    """The functions of a likelihood to a loaded fit that was made of it; an error where it is another."""
    saved = fit.model.likelihood
    if not isinstance(saved, OwnLikelihood) or saved.distribution is not None:
        raise IncompatibleError(
            f"the fit of {fit.model.title} has all of its likelihood in the file: leave likelihood= out."
        )
    if not isinstance(given, OwnLikelihood) or given.distribution is not None:
        raise IncompatibleError(f"likelihood= is st.likelihood(name, function, ...); got {quoted(given)}.")
    for what, ours, theirs in (
        ("name", saved.name, given.name),
        ("parameters", dict(saved.by_name), dict(given.by_name)),
        ("outcome", saved.kind.name.lower(), given.kind.name.lower()),
    ):
        if ours != theirs:
            raise DomainError(f"the fit was made of another likelihood: its {what} is {ours}; got {theirs}.")
    vars(saved).update({name: vars(given)[name] for name in ("density", "answers", "refused")})


def _cox_fit(it: Any) -> dict[str, bool]:
    """Shapes, and that the parts say the same."""
    names = [name for name in it.design.names if name != "Intercept"]
    p, m, made, ridge = len(names), len(it.times), it.solution, isinstance(it.penalty, Ridge)
    numbers = (it.center, it.times, it.strata_of_times, it.deaths, it.at_risk, it.hazards, it.squares, it.means)
    rules = {
        "the kind is none": it.kind in ("cox", "conditional logit") and it.ties in COX_KINDS,
        "it has no formula": it.design.parsed is not None and p > 0,
        "the sums have other shapes": [one.shape for one in numbers] == [(p,), *[(m,)] * 6, (p, m)] and m > 0,
        "a number is not finite": all(bool(np.isfinite(one).all()) for one in numbers)
        and all(map(is_number, (it.loglik, it.ratio, it.last))),
        "the strata are none": len(it.strata or ()) == len(it.strata_names)
        and len({len(labels) for labels in it.strata or ()}) <= 1
        and are_distinct(tuple(zip(*(it.strata or ()), strict=False))),
        "the rows are none": it.rows > 0 and (it.weight is None or is_number(it.weight)),
        "the numbers of dropped rows do not agree": max(it.dropped.values(), default=0)
        <= it.n_dropped
        <= sum(it.dropped.values()),
    }  # fmt: skip
    if not all(rules.values()):
        return rules
    require_level(it.level)
    stratum = it.strata_of_times
    several, same = len(it.strata[0]) if it.strata else 1, np.diff(stratum) == 0
    errors = np.zeros((p, p)) if ridge else it.covariance
    return rules | {
        "the event times are of no stratum": set(stratum.tolist()) <= set(range(several))
        and bool((np.diff(stratum) >= 0).all()),
        "the event times are not in order": bool((np.diff(it.times)[same] < 0).all()) and it.times.max() <= it.last,
        "a hazard falls": all(
            bool((one >= 0.0).all() and (np.diff(one)[same] <= 1e-9 * one.max()).all())
            for one in (it.hazards, it.squares)
        ),
        "there are more events than rows": bool((it.deaths > 0).all() and (it.deaths <= it.at_risk * (1 + 1e-9)).all()),
        "the estimates are not finite, one for each name": made.estimate.shape == (p,),
        "the covariance is none": it.covariance.shape == (p, p)
        and bool(np.isfinite(errors).all() and (errors.diagonal() >= 0).all())
        and bool(np.allclose(errors, errors.T, rtol=1e-9, atol=1e-12 * float(np.abs(errors).max(initial=0.0)))),
        "the covariance has no such name": it.cov == NO_SE if ridge else bool(NAME.fullmatch(it.cov)),
        "the covariance is not that of the solution": ridge
        or it.cov != "information"
        or np.allclose(it.covariance, made.covariance, rtol=1e-6, atol=0.0),
        "the degrees of freedom are none": np.shape(it.t_df) in ((), (p,)) and bool(np.all(np.asarray(it.t_df) > 0)),
        "the log-likelihood is not that of the solution": it.penalty is not None
        or math.isclose(it.loglik, made.loglik, rel_tol=1e-6, abs_tol=1e-6),
    }  # fmt: skip


COX_RULES: dict[str, Callable[[Any], dict[str, Any]]] = {"SavedCoxFit": _cox_fit}
"""By class, as in `rules.py`."""

INTEGRALS = ("quadrature", "Laplace")


def mixed_regression(it: Any) -> dict[str, bool]:
    """Shapes, and that the parts say the same."""
    p, t = len(it.fixed.names), len(it.theta)
    rules = {
        "the random parts are not those of its formula": len(it.said.random) == len(it.designs) == len(it.levels) > 0
        and all(is_design_of(part, design) for part, design in zip(it.said.random, it.designs, strict=False)),
        "the fixed part is not that of its formula": it.fixed.formula == it.said.fixed,
        "the groups have no levels": all(
            len(columns) == len(part.groups)
            and len({len(one) for one in columns}) == 1
            and len(columns[0]) > 1
            and are_distinct(tuple(zip(*columns, strict=True)))
            for part, columns in zip(it.said.random, it.levels, strict=False)
        ),
        "the integral is none": it.integral in INTEGRALS
        and it.nodes >= 1
        and (it.error is None or it.error.shape == (t,)),
        "the parameters have other shapes": it.to_fixed.shape == (p, p)
        and it.theta.shape == (t,)
        and it.information.shape == (t, t)
        and it.covariance.shape == (p, p)
        and len(it.parameters) == t,
    }
    if not all(rules.values()):
        return rules
    terms = it.model.random
    sizes = [(len(term.columns), term.n_levels) for term in terms]
    numbers = (it.theta, it.information, it.to_fixed, *it.to_effects, *it.modes, *it.spreads, *it.slopes)
    rules |= {
        "a number is not finite": all(bool(np.isfinite(one).all()) for one in numbers),
        "the terms have other effects": [one.shape for one in it.to_effects] == [(q, q) for q, _ in sizes]
        and t == p + sum(q * (q + 1) // 2 for q, _ in sizes),
        "the effects are of other groups": [one.shape for one in it.modes] == sizes
        and [one.shape for one in it.spreads] == [(q, q, J) for q, J in sizes]
        and [one.shape for one in it.slopes] == [(q, t, J) for q, J in sizes],
    }
    if not all(rules.values()):
        return rules
    require_level(it.level)
    made = it.solution
    scale = np.sqrt(np.abs(it.covariance.diagonal()))
    return rules | {
        "the estimates are not those of its parameters": bool(
            (np.abs(it.found.estimate - made.estimate) <= 1e-6 * scale).all()
        ),
        "the covariance is not that of its information": np.allclose(
            it.found.covariance, it.covariance, rtol=1e-6, atol=1e-9 * float(np.abs(it.covariance).max())
        ),
    }


def is_design_of(part: Any, design: Any) -> bool:
    """A design of the columns that a random part names."""
    read = design.parsed is not None and [[one.text for one in term] for term in design.parsed.terms]
    return read == [[one.text for one in term] for term in part.left.terms]


def _mixed_fit(it: Any) -> dict[str, bool]:
    """Shapes, and that the parts say the same."""
    p, places = len(it.fixed.names), len(it.thetas)
    rules = {
        "the random parts are not those of its formula": len(it.said.random) == len(it.designs) == len(it.levels)
        and all(is_design_of(part, design) for part, design in zip(it.said.random, it.designs, strict=False)),
        "the fixed part is not that of its formula": it.fixed.formula == it.said.fixed,
        "the groups have no levels": all(
            len(columns) == len(part.groups) and len({len(one) for one in columns}) == 1 and len(columns[0]) > 1
            for part, columns in zip(it.said.random, it.levels, strict=False)
        ),
        "the degrees of freedom have no such name": it.df in DEGREES_KINDS
        and (it.df == "normal") == (it.curvatures is None),
        "the units are none": 0.0 < it.unit < math.inf and it.to_beta.shape == (p, p) and it.beta.shape == (p,),
    }  # fmt: skip
    if not all(rules.values()):
        return rules
    terms = it.model.random
    widths, sizes = [len(term.columns) for term in terms], [term.n_levels for term in terms]
    shapes = [(sum(widths), sizes[0])] if it.joined else list(zip(widths, sizes, strict=True))
    kept = len(it.blocks[0]) if it.blocks and it.blocks[0].ndim == 4 else 0
    sums = (it.thetas, it.log_determinants, it.crosses, *it.blocks, *it.projected)
    numbers = (it.to_beta, it.beta, *it.to_effects, *sums)
    rules |= {
        "a number is not finite": all(bool(np.isfinite(one).all()) for one in numbers),
        "the terms have other effects": it.thetas.shape == (places, sum(q * (q + 1) // 2 for q in widths))
        and [one.shape for one in it.to_effects] == [(q, q) for q in widths]
        and len(it.least) == len(widths),
        "the sums are of other places": it.log_determinants.shape == (places,)
        and it.crosses.shape == (places, p + 1, p + 1)
        and 0 < kept <= places
        and (it.joined or len(widths) > 1),
        "the sums are of other groups": [one.shape for one in it.blocks] == [(kept, q, q, J) for q, J in shapes]
        and [one.shape for one in it.projected] == [(kept, q, p + 1, J) for q, J in shapes],
    }  # fmt: skip
    if not all(rules.values()):
        return rules
    require_level(it.level)
    found, made = it.found, it.solution
    return rules | {
        "the estimates are not those of its sums": bool(
            (np.abs(found.beta - made.estimate) <= 1e-6 * np.sqrt(it.covariance.diagonal())).all()
        ),
        "the log-likelihood is not that of its sums": math.isclose(
            found.loglik, made.loglik, rel_tol=1e-6, abs_tol=1e-6
        ),
        "the covariance is not that of its sums": np.allclose(
            found.covariance, found.s2 * made.covariance, rtol=1e-6, atol=1e-9 * float(np.abs(found.covariance).max())
        ),
        "the curvatures are of another place": it.curvatures is None
        or (
            it.curvatures.gram_inverse.shape == (p, p)
            and math.isclose(it.curvatures.s2, found.profile.s2, rel_tol=1e-6)
            and np.allclose(it.curvatures.gram_inverse, found.profile.inverse_gram, rtol=1e-6, atol=1e-9)
        ),
        "the covariance is not that of its degrees of freedom": np.allclose(
            it.covariance, found.covariance if it.degrees is None else it.degrees.covariance, rtol=1e-6,
            atol=1e-9 * float(np.abs(it.covariance).max()),
        ),
    }  # fmt: skip


def _curvatures(it: Any) -> dict[str, bool]:
    p, r = len(it.gram_inverse), len(it.hessian)
    numbers = (it.gram_inverse, it.hessian, it.covariance_slopes)
    return {
        "they are none": it.s2 > 0.0
        and [one.shape for one in numbers] == [(p, p), (r, r), (r, p, p)]
        and all(bool(np.isfinite(one).all()) for one in numbers)
    }


MIXED_RULES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "GlobalProof": lambda it: {"the gap is none": it.gap >= 0.0},
    "LocalMaximum": lambda it: {"the ratio is none": 0.0 <= it.ratio < math.inf},
    "SavedMixedFit": _mixed_fit,
    "SavedMixedRegression": mixed_regression,
    "VarianceDifferences": _curvatures,
    "VarianceDirections": _curvatures,
}
"""By class, as in `rules.py`."""

ROUND_OFF = 1e-6
"""Of a correlation: what arithmetic of float64 leaves of an inverse of the worst condition that is accepted."""


class BrokenRule(ValueError):
    """An object that its own constructors would not make; the message says which rule."""


def require(made: Any) -> None:
    """BrokenRule unless the object is one that could have been saved."""
    name = type(made).__name__
    for field in fields(made):
        if not is_of(getattr(made, field.name), str(field.type)):
            raise BrokenRule(f"the {field.name} of its {name} is {quoted(getattr(made, field.name))}")
    for rule, holds in RULES[name](made).items():
        if not holds:
            raise BrokenRule(f"of its {name} {rule}")


def finite(array: Any, *shape: int) -> bool:
    """An array that is there, of this shape, whose numbers are finite."""
    return isinstance(array, np.ndarray) and array.shape == shape and bool(np.isfinite(array).all())


def is_covariance(matrix: NDArray[Any], p: int, definite: bool = True) -> bool:
    """Finite, symmetric, without negative variances and (`definite`) eigenvalues, up to round-off of correlations."""
    if isinstance(matrix, LowRank):  # a diagonal and a product, which tell it by themselves
        there = finite(matrix.U, p, len(matrix.K)) and matrix.is_rising()
        return there and is_covariance(matrix.K, len(matrix.K), definite)
    if not finite(matrix, p, p) or (matrix.diagonal() < 0).any():
        return False
    se = np.sqrt(matrix.diagonal())
    there = se > 1e-145
    correlation = matrix[np.ix_(there, there)] / se[there] / se[there][:, None]
    if np.abs(correlation - correlation.T).max(initial=0.0) > ROUND_OFF:
        return False
    return not definite or not there.any() or float(np.linalg.eigvalsh(correlation)[0]) > -ROUND_OFF * p


def _solution(it: Any) -> dict[str, Any]:
    p = len(it.estimate)
    return {
        "the estimates are not finite": finite(it.estimate, p),
        "the covariance is none": is_covariance(it.covariance, p),
        "the log-likelihood is no number": not math.isnan(it.loglik),
        "the decrement is no distance": 0.0 <= it.decrement < math.inf,
        "the reach is none": not it.reach < 0.0,
        "the rung is none": it.rung in (None, "Cholesky", "QR", "exact"),
        "the sums of squares are none": it.residual_sums is None or min(it.residual_sums) >= 0.0,
    }


def _fit(it: Any) -> dict[str, Any]:
    names, ridge, scaled = it.model.names, isinstance(it.penalty, Ridge), it.model.has_scale
    p, plain = len(names), it.cov == "information"
    free = it.model.n - p
    require_level(it.level)
    return {
        "the model is none": isinstance(it.model, Model | BernoulliTrials | Custom),
        "two coefficients have one name": are_distinct(names),
        "the estimates are not finite, one for each name": finite(it.estimate, p),
        "the rows are fewer than the coefficients": free > 0 or not scaled or it.penalty is not None,
        "the estimates are not those of the solution": np.array_equal(it.estimate, it.solution.estimate),
        "the covariance is none": isinstance(it.covariance, NoCovariance)
        if ridge
        else is_covariance(it.covariance, p, definite=not it.cov.startswith(("Cluster(", "HAC("))),
        "the degrees of freedom are not of these coefficients": (it.degrees is None) == isinstance(it.t_df, float | int)
        and (it.degrees is None or len(it.degrees.root) == p),
        "the log-likelihood is not that of the solution": scaled
        or it.penalty is not None
        or math.isclose(it.loglik, it.solution.loglik, rel_tol=1e-6, abs_tol=1e-6),
        "the log-likelihood is no number": not math.isnan(it.loglik),
        "the scale is none": 0.0 <= it.scale < math.inf if scaled else it.scale == 1.0,
        "the scale is not that of the residuals": it.penalty is not None
        or it.solution.residual_sums is None
        or free <= 0
        or math.isclose(it.scale, math.sqrt(it.solution.residual_sums[0] / free), rel_tol=1e-6, abs_tol=1e-150),
        "the degrees of freedom are none": (np.shape(it.t_df) == (p,) and bool(np.all(it.t_df > 0.0)))
        if it.degrees is not None
        else 0.0 < it.t_df < math.inf
        if (scaled and not ridge) or it.cov.startswith("quasi(")
        else it.t_df == math.inf,
        "the degrees of freedom are not those of the rows": not scaled or ridge or not plain or it.t_df == free,
        "the covariance has no such name": it.cov == NO_SE
        if ridge
        else plain or (isinstance(it.model, Model | Custom) and NAME.fullmatch(it.cov) is not None),
        "the covariance is not that of the solution": ridge
        or not plain
        or np.allclose(it.covariance, it.scale * it.scale * it.solution.covariance, rtol=1e-6, atol=0.0),
    }


BESIDE = {"weights": "weight", "precision": "precision", "offset": "offset", "exposure": "offset"}
"""What is given beside the rows, and what rows call it."""


def _dropped(it: Any) -> bool:
    """A row is dropped for one column or several."""
    return max(it.dropped.values(), default=0) <= it.n_dropped - it.n_empty <= sum(it.dropped.values())


def _outcome(it: Any) -> dict[str, Any]:
    """What a regression and a network say of their outcome and of rows that were dropped."""
    several = getattr(it.likelihood, "categories", 2)
    return {
        "the labels are not those of the likelihood": it.labels is None
        or (len(it.labels) == several and are_distinct(it.labels)),
        "the thresholds are not those between the labels": not getattr(it.likelihood, "labels", ())
        or it.likelihood.labels == tuple(map(str, it.labels or ())),
        "the numbers of dropped rows do not agree": _dropped(it),
        "there is a column beside the rows that they have not": all(
            getattr(it.rows, BESIDE[name]) is not None for name in it.extras if name in BESIDE
        ),
    }


def _model(it: Any) -> dict[str, Any]:
    p = it.predictor.columns
    return _outcome(it) | {
        "the kind has another likelihood": it.kind == "regression"  # which takes any
        or type(it.likelihood).__name__ in FAMILIES.get(it.kind, ()),
        "the predictor is not as wide as the likelihood": it.predictor.width == it.likelihood.width
        and len(it.predictor.own) == len(it.likelihood.others),
        "the columns are not those of the design": p == len(it.design.names) == it.rows.X.shape[-1],
        "the predictor has other columns than the formulas": it.predictor.width != it.likelihood.width
        or linear_of(it.likelihood, it.design) == it.predictor,
        "there is no start for each coefficient": finite(it.start, it.predictor.size),
        "rows were saved": it.source is it.kept is it.origin is None,
    }


def _linear(it: Any) -> dict[str, Any]:
    chosen = [columns for columns in (it.main, *it.own) if columns is not None]
    return {
        "it has no columns": min(it.columns, it.width) > 0,
        "a parameter has no predictor": it.width > len(it.own)
        and (it.main is None or bool((it.main or it.taken_up) and it.own)),
        "a predictor has columns that are none": all(
            are_distinct(some) and max(some, default=0) < it.columns for some in chosen
        ),
    }


def _rows(it: Any) -> dict[str, Any]:
    n = len(it.X)
    beside = [part for part in (it.weight, it.offset, it.precision) if part is not None]
    weight = [1.0] if it.weight is None else it.weight.sums
    sums = [
        *weight,
        *it.y.sums,
        *(part.sums for part in (it.X, it.offset, it.precision) if part is not None and part.sums),
    ]
    return {
        "there are none": n > 0 and it.X.ndim == 2,
        "there is not one outcome for each": len(it.y) == n and it.y.ndim <= 2 and all(p.shape == (n,) for p in beside),
        "the columns have not one center and scale each": all(
            part is None or part.shape == it.X.shape[1:] for part in (it.center, it.scale)
        ),
        "the sums are none": all(is_number(total) and total >= 0.0 for total in sums),
        "nobody was observed": len(weight) == 1 and weight[0] > 0.0,
    }


def _design(it: Any) -> dict[str, Any]:
    numbers = {number for use in it.uses for number in use}
    return {
        "the names of the columns are none": bool(it.names) and are_distinct(it.names),
        "a formula has no columns": len(it.uses) == (len(it.beside) + 1 if it.beside else 0) and all(it.uses),
        "a column is of no formula": not it.uses or numbers == set(range(len(it.names))),
    }


def _custom(it: Any) -> dict[str, Any]:
    p = len(it.names)
    return {
        "two parameters have one name": p > 0 and are_distinct(it.names),
        "the start is none": finite(it.start, p),
        "the units are none": finite(it.T, *np.shape(it.T)) and it.T.shape[-1:] == (p,),
        "the number of observations is none": it.observations is None or 0.0 < it.observations < math.inf,
    }


def _network(it: Any) -> dict[str, Any]:
    p = len(it.design.names) - it.first
    return _outcome(it) | {
        "the inputs are not those of the design": it.first in (0, 1) and it.rows.X.shape[-1] == p + it.first,
        "the first layer does not take the inputs": it.perceptron.layers[0].inputs == p,
        "the last layer is not as wide as the likelihood": it.perceptron.layers[-1].outputs == it.likelihood.width,
        "the inputs are not standardized": finite(it.center, p) and finite(it.scale, p) and bool((it.scale > 0).all()),
        "the unit of the outcome is none": math.isfinite(it.middle) and 0.0 < it.unit < math.inf,
    }


def _perceptron(it: Any) -> dict[str, Any]:
    dense = [layer for layer in it.layers if type(layer).__name__ == "Dense"]
    widths, width = [], 0
    for layer in it.layers:
        widths.append(getattr(layer, "features", width) == width)
        width = getattr(layer, "outputs", width)
    return {
        "the first and the last layer are not dense": bool(dense)
        and it.layers[0] is dense[0]
        and it.layers[-1] is dense[-1],
        "a layer does not take what the one before gives": all(widths)
        and all(a.outputs == b.inputs for a, b in pairwise(dense)),
    }


def _network_fit(it: Any) -> dict[str, Any]:
    return {
        "the estimates are not finite, one for each parameter": finite(it.estimate, it.model.perceptron.size),
        "the log-likelihood is no number": math.isfinite(it.loglik),
        "the temperature is none": 0.0 < it.temperature < math.inf,
    }


def _batch_norm(it: Any) -> dict[str, Any]:
    return {
        "the moments are not those of the features": it.moments is None or it.moments.mean.shape == (it.features,),
        "the momentum is none": 0.0 <= it.momentum <= 1.0,
        "epsilon is none": 0.0 <= it.epsilon < math.inf,
    }


def _moments(it: Any) -> dict[str, Any]:
    p = len(it.mean)
    return {"they are none": finite(it.mean, p) and finite(it.variance, p) and bool((it.variance >= 0).all())}


def _digits(it: Any) -> dict[str, Any]:
    p, numbers = len(it.coefficients), [*it.coefficients, *it.se, it.smallest, it.overall]
    return {"they are none": it.se.shape == (p,) and all(0.0 <= number <= 16.0 for number in numbers)}


def _no_rule(it: Any) -> dict[str, Any]:
    """The constructor has checked all."""
    return {}


RULES: dict[str, Callable[[Any], dict[str, Any]]] = {
    **dict.fromkeys(UNIONS["Likelihood"], _no_rule),
    **COX_RULES,
    **MIXED_RULES,
    "Activation": _no_rule,
    "BatchNorm": _batch_norm,
    "BernoulliTrials": lambda it: {
        "more successes than trials": it.successes <= it.trials and it.trials > 0,
        "the numbers of dropped rows do not agree": _dropped(it),
    },
    "Custom": _custom,
    "Dense": lambda it: {"it has no units": min(it.inputs, it.outputs) > 0},
    "Design": _design,
    "Digits": _digits,
    "Fit": _fit,
    "Jeffreys": _no_rule,
    "Satterthwaite": lambda it: {"the information of its groups is none": it.is_consistent},
    "Linear": _linear,
    "Model": _model,
    "Moments": _moments,
    "Network": _network,
    "NetworkEnsemble": lambda it: {"the members differ": len({len(one.estimate) for one in it.members}) == 1},
    "NetworkFit": _network_fit,
    "OneVsRest": lambda it: {"there is not one part for each label": len(it.parts) == len(it.labels) > 1},
    "OneVsRestFit": lambda it: {"there is not one fit for each label": len(it.fits) == len(it.model.labels)},
    "Perceptron": _perceptron,
    "Ridge": _no_rule,
    "Rows": _rows,
    "Solution": _solution,
}
"""What the class knows: rules in words, each with whether it holds."""

DATA = {
    "Model": {"kept": None, "source": None, "origin": None},
    "Network": {"kept": None, "origin": None},
    "Rows": {"low": None},
    "Fit": {"cov_kind": None},
    "Solution": {"quality": None},
}
"""Fields that may hold data, and what is saved in their place; words are none."""

LONGEST_TRACE = 500


def encoded(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    """What JSON can hold; arrays are put aside under a name.

    Raises IncompatibleError for objects that are not known.

    >>> encoded((1, np.float64(0.5), {"a": np.inf}), {})["items"]
    [1, 0.5, {'@': 'dict', 'items': [['a', {'@': 'float', 'value': 'inf'}]]}]
    """
    match value:
        case None | bool() | str():
            return value
        case np.bool_() | np.integer() | np.floating():
            return encoded(value.item(), arrays)
        case int():
            return int(value)
        case float():
            return value if math.isfinite(value) else {"@": "float", "value": repr(value)}
        case list():
            return [encoded(item, arrays) for item in value]
        case tuple() if value and all(isinstance(item, TraceStep) for item in value):
            kept = sorted({round(k) for k in np.linspace(0, len(value) - 1, min(len(value), LONGEST_TRACE))})
            return {"@": "trace", "name": _put(np.array([value[k] for k in kept], dtype=float), arrays)}
        case tuple() if value and all(isinstance(item, Epoch) for item in value):
            return {"@": "history", "name": _put(np.array(value, dtype=float), arrays)}
        case tuple():
            return {"@": "tuple", "items": [encoded(item, arrays) for item in value]}
        case Mapping():
            items = [[encoded(key, arrays), encoded(item, arrays)] for key, item in value.items()]
            return {"@": "dict", "items": items}
        case np.ndarray() if value.dtype.kind in "biuf":
            return {"@": "array", "name": _put(value, arrays)}
        case LowRank():
            return {"@": "low rank", "parts": [encoded(part, arrays) for part in value.parts()]}
        case NoCovariance():
            return encoded(np.full(value.shape, np.nan), arrays)
        case Link():
            return {"@": "link", "name": value.name}
        case OwnLikelihood():
            return written(value)
        case Formula():
            return {"@": "Formula", "text": value.text, "columns": _columns(value), "terms": _terms(value)}
    if isinstance(value, Rows) and value.source is not None:
        value = value.shapes()
    if is_dataclass(value) and type(value).__name__ in CLASSES and type(value) is _class(type(value).__name__):
        return {"@": type(value).__name__, "fields": _fields(value, arrays), "facts": _facts(value, arrays)}
    if callable(value):
        return {"@": "function"}
    raise IncompatibleError(
        f"save cannot write {type(value).__name__} objects ({quoted(value)}); a fit is saved as numbers and names only."
    )


def _fields(value: Any, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    replaced = DATA.get(type(value).__name__, {})
    found = {}
    for field in fields(value):
        part = getattr(value, field.name)
        if field.name in replaced and not isinstance(part, str):
            part = replaced[field.name]
        rows = isinstance(value, Rows) and part is not None
        found[field.name] = _shape(field.name, part) if rows else encoded(part, arrays)
    return found


def _facts(value: Any, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Numbers that a fit computes from its rows when asked, to be known without them."""
    facts = {name: getattr(value, name) for name in _facts_of(value)}
    if isinstance(value, Estimates) and value.model.has_scale:
        facts["residual_sums"] = value.solution.residual_sums or value.model.residual_sums(value.estimate)
    return {name: encoded(fact, arrays) for name, fact in facts.items()}


def _facts_of(value: Any) -> list[str]:
    """The names of what the class computes once and needs its rows for."""
    return [name for name in FACTS if isinstance(getattr(type(value), name, None), cached_property)]


def _remember(value: Any, facts: dict[str, Any]) -> None:
    sums = facts.pop("residual_sums", None)
    if sums is not None and not (isinstance(sums, tuple) and len(sums) == 2 and all(map(is_number, sums))):
        raise BrokenRule("the residual sums are none")
    facts = {name: None for name in _facts_of(value) if name in FACTS_SINCE} | facts
    if set(facts) != set(_facts_of(value)) or not all(FACTS[name](fact) for name, fact in facts.items()):
        raise BrokenRule(f"its {type(value).__name__} has not the facts of the class")
    vars(value).update(facts)
    if sums is not None:
        vars(value.model)["residual_sums"] = lambda theta: sums if np.array_equal(theta, value.estimate) else refuse()


def _shape(name: str, array: Any) -> dict[str, Any]:
    """What is kept of an array of the rows: its shape, the sum of the weights, the sums of successes and trials."""
    counts = name == "weight" or (name == "y" and array.ndim == 2)
    if isinstance(array, Unsaved):
        sums = list(array.sums)
    else:
        sums = [float(total) for total in np.atleast_1d(array.sum(axis=0))] if counts else []
        sums = sums if np.isfinite(sums).all() else []  # of times whose upper end nobody knows
    return {"@": "unsaved", "shape": list(array.shape), "sums": sums}


def _put(array: NDArray[Any], arrays: dict[str, NDArray[Any]]) -> str:
    name = f"a{len(arrays)}"
    arrays[name] = array
    return name


def decoded(value: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """The object that `encoded` wrote; KeyError, TypeError or ValueError for what it cannot have written.

    >>> decoded(encoded((1, {2: np.nan}), {}), {})
    (1, {2: nan})
    """
    if isinstance(value, list):
        return [decoded(item, arrays) for item in value]
    if not isinstance(value, dict):
        return value
    match value["@"]:
        case "float":
            return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[value["value"]]
        case "tuple":
            return tuple(decoded(item, arrays) for item in value["items"])
        case "dict":
            return {decoded(key, arrays): decoded(item, arrays) for key, item in value["items"]}
        case "array":
            return arrays[value["name"]]
        case "low rank":
            return LowRank.of_parts(*(decoded(part, arrays) for part in value["parts"]))
        case "trace":
            return tuple(TraceStep(int(step), float(a), float(b)) for step, a, b in arrays[value["name"]])
        case "history":
            return tuple(Epoch(int(step), float(a), float(b)) for step, a, b in arrays[value["name"]])
        case "unsaved":
            if not all(map(is_whole, value["shape"])):
                raise BrokenRule("a shape is none")
            return Unsaved(tuple(value["shape"]), tuple(value["sums"]))
        case "link":
            return LINKS[value["name"]]
        case "function":
            return unsaved_function
        case "own likelihood":
            return made_again(value)
        case "Formula":
            formula = _read_again(value["text"], value["columns"])
            if _terms(formula) != value["terms"]:
                raise ValueError("the formula reads otherwise than it was written")
            return formula
    parts = {name: decoded(part, arrays) for name, part in value["fields"].items()}
    name, parts = as_now(value["@"], parts)
    made = _class(name)(**parts)
    require(made)
    _remember(made, {name: decoded(fact, arrays) for name, fact in value["facts"].items()})
    return made


def _class(name: str) -> Any:
    return getattr(import_module(f"stattools.{CLASSES[name]}"), name)


def _read_again(text: str, columns: list[str]) -> Formula:
    """A formula from its text; that of another parameter has a right side alone."""
    if OPENS.match(text):
        return survival_formula("st.load", text, columns, intervals=True).formula
    return parse(text, columns, outcome=column(columns[0]) if text.startswith("~") else None)


def _columns(formula: Formula) -> list[str]:
    return list(dict.fromkeys((*formula.outcome.columns, *formula.columns)))


def _terms(formula: Formula) -> list[list[str]]:
    return [[factor.text for factor in term] for term in formula.terms]


Fields = dict[str, Any]


def as_now(name: str, fields: Fields) -> tuple[str, Fields]:
    """A class of today and its fields, from those that a file has.

    >>> as_now("Dispersed", {"columns": 2, "extra": ("log alpha",)})
    ('Linear', {'columns': 2, 'width': 2, 'own': ((),)})
    """
    for old, renewed in RENEWED.get(name, {}).items():
        if old <= fields.keys():
            name, fields = renewed(fields)
    return name, fields


def _extras(fields: Fields) -> tuple[str, Fields]:
    """A model named the columns of its offset and of its exposure; what else was given beside X could have been an
    array or a column, so it is taken for an array, which is asked for again where new rows need it.
    """
    fields = dict(fields)
    columns = {name: fields.pop(f"{name}_column") for name in ("offset", "exposure")}
    rows, extras = fields["rows"], {name: column for name, column in columns.items() if column is not None}
    if rows.offset is not None and not extras:
        extras["offset"] = None
    given = {"weights": rows.weight is not None, "precision": rows.precision is not None}
    given["trials"] = "trials" in fields["likelihood"].parts
    return "Model", fields | {"extras": extras | {name: None for name, there in given.items() if there}}


def _predictor(fields: Fields) -> tuple[str, Fields]:
    """Names of parameters that all rows share stood in the predictor, whose class was another where there were some."""
    own = ((),) * len(fields["extra"])
    return "Linear", {"columns": fields["columns"], "width": fields.get("width", 1 + len(own)), "own": own}


def _index(fields: Fields) -> tuple[str, Fields]:
    """A model had the index of its rows, which was not saved."""
    return "Model", {name: value for name, value in fields.items() if name != "index"}


def _covariance(fields: Fields) -> tuple[str, Fields]:
    """A ridge fit has no covariance: NaN in the file, and what refuses to be one in the fit."""
    model, penalty, given = fields["model"], fields["penalty"], fields["covariance"]
    if isinstance(penalty, Ridge) and given.shape == (len(model.names),) * 2 and np.isnan(given).all():
        fields = fields | {"covariance": no_covariance(model, penalty)}
    return "Fit", fields


RENEWED: dict[str, dict[frozenset[str], Callable[[Fields], tuple[str, Fields]]]] = {
    "Dispersed": {frozenset({"extra"}): _predictor},
    "Fit": {frozenset({"covariance"}): _covariance},
    "Linear": {frozenset({"extra"}): _predictor},
    "Model": {frozenset({"offset_column", "exposure_column"}): _extras, frozenset({"index"}): _index},
}
"""By class: fields that are otherwise in a file than in the class, and what makes today's fields of them."""

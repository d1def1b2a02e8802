"""Objects as JSON and arrays, and back: field by field, each under the name of its class.

Only the classes of `CLASSES` are ever made when reading; a formula is written as its text and parsed again by the
whitelist, a distribution of scipy.stats is looked up by its name, functions are not written and nothing is evaluated.
Of the rows, and of whatever else holds data, the shape is written; of fits of `KEPT` what is known without them. Fields
that a class had in earlier versions are read as those that it has now (`as_now`). The seal of the file shows that
nobody damaged it; `stattools verify` computes its numbers again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cached_property, partial
from types import SimpleNamespace
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
from stattools.inference.penalties import NO_SE, Jeffreys
from stattools.inference.penalties.penalized import NoCovariance, Ridge, no_covariance
from stattools.inference.storage.without_rows import KEPT
from stattools.interface.record import nearest
from stattools.interface.when_needed import Package, stats
from stattools.likelihoods.links import LINKS, Link
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.own import OwnLikelihood, likelihood
from stattools.models.regressions.glm import FAMILIES
from stattools.numerics.low_rank import LowRank
from stattools.solvers.solution import Epoch, TraceStep

FACTS = ("r_squared", "_spread", "rcond", "digits", "residual_sd", "own_accuracy", "own_log_score")
"""What was computed from the rows when the fit was saved."""

FACTS_SINCE = ("_spread",)
"""Facts that files of earlier versions have not, and are None there."""

CLASSES = {
    **{
        name: "likelihoods"
        for name, kind in vars(likelihoods).items()
        if isinstance(kind, type) and name != "Likelihood"
    },
    "Activation": "networks.perceptron",
    "BatchNorm": "networks.perceptron",
    "BernoulliTrials": "models.samples.proportions",
    "CoxFit": "inference.fits.cox_fit",
    "Custom": "models.custom",
    "Dense": "networks.perceptron",
    "Design": "data.design.design",
    "Digits": "solvers.solution",
    "Fit": "inference.fits.fit",
    "GlobalProof": "solvers.mixed.maximum",
    "Jeffreys": "inference.penalties",
    "Linear": "models.predictor",
    "LocalMaximum": "latent.global_maximum",
    "MixedFit": "inference.fits.mixed_fit",
    "Model": "models.model",
    "Moments": "networks.perceptron",
    "Network": "networks.network",
    "NetworkEnsemble": "networks.network_ensemble",
    "NetworkFit": "networks.network_fit",
    "OneVsRest": "models.regressions.categories",
    "OneVsRestFit": "inference.fits.one_vs_rest",
    "Perceptron": "networks.perceptron",
    "Ridge": "inference.penalties",
    "Satterthwaite": "inference.covariance.covariance",
    "Rows": "data.rows.rows",
    "Solution": "solvers.solution",
    "VarianceDifferences": "solvers.mixed.fixed_effects",
    "VarianceDirections": "latent.deviance",
}
"""What a file may hold, and where it is defined."""

AGAIN = {name: again for name, _, again in KEPT.values()}
"""What makes fits again that were kept without their rows, by the name that they have in a file."""


def _named_rightly(it: Any) -> bool:
    """Whether a fit of rows has a penalty that there is, and its covariance and its degrees of freedom the names that
    its solution gives them.
    """
    if isinstance(it.penalty, Ridge):
        return it.cov == NO_SE
    if it.cov != "information" or not isinstance(it.penalty, Jeffreys | None):
        return it.penalty is None and NAME.fullmatch(it.cov) is not None
    scaled = it.model.has_scale
    same = np.allclose(it.covariance, (it.scale**2 if scaled else 1.0) * it.solution.covariance, rtol=1e-6, atol=0.0)
    return same and it.degrees is None and it.t_df == (it.model.n - len(it.model.names) if scaled else math.inf)


def _of_its_sums(it: Any) -> bool:
    """Whether the log-likelihood and the covariance of a linear mixed model are those that its sums give again."""
    if not it.model.has_scale:
        return True
    V, least = (it.found if it.degrees is None else it.degrees).covariance, 1e-9 * float(np.abs(it.covariance).max())
    same = math.isclose(it.found.loglik, it.loglik, rel_tol=1e-6, abs_tol=1e-6)
    return same and np.allclose(V, it.covariance, rtol=1e-6, atol=least)


RULES: dict[str, Callable[[Any], bool]] = {
    "CoxFit": _named_rightly,
    "Fit": _named_rightly,
    "MixedFit": _of_its_sums,
    "Model": lambda it: (
        (it.kind == "regression" or type(it.likelihood).__name__ in FAMILIES.get(it.kind, ()))
        and it.predictor.width == it.likelihood.width
        and getattr(it.likelihood, "labels", ()) in ((), tuple(map(str, it.labels or ())))
    ),
    "Solution": lambda it: it.status in ("converged", "round-off"),
}
"""What is printed of a fit and no second computation of `stattools verify` tells: whether its parts agree."""

Written = dict[str, Any]


def _not_saved(name: str, *_: object, **__: object) -> NoReturn:
    """Stands for a function of a likelihood that was not saved."""
    raise IncompatibleError(
        f"the functions of {name} were not saved with the fit, and this needs them: load it with the "
        "likelihood that it was made of, st.load(path, likelihood=...)."
    )


def written(it: OwnLikelihood) -> Written:
    """What JSON can hold of it; IncompatibleError for a distribution that is not one of scipy.stats."""
    found: Written = {"@": "own likelihood", "name": it.name, "parameters": [*it.by_name.items()], "steps": [*it.steps]}
    if it.distribution is None:
        return found | {"outcome": it.kind.name.lower(), "answers": [*it.answers], "categories": it.categories}
    if getattr(stats, it.distribution.name, None) is not it.distribution:
        raise IncompatibleError(
            f"save writes distributions of scipy.stats by their names, and {it.name} is none of them; give its "
            "log density to st.likelihood as a function."
        )
    return found | {"name": it.distribution.name, "fixed": {**it.fixed}}


def made_again(value: Written) -> OwnLikelihood:
    """The likelihood that `written` wrote."""
    name, parameters = value["name"], dict(value["parameters"])
    if "fixed" in value:
        made: Any = likelihood(getattr(stats, name), parameters=parameters, fixed=dict(value["fixed"]))
    else:
        missing: Any = partial(_not_saved, name)
        answers: dict[str, Any] = dict.fromkeys(value["answers"], missing)
        made = likelihood(name, missing, parameters=parameters, outcome=value["outcome"], **answers)
        if made.outcome is Outcome.CATEGORY:
            made = made.among(value["categories"])
    return replace(made, steps=tuple(value["steps"]))


def give_back(fit: Estimates, given: object) -> None:
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
    vars(saved).update({name: vars(given)[name] for name in ("density", "answers", "facts")})


DATA = {
    "Model": {"kept": None, "source": None, "origin": None},
    "Network": {"kept": None, "origin": None},
    "Rows": {"low": None},
    "Fit": {"cov_kind": None},
    "Solution": {"quality": None},
}
"""Fields that may hold data, and what is saved in their place; words are none."""

STEPS: dict[str, type[TraceStep] | type[Epoch]] = {"trace": TraceStep, "history": Epoch}
"""Tuples of numbers, many of which are one array in a file, by the name that they have there."""

LONGEST_TRACE = 500


def encoded(value: object, arrays: dict[str, NDArray[np.generic]]) -> Any:
    """What JSON can hold; arrays are put aside under a name.

    Raises IncompatibleError for objects that are not known.

    >>> encoded((1, np.float64(0.5), {"a": np.inf}), {})["items"]
    [1, 0.5, {'@': 'dict', 'items': [['a', {'@': 'float', 'value': 'inf'}]]}]
    """

    def put(kind: str, array: NDArray[np.generic]) -> Written:
        name = f"a{len(arrays)}"
        arrays[name] = array
        return {"@": kind, "name": name}

    def named(parts: Mapping[str, object]) -> Written:
        return {name: encoded(part, arrays) for name, part in parts.items()}

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
        case (TraceStep(), *_):
            kept = sorted({round(k) for k in np.linspace(0, len(value) - 1, min(len(value), LONGEST_TRACE))})
            return put("trace", np.array([value[k] for k in kept], dtype=float))
        case (Epoch(), *_):
            return put("history", np.array(value, dtype=float))
        case tuple():
            return {"@": "tuple", "items": [encoded(item, arrays) for item in value]}
        case Mapping():
            items = [[encoded(key, arrays), encoded(item, arrays)] for key, item in value.items()]
            return {"@": "dict", "items": items}
        case np.ndarray() if value.dtype.kind in "biuf":
            return put("array", value)
        case LowRank():
            return {"@": "low rank", "parts": [encoded(part, arrays) for part in value.parts()]}
        case NoCovariance():
            return encoded(np.full(value.shape, np.nan), arrays)
        case Link():
            return {"@": "link", "name": value.name}
        case OwnLikelihood():
            return written(value)
        case Formula():
            columns = dict.fromkeys((*value.outcome.columns, *value.columns))
            return {"@": "Formula", "text": value.text, "columns": [*columns], "terms": _terms(value)}
        case Estimates() if (kept := nearest(KEPT, value.model)) is not None:
            name, parts, _ = kept
            return {"@": name, "fields": named(parts(value)), "facts": {}}
    if isinstance(value, Rows) and value.source is not None:
        value = value.shapes()
    name = type(value).__name__
    if is_dataclass(value) and name in CLASSES and type(value) is class_named(name):
        found, replaced = {field.name: getattr(value, field.name) for field in fields(value)}, DATA.get(name, {})
        found |= {key: instead for key, instead in replaced.items() if not isinstance(found[key], str)}
        if isinstance(value, Rows):
            said = {key: part if part is None else _shape(key, part) for key, part in found.items()}
        else:
            said = named(found)
        facts = {key: getattr(value, key) for key in _facts_of(value)}
        if isinstance(value, Estimates) and value.model.has_scale:
            facts["residual_sums"] = value.solution.residual_sums or value.model.residual_sums(value.estimate)
        return {"@": name, "fields": said, "facts": named(facts)}
    if callable(value):
        return {"@": "function"}
    raise IncompatibleError(
        f"save cannot write {name} objects ({quoted(value)}); a fit is saved as numbers and names only."
    )


def _facts_of(value: object) -> list[str]:
    """The names of what the class computes once and needs its rows for."""
    return [name for name in FACTS if isinstance(getattr(type(value), name, None), cached_property)]


def _shape(name: str, array: Any) -> Written:
    """What is kept of an array of the rows: its shape, the sum of the weights, the sums of successes and trials."""
    counts = name == "weight" or (name == "y" and array.ndim == 2)
    if isinstance(array, Unsaved):
        sums = list(array.sums)
    else:
        sums = [float(total) for total in np.atleast_1d(array.sum(axis=0))] if counts else []
        sums = sums if np.isfinite(sums).all() else []  # of times whose upper end nobody knows
    return {"@": "unsaved", "shape": list(array.shape), "sums": sums}


def decoded(value: object, arrays: Mapping[str, NDArray[np.generic]]) -> Any:
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
        case "trace" | "history" as kind:
            return tuple(STEPS[kind](int(step), float(a), float(b)) for step, a, b in arrays[value["name"]])
        case "unsaved":
            return Unsaved(tuple(value["shape"]), tuple(value["sums"]))
        case "link":
            return LINKS[value["name"]]
        case "function":
            return unsaved_function
        case "own likelihood":
            return made_again(value)
        case "Formula":
            text, columns = value["text"], value["columns"]
            if OPENS.match(text):
                formula = survival_formula("st.load", text, columns, intervals=True)
            else:  # that of another parameter has a right side alone
                formula = parse(text, columns, outcome=column(columns[0]) if text.startswith("~") else None)
            if _terms(formula) != value["terms"]:
                raise ValueError("the formula reads otherwise than it was written")
            return formula
    parts, facts = ({name: decoded(part, arrays) for name, part in value[of].items()} for of in ("fields", "facts"))
    if value["@"] in AGAIN:
        name, parts, facts = AGAIN[value["@"]](SimpleNamespace(**parts))
    else:
        name, parts = as_now(value["@"], parts)
    made, sums = class_named(name)(**parts), facts.pop("residual_sums", None)
    if value["@"] not in AGAIN:
        facts = {fact: facts.get(fact) if fact in FACTS_SINCE else facts[fact] for fact in _facts_of(made)}
    vars(made).update(facts)
    if name in RULES and not RULES[name](made):
        raise ValueError(f"the parts of its {name} do not agree")
    if sums is not None:
        vars(made.model)["residual_sums"] = lambda theta: sums if np.array_equal(theta, made.estimate) else refuse()
    return made


def class_named(name: str) -> Any:
    """A class of `CLASSES`, whose file is read when it is needed."""
    return getattr(Package(f"stattools.{CLASSES[name]}"), name)


def _terms(formula: Formula) -> list[list[str]]:
    return [[factor.text for factor in term] for term in formula.terms]


def as_now(name: str, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A class of today and its fields, from those that a file has.

    >>> as_now("Dispersed", {"columns": 2, "extra": ("log alpha",)})
    ('Linear', {'columns': 2, 'width': 2, 'own': ((),)})
    """
    fields = dict(fields)
    if name in ("Linear", "Dispersed") and "extra" in fields:  # names of parameters that all rows share
        own = ((),) * len(fields["extra"])
        return "Linear", {"columns": fields["columns"], "width": fields.get("width", 1 + len(own)), "own": own}
    if name == "Model":
        fields.pop("index", None)  # of its rows, which was not saved
    if {"offset_column", "exposure_column"} <= fields.keys():
        # What else was given beside X could have been an array or a column: it is taken for an array, which is asked
        # for again where new rows need it.
        columns = {role: fields.pop(f"{role}_column") for role in ("offset", "exposure")}
        rows, extras = fields["rows"], {role: column for role, column in columns.items() if column is not None}
        given = {
            "offset": rows.offset is not None and not extras,
            "weights": rows.weight is not None,
            "precision": rows.precision is not None,
            "trials": "trials" in fields["likelihood"].parts,
        }
        fields["extras"] = extras | {role: None for role, there in given.items() if there}
    if name == "Fit" and isinstance(fields["penalty"], Ridge):  # NaN in the file, and what refuses to be one in the fit
        fields["covariance"] = no_covariance(fields["model"], fields["penalty"])
    return name, fields

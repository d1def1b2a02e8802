"""Objects as JSON and arrays, and back: field by field, each under the name of its class.

Only the classes of `CLASSES` are ever made when reading; a formula is written as its text and parsed again by the
whitelist, a distribution of scipy.stats is looked up by its name, functions are not written and nothing is evaluated.
Of the rows, and of whatever else holds data, the shape is written. Fields that a class had in earlier versions are read
as those that it has now (`RENEWED`). The seal of the file shows that nobody damaged it; `stattools verify` computes its
numbers again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from importlib import import_module
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
from stattools.inference.penalties import NO_SE
from stattools.inference.penalties.ridge import NoCovariance, Ridge, no_covariance
from stattools.interface.when_needed import stats
from stattools.likelihoods.links import LINKS, Link
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.own import OwnLikelihood, likelihood
from stattools.models.predictor import linear_of
from stattools.models.regressions.glm import FAMILIES
from stattools.models.survival.cox import COX_KINDS
from stattools.numerics.low_rank import LowRank
from stattools.solvers.mixed.maximum import MixedMaximum
from stattools.solvers.solution import Epoch, TraceStep


def is_whole(value: Any, least: int = 0) -> bool:
    """A count, of any size that float64 can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**63


FACTS = ("r_squared", "_spread", "rcond", "digits", "residual_sd", "own_accuracy", "own_log_score")
"""What was computed from the rows when the fit was saved."""

FACTS_SINCE = ("_spread",)
"""Facts that files of earlier versions have not, and are None there."""

CLASSES = {
    **{name: "likelihoods" for name in likelihoods.__all__ if name != "Likelihood"},
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


class BrokenRule(ValueError):
    """A file with something that no fit has; the message says what."""


HELD: dict[str, Any] = {
    "None": type(None),
    "int": int,
    "float": (float, int),
    "bool": bool,
    **dict.fromkeys(("str", "Status", "Kind", "Literal"), str),
    **dict.fromkeys(("tuple", "Columns", "Levels", "TakenUp", "TermNumbers"), tuple),
    **dict.fromkeys(("dict", "Mapping"), Mapping),
    **dict.fromkeys(("Floats", "ArrayLike"), (np.ndarray, Unsaved, NoCovariance, LowRank)),
}
"""By the first word of what a class declares of a field what it holds after reading; other fields hold no number."""


def _may_hold(kind: str, value: Any) -> bool:
    """Whether a field of this kind, one of several or not, may hold the value."""
    if value is None or kind == "Any":
        return kind == "Any" or kind.endswith("None") or kind in ("Columns", "Quality")
    words = [re.split(r"\W", one)[0] for one in kind.split(" | ")]
    if isinstance(value, bool):
        return "bool" in words
    return any(isinstance(value, HELD[one]) if one in HELD else not isinstance(value, int | float) for one in words)


def _agrees(it: Any) -> bool:
    """Whether a fit of a regression names its covariance and its degrees of freedom as its solution has them."""
    if not 0.0 < it.level < 1.0:
        return False
    if isinstance(it.penalty, Ridge):
        return it.cov == NO_SE
    scaled = isinstance(it, Estimates) and it.model.has_scale
    if it.cov != "information":
        return NAME.fullmatch(it.cov) is not None
    same = np.allclose(it.covariance, (it.scale**2 if scaled else 1.0) * it.solution.covariance, rtol=1e-6, atol=0.0)
    return same and it.degrees is None and it.t_df == (it.model.n - len(it.model.names) if scaled else math.inf)


def _is_of_its_sums(it: Any) -> bool:
    """Whether the estimates and the covariance of a mixed model are those that its sums of groups give again."""
    found, made = it.found, it.solution
    degrees = getattr(it, "degrees", None)
    C, least = it.covariance, 1e-9 * float(np.abs(it.covariance).max())
    again = found.covariance if degrees is None else degrees.covariance
    estimate = found.beta if isinstance(found, MixedMaximum) else found.estimate
    return (
        0.0 < it.level < 1.0
        and bool((np.abs(estimate - made.estimate) <= 1e-6 * np.sqrt(np.abs(C.diagonal()))).all())
        and math.isclose(found.loglik, made.loglik, rel_tol=1e-6, abs_tol=1e-6)
        and np.allclose(again, C, rtol=1e-6, atol=least)
    )


RULES: dict[str, Callable[[Any], bool]] = {
    "Fit": _agrees,
    "Model": lambda it: (
        (it.kind == "regression" or type(it.likelihood).__name__ in FAMILIES.get(it.kind, ()))
        and (it.predictor.width == it.likelihood.width and linear_of(it.likelihood, it.design) == it.predictor)
        and getattr(it.likelihood, "labels", ()) in ((), tuple(map(str, it.labels or ())))
    ),
    "SavedCoxFit": lambda it: it.ties in COX_KINDS and len(it.model.names) == len(it.center) and _agrees(it),
    "SavedMixedFit": _is_of_its_sums,
    "SavedMixedRegression": _is_of_its_sums,
    "Solution": lambda it: it.status in ("converged", "round-off") and it.rung in (None, "Cholesky", "QR", "exact"),
}
"""What is printed of a fit and no second computation of `stattools verify` tells: whether its parts agree."""


def _require(made: Any) -> None:
    """BrokenRule for an object with a field of another kind, or whose parts do not agree."""
    name = type(made).__name__
    for field in fields(made):
        if not _may_hold(str(field.type), getattr(made, field.name)):
            raise BrokenRule(f"the {field.name} of its {name} is {quoted(getattr(made, field.name))}")
    if name in RULES and not RULES[name](made):
        raise BrokenRule(f"the parts of its {name} do not agree")


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
    vars(saved).update({name: vars(given)[name] for name in ("density", "answers", "facts")})


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
    facts = {name: None for name in _facts_of(value) if name in FACTS_SINCE} | facts
    returned = {name: vars(getattr(type(value), name))["func"].__annotations__["return"] for name in _facts_of(value)}
    if facts.keys() != returned.keys() or not all(_may_hold(returned[name], fact) for name, fact in facts.items()):
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
    _require(made)
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

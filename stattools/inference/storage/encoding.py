"""Objects as JSON and arrays, and back: field by field, each under the name of its class.

Only the classes of `CLASSES` are ever made when reading; a formula is written as its text and parsed again by the
whitelist; nothing is evaluated. Of the rows, and of whatever else holds data, the shape is written.

Files of earlier versions: fields that a class had then, as the fields that it has now.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.formula.expression import column
from stattools.data.formula.formula import Formula, parse
from stattools.data.formula.survival_outcome import OPENS, survival_formula
from stattools.data.rows.rows import Rows
from stattools.errors import IncompatibleError, quoted
from stattools.inference.estimates import Estimates
from stattools.inference.penalties.ridge import NoCovariance, Ridge, no_covariance
from stattools.inference.storage.field_kinds import CLASSES, FACTS, FACTS_SINCE, is_number, is_whole
from stattools.inference.storage.own_likelihoods import made as made_again
from stattools.inference.storage.own_likelihoods import written
from stattools.inference.storage.rules import BrokenRule, require
from stattools.inference.storage.unsaved import Unsaved, refuse, unsaved_function
from stattools.likelihoods.links import LINKS, Link
from stattools.likelihoods.own import OwnLikelihood
from stattools.numerics.low_rank import LowRank
from stattools.solvers.solution import Epoch, TraceStep

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

"""Kinds of fields: what a field may hold after reading, by the kind that its class declares."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from stattools import likelihoods
from stattools.data.formula.formula import Formula
from stattools.inference.penalties.ridge import NoCovariance
from stattools.inference.storage.unsaved import Unsaved
from stattools.likelihoods.links import Link
from stattools.likelihoods.own import OwnLikelihood
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


KINDS: dict[str, Callable[[Any], bool]] = {
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
    "Columns": lambda value: value is None or KINDS["tuple[int, ...]"](value),
    "tuple[int, ...]": lambda value: isinstance(value, tuple) and all(map(is_whole, value)),
    "tuple[tuple[int, ...], ...]": lambda value: isinstance(value, tuple) and all(map(KINDS["tuple[int, ...]"], value)),
    "TermNumbers": lambda value: isinstance(value, tuple) and all(is_whole(number, -1) for number in value),
    "Levels": lambda value: (
        isinstance(value, tuple)
        and all(isinstance(part, tuple) and all(map(KINDS["tuple[Any, ...]"], part)) for part in value)
    ),
    "tuple[LocalMaximum, ...]": lambda value: (
        isinstance(value, tuple) and all(type(one).__name__ == "LocalMaximum" for one in value)
    ),
    "TakenUp": lambda value: (
        isinstance(value, tuple)
        and all(
            isinstance(one, tuple) and len(one) == 2 and is_whole(one[0]) and KINDS["tuple[int, ...]"](one[1])
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
    "BernoulliTrials": "models.samples.bernoulli_trials",
    "Custom": "models.custom",
    "Dense": "networks.dense",
    "Design": "data.design",
    "Digits": "solvers.digits",
    "Fit": "inference.fitted",
    "GlobalProof": "solvers.mixed.global_proof",
    "Jeffreys": "inference.penalties",
    "Linear": "models.predictors.linear",
    "LocalMaximum": "latent.ratio_search",
    "Model": "models.model",
    "Moments": "networks.batch_norm",
    "Network": "networks.network",
    "NetworkEnsemble": "networks.network_ensemble",
    "NetworkFit": "networks.network_fit",
    "OneVsRest": "models.regressions.one_vs_rest",
    "OneVsRestFit": "inference.separate_fits",
    "Perceptron": "networks.perceptron",
    "Ridge": "inference.penalties",
    "Satterthwaite": "inference.covariance.satterthwaite",
    "Rows": "data.rows.rows",
    "SavedCoxFit": "inference.storage.cox_fits",
    "SavedMixedFit": "inference.storage.mixed_fits",
    "SavedMixedRegression": "inference.storage.mixed_regressions",
    "Solution": "solvers.solution",
    "VarianceDifferences": "solvers.mixed.variance_differences",
    "VarianceDirections": "latent.variance_directions",
}
"""What a file may hold, and where it is defined."""


def is_of(value: Any, kind: str) -> bool:
    """Whether a field of this kind may hold the value."""
    return _is_one(value, kind) or any(_is_one(value, one) for one in kind.split(" | "))


def _is_one(value: Any, kind: str) -> bool:
    if kind in KINDS:
        return bool(KINDS[kind](value))
    if kind.startswith("tuple["):
        return isinstance(value, tuple) and bool(value) and all(_is_one(v, kind[6 : -len(", ...]")]) for v in value)
    return type(value).__name__ in UNIONS.get(kind, (kind,))


def are_distinct(values: Any) -> bool:
    """No value twice; 1, 1.0 and True are three."""
    return len({(type(value), value) for value in values}) == len(values)

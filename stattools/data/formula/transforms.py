"""The transforms a formula may use: this list, and nothing else, can be called from a formula.

| transform | takes | columns |
|---|---|---|
| `log exp sqrt log2 log10 log1p expm1 abs I` | numbers | 1 |
| `center scale` | numbers; constants learned once, kept for prediction | 1 |
| `poly bs cr cc ns` | numbers; a basis learned once, kept for prediction | several |
| `C` | a column, read as categories; contrasts `contr.treatment(base) sum helmert diff poly SAS` | levels - 1 |
| `s` | numbers; a smooth curve, whose coefficients are penalized (`smooth_parts.py`); `by=` is a column | its line |

The bases and contrasts are formulaic's (https://matthewwardrop.github.io/formulaic), equal to patsy's and R's where
those have them: `poly` is orthogonal (three-term recurrence), `bs` is de Boor's B-spline basis, `cr` and `cc` are the
cubic regression splines of Wood (2017, Generalized Additive Models, section 5.3.1), whose knots are quantiles of the
different values. `ns` has the knots of R's, quantiles of all rows, and with a constant it spans the same functions. The
columns of `cr` and `cc` add up to 1: beside a constant they are centered, unless `constraints=` says otherwise.

What the constants of transforms and contrasts may be: `raw` is True or False, `degree` a whole number, knots ascend.

Each kind has the words of an error and a test of the value. Text such as 'no' is true to Python: where a constant is a
truth value, only True and False are accepted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from stattools.data.formula.repeated_rows import LEARNED, quantiles
from stattools.errors import DomainError

LARGEST = 100
"""The largest degree= and df= of a basis: more columns than this are a slip or an attack."""
MOST_COEFFICIENTS = 500
"""The largest k= of a curve, whose coefficients are penalized: few of them are as good, and their cube is the time."""


class Option(NamedTuple):
    """A kind of constant: what it needs to be, in words, and whether a value is that."""

    needs: str
    accepts: Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= sys.float_info.max  # a whole number may exceed all floats


def _are_numbers(values: Any) -> bool:
    return isinstance(values, list | tuple) and all(map(_is_number, values))


def _is_level(value: Any) -> bool:
    return isinstance(value, str | bool) or _is_number(value)


def _are_levels(values: Any) -> bool:
    return isinstance(values, list | tuple) and all(map(_is_level, values)) and len(set(values)) == len(values)


def whole(low: int, high: int) -> Option:
    """A whole number within bounds.

    >>> [whole(1, 100).accepts(value) for value in (3, 0, 2.0, True, "3")]
    [True, False, False, False, False]
    """
    return Option(f"a whole number from {low} to {high}", lambda value: type(value) is int and low <= value <= high)


def one_of(*words: str) -> Option:
    """One of some words."""
    return Option(" or ".join(map(repr, words)), lambda value: isinstance(value, str) and value in words)


# The kinds of constants, named by what they are; DEGREE and DF are those of a basis.
TRUTH = Option("True or False", lambda value: isinstance(value, bool))
NUMBER = Option("a finite number", _is_number)
CENTER = Option("True, False or a finite number", lambda value: isinstance(value, bool) or _is_number(value))
SCALE = Option(
    "True, False or a number above 0", lambda value: isinstance(value, bool) or (_is_number(value) and value > 0)
)
ASCENDING = Option(
    "a list of numbers in ascending order", lambda values: _are_numbers(values) and list(values) == sorted(values)
)
DISTINCT_ASCENDING = Option(
    "a list of different numbers in ascending order",
    lambda values: _are_numbers(values) and list(values) == sorted(set(values)),
)
SCORES = Option(
    "a list of different numbers, one per level",
    lambda values: _are_numbers(values) and len(set(values)) == len(values),
)
CONSTRAINTS = Option("'center' or a list of numbers", lambda value: value == "center" or _are_numbers(value))
LEVEL = Option("a level: a text, a number, True or False", _is_level)
LEVELS = Option("a list of different levels", _are_levels)
CONTRAST = Option("a contrast such as contr.sum or contr.treatment('b')", lambda value: False)
"""A contrast is not a constant: it has constants of its own, and is looked up by its name."""

COLUMN = Option("the name of a column", lambda value: False)
"""A column is not a constant: it is looked up in the table."""

DEGREE, DF = whole(1, LARGEST), whole(1, LARGEST)
EXTRAPOLATION = one_of("raise", "clip", "na", "zero", "extend")


# Constants of the cubic regression splines `cr` and `cc`; those of the other transforms stand in TRANSFORMS.
CUBIC = {
    "df": DF,
    "knots": DISTINCT_ASCENDING,
    "lower_bound": NUMBER,
    "upper_bound": NUMBER,
    "constraints": CONSTRAINTS,
    "extrapolation": EXTRAPOLATION,
}
# Transforms of single numbers, which learn nothing.
ELEMENTWISE = {
    "log": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "abs": np.abs,
    "I": np.asarray,
}


@dataclass(frozen=True)
class Transform:
    """One allowed transform: the constants that it takes after its first argument, in order, and what each may be.

    `whole` says that it makes several columns, and so must be a whole factor and not a part of an expression.
    """

    constants: Mapping[str, Option] = field(default_factory=dict)
    whole: bool = False


# All transforms of a formula with their constants.
TRANSFORMS: dict[str, Transform] = {name: Transform() for name in ELEMENTWISE} | {
    "center": Transform(),
    "scale": Transform({"center": CENTER, "scale": SCALE, "ddof": whole(0, 2**31)}),
    "poly": Transform({"degree": DEGREE, "raw": TRUTH}, whole=True),
    "bs": Transform(
        {
            "df": DF,
            "knots": ASCENDING,
            "degree": whole(0, LARGEST),
            "include_intercept": TRUTH,
            "lower_bound": NUMBER,
            "upper_bound": NUMBER,
            "extrapolation": EXTRAPOLATION,
        },
        whole=True,
    ),
    "cr": Transform(CUBIC, whole=True),
    "cc": Transform(CUBIC, whole=True),
    "ns": Transform({name: CUBIC[name] for name in ("df", "knots", "lower_bound", "upper_bound")}, whole=True),
    "C": Transform({"contrasts": CONTRAST, "levels": LEVELS}, whole=True),
    "s": Transform({"k": whole(4, MOST_COEFFICIENTS), "by": COLUMN}, whole=True),
}

BESIDE_CONSTANT: Mapping[str, Mapping[str, Any]] = {name: {"constraints": "center"} for name in ("cr", "cc")}
"""What a spline whose columns add up to 1 is told beside a constant, of which the columns could not be told apart."""

HELMERT = {"reverse": TRUTH, "scale": TRUTH}
# How a contrast is written inside C(...), and the constants it takes. The second half are patsy's words for the first.
CONTRASTS: dict[str, Mapping[str, Option]] = {
    "contr.treatment": {"base": LEVEL},
    "contr.SAS": {"base": LEVEL},
    "contr.sum": {},
    "contr.helmert": HELMERT,
    "contr.diff": {"backward": TRUTH},
    "contr.poly": {"scores": SCORES},
    "Treatment": {"reference": LEVEL},
    "Sum": {},
    "Helmert": HELMERT,
    "Diff": {"backward": TRUTH},
    "Poly": {"scores": SCORES},
}

# What errors say of what a formula may contain.
ALLOWED = (
    "A formula may use column names, numbers, text constants, + - * / // % ** and one comparison (> >= < <= == !=) "
    f"inside a call, and the transforms {', '.join(sorted(TRANSFORMS, key=str.lower))} "
    "(with contr.treatment, contr.sum, contr.helmert, ... inside C)"
)


NO_CURVE = (
    's(...) is a curve with a penalty, a term of its own of the first formula of st.glm("y ~ s(x)", table, '
    'family="normal"), st.linear_mixed, st.logistic, st.poisson, st.cox and other regressions that integrate effects '
    "out. Here a spline without a penalty is bs(x, df=5)."
)
"""What is said where a formula that takes no curve has one."""


def transformed(
    name: str, values: np.ndarray, constants: Mapping[str, Any], state: dict[str, Any], weights: Any = None
) -> Any:
    """Values of one transform; `state` is filled the first time and only read after that. It is learned from values as
    often as their `weights` say; those of weight 0 may lie beyond the ends of a spline, which goes on there.

    One column is an array of shape (n,); several are formulaic's `FactorValues`.

    >>> state = {}
    >>> transformed("center", np.array([1.0, 3.0]), {}, state).tolist()
    [-1.0, 1.0]
    >>> transformed("center", np.array([10.0]), {}, state).tolist()
    [8.0]
    """
    if name in ELEMENTWISE:
        return ELEMENTWISE[name](values)
    if name == "s":
        raise DomainError(NO_CURVE)
    from formulaic.transforms import TRANSFORMS as FORMULAIC

    learning = not state
    if name == "ns":
        name, constants = "cr", {"constraints": "center", **(_knots(values, weights, **constants) if learning else {})}
    if (
        name == "cr"
        and constants.get("constraints") == "center"
        and (constants.get("df") == 1 or constants.get("knots") in ([], ()))
    ):
        raise ValueError("without a knot within it is a straight line: write x itself, or df=2 or more")
    if weights is not None:
        if learning:
            state.update(LEARNED[name](values[weights > 0.0], constants, weights[weights > 0.0]))
        if constants.get("extrapolation", "raise" if name == "bs" else "extend") == "raise":
            constants = {**constants, "extrapolation": "extend"}
    made = FORMULAIC[name](values, **constants, _state=state)
    if learning and "knots" in state and list(state["knots"]) != sorted(state["knots"]):
        raise ValueError(f"its knots must lie within {state['lower_bound']:.6g} and {state['upper_bound']:.6g}")
    if name == "poly" and isinstance(made, np.ndarray) and constants.get("raw"):
        from formulaic.materializers.types import FactorValues

        names = tuple(str(power) for power in range(1, made.shape[1] + 1))  # names are powers, as in R
        return FactorValues(made, column_names=names)
    return made


def _knots(
    x: np.ndarray,
    weights: Any,
    df: int | None = None,
    knots: Any = None,
    lower_bound: Any = None,
    upper_bound: Any = None,
) -> dict[str, Any]:
    """The knots of R's `ns`: as they are given, or df - 1 quantiles of the rows within the bounds.

    >>> _knots(np.array([0.0, 0.0, 1.0, 4.0]), None, 2)
    {'knots': [0.5], 'lower_bound': 0.0, 'upper_bound': 4.0}
    """
    if df is not None and knots is not None:
        raise ValueError("give df= or knots=, not both")
    weights = np.ones(len(x)) if weights is None else weights
    x, weights = x[weights > 0.0], weights[weights > 0.0]
    low = float(x.min() if lower_bound is None else lower_bound)
    high = float(x.max() if upper_bound is None else upper_bound)
    if knots is None:
        if df is None:
            raise ValueError("it needs df=, the number of its columns, or knots=")
        within = (x >= low) & (x <= high)
        knots = quantiles(x[within], weights[within], np.arange(1, df) / df).tolist() if within.any() else []
        if len({low, *knots, high}) < len(knots) + 2:
            raise ValueError(
                f"many rows have the same value, and {len(knots)} quantiles are not different: use fewer df"
            )
    return {"knots": knots, "lower_bound": low, "upper_bound": high}


def contrast(name: str, constants: Mapping[str, Any]) -> Any:
    """The contrasts of formulaic that `contr.sum`, `Treatment("b")` and the like stand for."""
    from formulaic.transforms import TRANSFORMS as FORMULAIC
    from formulaic.transforms import ContrastsRegistry

    registered = name.removeprefix("contr.")
    maker = FORMULAIC[name] if registered == name else getattr(ContrastsRegistry, registered)
    return maker(**constants)

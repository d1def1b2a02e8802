"""The transforms of a formula: the constants that each takes, what it learns from the rows, and its values.

| transform | takes | columns |
|---|---|---|
| `log exp sqrt log2 log10 log1p expm1 abs I` | numbers | 1 |
| `center scale` | numbers; constants learned once, kept for prediction | 1 |
| `poly bs cr cc ns` | numbers; a basis learned once, kept for prediction | several |
| `C` | a column, read as categories; contrasts `contr.treatment(base) sum helmert diff poly SAS` | levels - 1 |
| `s` | numbers; a smooth curve, whose coefficients are penalized (`parts.py`); `by=` is a column | its line |

The bases and contrasts are formulaic's (https://matthewwardrop.github.io/formulaic), equal to patsy's and R's where
those have them; `cr` and `cc` are those of Wood (2017, Generalized Additive Models, section 5.3.1), whose knots are
quantiles of the different values. `ns` has R's knots, quantiles of all rows, and with a constant it spans the same
functions. Beside a constant `cr` and `cc`, whose columns add up to 1, are centered, unless `constraints=` says
otherwise. From values with frequencies they learn what the table with each row so often teaches.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.numerics.sums import SampleMoments

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


def whole(low: int, high: int) -> Option:
    """A whole number within bounds.

    >>> [whole(1, 100).accepts(value) for value in (3, 0, 2.0, True, "3")]
    [True, False, False, False, False]
    """
    return Option(f"a whole number from {low} to {high}", lambda value: type(value) is int and low <= value <= high)


def listed(
    needs: str, of: Callable[[Any], bool] = _is_number, *, differ: bool = True, ascend: bool = False, beside: Any = ()
) -> Option:
    """A list of values that are accepted, which may have to differ or to ascend; or the value `beside`."""

    def is_one(values: Any) -> bool:
        if not (isinstance(values, list | tuple) and all(map(of, values))):
            return values == beside
        return (not differ or len(set(values)) == len(values)) and (not ascend or list(values) == sorted(values))

    return Option(needs, is_one)


NUMBER = Option("a finite number", _is_number)

TRUTH = Option("True or False", lambda value: isinstance(value, bool))
"""Text such as 'no' is true to Python: where a constant is a truth value, only True and False are accepted."""

LEVEL = Option("a level: a text, a number, True or False", lambda v: isinstance(v, str | bool) or _is_number(v))

CONTRAST, COLUMN = Option("a contrast", lambda value: False), Option("a column", lambda value: False)
"""What is not a constant: a contrast is looked up by its name and has constants of its own, a column in the table."""

DF = whole(1, LARGEST)

BOUNDS = {"lower_bound": NUMBER, "upper_bound": NUMBER}

NATURAL = {"df": DF, "knots": listed("a list of different numbers in ascending order", ascend=True)} | BOUNDS

BEYOND = ("raise", "clip", "na", "zero", "extend")

BOUNDED = {"extrapolation": Option(" or ".join(map(repr, BEYOND)), BEYOND.__contains__)}

CUBIC = NATURAL | {"constraints": listed("'center' or a list of numbers", differ=False, beside="center")} | BOUNDED

ELEMENTWISE = {name: getattr(np, name) for name in ("log", "exp", "sqrt", "log2", "log10", "log1p", "expm1", "abs")}
ELEMENTWISE["I"] = np.asarray
"""Transforms of single numbers, which learn nothing."""

BASES = ("poly", "bs", "cr", "cc", "ns")
"""Transforms that make several columns."""

# All transforms of a formula: the constants that each takes after its first argument, in order, and what they may be.
TRANSFORMS: Mapping[str, Mapping[str, Option]] = {name: {} for name in (*ELEMENTWISE, "center")} | {
    "scale": {
        "center": Option("True, False or a finite number", lambda given: isinstance(given, bool) or _is_number(given)),
        "scale": Option("True, False or a number above 0", lambda v: isinstance(v, bool) or (_is_number(v) and v > 0)),
        "ddof": whole(0, 2**31),
    },
    "poly": {"degree": DF, "raw": TRUTH},
    "bs": {"df": DF, "knots": listed("a list of numbers in ascending order", differ=False, ascend=True)}
    | {"degree": whole(0, LARGEST), "include_intercept": TRUTH, **BOUNDS, **BOUNDED},
    "cr": CUBIC,
    "cc": CUBIC,
    "ns": NATURAL,
    "C": {"contrasts": CONTRAST, "levels": listed("a list of different levels", LEVEL.accepts)},
    "s": {"k": whole(4, MOST_COEFFICIENTS), "by": COLUMN},
}

# How a contrast is written inside C(...), and the constants it takes; below in patsy's words.
CONTRASTS: dict[str, Mapping[str, Option]] = {
    "contr.treatment": {"base": LEVEL},
    "contr.SAS": {"base": LEVEL},
    "contr.sum": {},
    "contr.helmert": {"reverse": TRUTH, "scale": TRUTH},
    "contr.diff": {"backward": TRUTH},
    "contr.poly": {"scores": listed("a list of different numbers, one per level")},
    "Treatment": {"reference": LEVEL},
}
CONTRASTS |= {word: CONTRASTS[f"contr.{word.lower()}"] for word in ("Sum", "Helmert", "Diff", "Poly")}

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
    w = np.ones(np.shape(values)) if weights is None else weights
    x, w = values[w > 0.0], w[w > 0.0]
    if name == "ns":
        name, constants = "cr", {"constraints": "center", **(_ns(x, constants, w) if learning else {})}
    is_line = constants.get("df") == 1 or constants.get("knots") in ([], ())
    if name == "cr" and constants.get("constraints") == "center" and is_line:
        raise ValueError("without a knot within it is a straight line: write x itself, or df=2 or more")
    if weights is not None:
        if constants.get("extrapolation", "raise" if name == "bs" else "extend") == "raise":
            constants = {**constants, "extrapolation": "extend"}
        if learning:
            state.update(LEARNED[name](x, constants, w))
    made = FORMULAIC[name](values, **constants, _state=state)
    if learning and "knots" in state and list(state["knots"]) != sorted(state["knots"]):
        raise ValueError(f"its knots must lie within {state['lower_bound']:.6g} and {state['upper_bound']:.6g}")
    if name == "poly" and isinstance(made, np.ndarray) and constants.get("raw"):
        from formulaic.materializers.types import FactorValues

        return FactorValues(made, column_names=tuple(map(str, range(1, made.shape[1] + 1))))  # powers, as in R
    return made


def _ends(x: Floats, given: Mapping[str, Any]) -> tuple[float, float]:
    return float(given.get("lower_bound", x.min())), float(given.get("upper_bound", x.max()))


def _ns(x: Floats, given: Mapping[str, Any], w: Floats) -> dict[str, Any]:
    """The knots of R's `ns`, as `cr` takes them: given, or df - 1 quantiles of the rows within the bounds.

    >>> _ns(np.array([0.0, 0.0, 1.0, 4.0]), {"df": 2}, np.ones(4))
    {'knots': [0.5], 'lower_bound': 0.0, 'upper_bound': 4.0}
    """
    df, knots = given.get("df"), given.get("knots")
    if df is not None and knots is not None:
        raise ValueError("give df= or knots=, not both")
    low, high = _ends(x, given)
    if knots is None:
        if df is None:
            raise ValueError("it needs df=, the number of its columns, or knots=")
        within = (x >= low) & (x <= high)
        knots = quantiles(x[within], w[within], np.arange(1, df) / df).tolist() if within.any() else []
        if len({low, *knots, high}) < len(knots) + 2:
            raise ValueError(
                f"many rows have the same value, and {len(knots)} quantiles are not different: use fewer df"
            )
    return {"knots": knots, "lower_bound": low, "upper_bound": high}


def of_moments(moments: SampleMoments, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of `center` and `scale`, from the moments of all values; the scale of values that do not vary is 0 or NaN."""
    center, scale, ddof = (given.get(name, usual) for name, usual in (("center", True), ("scale", True), ("ddof", 1)))
    if isinstance(center, bool):
        center = moments.mean if center else None
    if isinstance(scale, bool):
        square = moments.about(0.0 if center is None else float(center))
        scale = np.sqrt(np.divide(square, moments.n - ddof)) if scale else None
    return {"ddof": ddof, "center": center, "scale": scale}


def _poly(x: Floats, given: Mapping[str, Any], w: Floats) -> dict[str, Any]:
    """Of orthogonal polynomials; powers as they are learn nothing."""
    if given.get("raw"):
        return {}
    alpha, norms, before, now = {}, {0: float(w.sum())}, np.zeros(len(x)), np.ones(len(x))
    for k in range(given.get("degree", 1)):
        alpha[k] = w @ (x * now * now) / norms[k]
        before, now = now, (x - alpha[k]) * now - (norms[k] / norms[k - 1] * before if k else 0.0)
        norms[k + 1] = w @ (now * now)
    return {"alpha": alpha, "norms2": norms}


def _bs(x: Floats, given: Mapping[str, Any], w: Floats) -> dict[str, Any]:
    """Of B-splines: the ends, and where `df` says how many there are the knots."""
    low, high = _ends(x, given)
    state, degree = {"lower_bound": low, "upper_bound": high}, given.get("degree", 3)
    inner = (given.get("df") or 0) - degree - bool(given.get("include_intercept"))
    if given.get("df") and "knots" not in given and inner >= 0:
        inside = (x >= low) & (x <= high)
        if given.get("extrapolation") in ("clip", "na", "zero") and inside.any():
            x, w = x[inside], w[inside]
        knots = quantiles(x, w, np.linspace(0.0, 1.0, inner + 2)[1:-1]).tolist()
        state["knots"] = [low] * (degree + 1) + knots + [high] * (degree + 1)
    return state


def _cubic(name: str, x: Floats, given: Mapping[str, Any], w: Floats) -> dict[str, Any]:
    """Of cubic regression splines, whose knots are those of one column more without the constraint."""
    from formulaic.transforms import TRANSFORMS as FORMULAIC

    state: dict[str, Any] = {}
    centered = given.get("constraints") == "center"
    if centered:
        given = {**given, "constraints": None, "df": given["df"] + 1 if "df" in given else None}
    free: Any = FORMULAIC[name](x, **given, _state=state)
    if centered:
        state["constraints"] = np.array([[np.average(column, weights=w) for column in free.values()]])
    return state


LEARNED: dict[str, Callable[..., dict[str, Any]]] = {
    "center": lambda x, given, w: of_moments(SampleMoments.of(x, w), {"scale": False}),
    "scale": lambda x, given, w: of_moments(SampleMoments.of(x, w), given),
    "poly": _poly,
    "bs": _bs,
    "cr": partial(_cubic, "cr"),
    "cc": partial(_cubic, "cc"),
}
"""What values (n,), the constants of the call and weights (n,) above 0 teach, by the name of the transform."""


WEIGHTS = ""
"""Where the frequencies of the rows stand among learned constants, while these are learned."""


def are_frequencies(weights: Floats) -> bool:
    """Whether rows may have been seen so often; the model refuses other weights by name."""
    return bool(np.isfinite(weights).all() and (weights >= 0.0).all() and (weights > 0.0).any())


def quantiles(x: Floats, w: Floats, levels: Floats) -> Floats:
    """Quantiles of values repeated w times, between neighbors by a straight line as NumPy's.

    >>> quantiles(np.array([3.0, 1.0]), np.array([1.0, 3.0]), np.array([0.5, 0.75])).tolist()
    [1.0, 1.5]
    """
    order = np.argsort(x, kind="stable")
    x, upto = x[order], np.cumsum(w[order])
    place = levels * max(upto[-1] - 1.0, 0.0)
    below = np.floor(place)
    last = len(x) - 1
    low, high = (x[np.minimum(np.searchsorted(upto, k, side="right"), last)] for k in (below, below + 1.0))
    return low + (high - low) * (place - below)


def contrast(name: str, constants: Mapping[str, Any]) -> Any:
    """The contrasts of formulaic that `contr.sum`, `Treatment("b")` and the like stand for."""
    from formulaic.transforms import TRANSFORMS as FORMULAIC
    from formulaic.transforms import ContrastsRegistry

    registered = name.removeprefix("contr.")
    maker = FORMULAIC[name] if registered == name else getattr(ContrastsRegistry, registered)
    return maker(**constants)

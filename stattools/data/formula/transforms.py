"""The transforms a formula may use: this list, and nothing else, can be called from a formula.

| transform | takes | columns |
|---|---|---|
| `log exp sqrt log2 log10 log1p expm1 abs I` | numbers | 1 |
| `center scale` | numbers; constants learned once, kept for prediction | 1 |
| `poly bs cr cc` | numbers; a basis learned once, kept for prediction | several |
| `C` | a column, read as categories; contrasts `contr.treatment(base) sum helmert diff poly SAS` | levels - 1 |

The bases and contrasts are formulaic's (https://matthewwardrop.github.io/formulaic), equal to patsy's and R's where
those have them: `poly` is orthogonal (three-term recurrence), `bs` is de Boor's B-spline basis, `cr` and `cc` are the
cubic regression splines of Wood (2017, Generalized Additive Models, section 5.3.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stattools.data.formula import options
from stattools.data.formula.options import Option, whole

# Constants of the cubic regression splines `cr` and `cc`; those of the other transforms stand in TRANSFORMS.
CUBIC = {
    "df": options.DF,
    "knots": options.DISTINCT_ASCENDING,
    "lower_bound": options.NUMBER,
    "upper_bound": options.NUMBER,
    "constraints": options.CONSTRAINTS,
    "extrapolation": options.EXTRAPOLATION,
}
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


TRANSFORMS: dict[str, Transform] = {name: Transform() for name in ELEMENTWISE} | {
    "center": Transform(),
    "scale": Transform({"center": options.CENTER, "scale": options.SCALE, "ddof": whole(0, 2**31)}),
    "poly": Transform({"degree": options.DEGREE, "raw": options.TRUTH}, whole=True),
    "bs": Transform(
        {
            "df": options.DF,
            "knots": options.ASCENDING,
            "degree": whole(0, options.LARGEST),
            "include_intercept": options.TRUTH,
            "lower_bound": options.NUMBER,
            "upper_bound": options.NUMBER,
            "extrapolation": options.EXTRAPOLATION,
        },
        whole=True,
    ),
    "cr": Transform(CUBIC, whole=True),
    "cc": Transform(CUBIC, whole=True),
    "C": Transform({"contrasts": options.CONTRAST, "levels": options.LEVELS}, whole=True),
}

HELMERT = {"reverse": options.TRUTH, "scale": options.TRUTH}
# How a contrast is written inside C(...), and the constants it takes. The second half are patsy's words for the first.
CONTRASTS: dict[str, Mapping[str, Option]] = {
    "contr.treatment": {"base": options.LEVEL},
    "contr.SAS": {"base": options.LEVEL},
    "contr.sum": {},
    "contr.helmert": HELMERT,
    "contr.diff": {"backward": options.TRUTH},
    "contr.poly": {"scores": options.SCORES},
    "Treatment": {"reference": options.LEVEL},
    "Sum": {},
    "Helmert": HELMERT,
    "Diff": {"backward": options.TRUTH},
    "Poly": {"scores": options.SCORES},
}

ALLOWED = (
    "A formula may use column names, numbers, text constants, + - * / // % ** and one comparison (> >= < <= == !=) "
    f"inside a call, and the transforms {', '.join(sorted(TRANSFORMS, key=str.lower))} "
    "(with contr.treatment, contr.sum, contr.helmert, ... inside C)"
)


def transformed(name: str, values: np.ndarray, constants: Mapping[str, Any], state: dict[str, Any]) -> Any:
    """Values of one transform; `state` is filled the first time and only read after that.

    One column is an array of shape (n,); several are formulaic's `FactorValues`.

    >>> state = {}
    >>> transformed("center", np.array([1.0, 3.0]), {}, state).tolist()
    [-1.0, 1.0]
    >>> transformed("center", np.array([10.0]), {}, state).tolist()
    [8.0]
    """
    if name in ELEMENTWISE:
        return ELEMENTWISE[name](values)
    from formulaic.transforms import TRANSFORMS as FORMULAIC

    learning = not state
    made = FORMULAIC[name](values, **constants, _state=state)
    if learning and "knots" in state and list(state["knots"]) != sorted(state["knots"]):
        raise ValueError(f"its knots must lie within {state['lower_bound']:.6g} and {state['upper_bound']:.6g}")
    if name == "poly" and isinstance(made, np.ndarray) and constants.get("raw"):
        from formulaic.materializers.types import FactorValues

        names = tuple(str(power) for power in range(1, made.shape[1] + 1))  # names are powers, as in R
        return FactorValues(made, column_names=names)
    return made


def contrast(name: str, constants: Mapping[str, Any]) -> Any:
    """The contrasts of formulaic that `contr.sum`, `Treatment("b")` and the like stand for."""
    from formulaic.transforms import TRANSFORMS as FORMULAIC
    from formulaic.transforms import ContrastsRegistry

    registered = name.removeprefix("contr.")
    maker = FORMULAIC[name] if registered == name else getattr(ContrastsRegistry, registered)
    return maker(**constants)

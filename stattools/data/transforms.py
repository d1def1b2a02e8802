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
from dataclasses import dataclass
from typing import Any

import numpy as np

SPLINE = ("df", "knots", "lower_bound", "upper_bound", "constraints", "extrapolation")
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
    """One allowed transform: the constants it takes after its first argument, in order.

    `whole` says that it makes several columns and must therefore be a whole factor, never a part of an expression.
    """

    constants: tuple[str, ...] = ()
    whole: bool = False


TRANSFORMS: dict[str, Transform] = {name: Transform() for name in ELEMENTWISE} | {
    "center": Transform(),
    "scale": Transform(("center", "scale", "ddof")),
    "poly": Transform(("degree", "raw"), whole=True),
    "bs": Transform(
        (
            "df",
            "knots",
            "degree",
            "include_intercept",
            "lower_bound",
            "upper_bound",
            "extrapolation",
        ),
        whole=True,
    ),
    "cr": Transform(SPLINE, whole=True),
    "cc": Transform(SPLINE, whole=True),
    "C": Transform(("contrasts", "levels"), whole=True),
}

# How a contrast is written inside C(...), and the constants it takes; the second half are patsy's words for the first.
CONTRASTS: dict[str, tuple[str, ...]] = {
    "contr.treatment": ("base",),
    "contr.SAS": ("base",),
    "contr.sum": (),
    "contr.helmert": ("reverse", "scale"),
    "contr.diff": ("backward",),
    "contr.poly": ("scores",),
    "Treatment": ("reference",),
    "Sum": (),
    "Helmert": ("reverse", "scale"),
    "Diff": ("backward",),
    "Poly": ("scores",),
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

    return FORMULAIC[name](values, **constants, _state=state)


def contrast(name: str, constants: Mapping[str, Any]) -> Any:
    """The formulaic contrasts object behind `contr.sum`, `Treatment("b")` and their kin."""
    from formulaic.transforms import TRANSFORMS as FORMULAIC
    from formulaic.transforms import ContrastsRegistry

    registered = name.removeprefix("contr.")
    maker = FORMULAIC[name] if registered == name else getattr(ContrastsRegistry, registered)
    return maker(**constants)

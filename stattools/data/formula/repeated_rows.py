"""What transforms learn from values that frequency weights repeat: what the table with each row so often teaches.

center: sum w x / N, N = sum w          scale: sqrt(sum w (x - center)^2 / (N - ddof))
poly: P_(k+1) = (x - a_k) P_k - (v_k / v_(k-1)) P_(k-1),   v_k = sum w P_k^2,   a_k = sum w x P_k^2 / v_k
bs: knots at quantiles of the repeated values      cr, cc: knots among different values, columns of weighted mean 0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.sums import SampleMoments

WEIGHTS = ""
"""Where the frequencies of the rows stand among learned constants, while these are learned."""


def are_frequencies(weights: Floats) -> bool:
    """Whether rows may have been seen so often; the model refuses other weights by name."""
    return bool(np.isfinite(weights).all() and (weights >= 0.0).all() and (weights > 0.0).any())


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
    low, high = given.get("lower_bound", float(x.min())), given.get("upper_bound", float(x.max()))
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
    """Of cubic regression splines, whose knots are quantiles of different values."""
    from formulaic.transforms import TRANSFORMS as FORMULAIC

    state: dict[str, Any] = {}
    given = given if given.get("extrapolation", "raise") != "raise" else {**given, "extrapolation": "extend"}
    FORMULAIC[name](x, **given, _state=state)
    if given.get("constraints") == "center":
        whole = {"knots": state["knots"][1:-1]} | {end: state[end] for end in ("lower_bound", "upper_bound")}
        free: Any = FORMULAIC[name](x, **whole, extrapolation=given["extrapolation"], _state={})
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

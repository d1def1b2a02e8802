"""Distributions with one entry per arm: parameters that are numbers or arrays, labels, equality, and their table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.data.tables.table import paired
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import are_different, labelled, written
from stattools.interface.arrays import Floats
from stattools.text.columns import many
from stattools.text.printing import printed

if TYPE_CHECKING:
    import pandas as pd
Labels = tuple[Hashable, ...] | None

PURE = (1e-100, 1e15)
"""Shapes and counts, numbers without a unit, are between these: 1 more or less than 1e15 is told apart."""
IN_UNITS = (1e-250, 1e250)
"""Rates and scales are between these, and standard deviations, which are squared, between their roots."""

ENDS = dict.fromkeys(("a", "b", "shape", "df", "strength", "concentration"), PURE) | {
    "sd": (1e-120, 1e120),
    "rate": (1e-130, 1e130),
}
"""The range of positive parameters by their names; of others it is IN_UNITS."""


def require_range(who: str, name: str, values: Floats) -> None:
    """DomainError for a positive parameter whose moments are beyond float64.

    >>> require_range("Beta", "a", np.array(1.0))
    """
    low, high = ENDS.get(name, IN_UNITS)
    beyond = ~((values >= low) & (values <= high))
    if beyond.any():
        raise DomainError(f"{who} needs {name} between {low:g} and {high:g}; got {values[beyond].flat[0]:.6g}.")


def arms_of(distribution: Any, names: Iterable[str]) -> Any:
    """The labels of the arms: those that were given, or those of parameters that are pandas series of different labels.

    Raises DomainError where two series have different indexes, and where labels are not those of the arms.
    """
    given, arms = [(name, getattr(distribution, name)) for name in names], getattr(distribution, "arms", None)
    index = paired(*given)
    if arms is None and (index is None or not index.is_unique):
        return None
    return labelled("the arms", arms, *(pair for pair in given if getattr(pair[1], "ndim", 0) == 1))


def labels(arms: Any, shape: tuple[int, ...], who: str) -> Labels:
    """The labels as a tuple, one per entry and all different, or None."""
    if arms is None:
        return None
    found = written(_several(arms))
    try:
        set(found)
    except TypeError:
        raise DomainError(f"{who} needs arms=, labels such as text or numbers; got {quoted(arms)}.") from None
    if len(shape) != 1 or len(found) != shape[0]:
        raise DomainError(f"{who} needs arms=, one label per entry of shape {shape}; got {len(found)} labels.")
    if not are_different(found):
        again = [label for label, times in Counter(found).items() if times > 1]
        wrong = f"{again[0]!r} occurs twice" if again else f"one is missing in {quoted(list(found))}"
        raise DomainError(f"{who} needs arms= with different labels; {wrong}.")
    return found


def _several(arms: Any) -> tuple[Any, ...]:
    """Labels as a tuple; text, and what holds no labels, is one."""
    single = isinstance(arms, str) or not isinstance(arms, Iterable) or getattr(arms, "shape", None) == ()
    return (arms,) if single else tuple(arms)


def place(where: tuple[int, ...], arms: object) -> str:
    """`in arm 'B'` or `at position 3`, for an error message."""
    known = () if arms is None else _several(arms)
    if len(where) == 1 and where[0] < len(known):
        return f"in arm {quoted(known[where[0]])}"
    return f"at position {where[0] if len(where) == 1 else where}"


def parameters(distribution: Any) -> tuple[str, ...]:
    """The names of the parameters.

    >>> import stattools as st
    >>> parameters(st.Beta(1, 2))
    ('a', 'b')
    """
    return tuple(one.name for one in fields(distribution) if one.init and not one.kw_only)


def frozen(values: object) -> Any:
    """A copy that cannot be written to."""
    copy = np.array(values)
    copy.setflags(write=False)
    return copy


def plain(value: Any) -> Any:
    """A float for a single number, the array otherwise."""
    return float(value) if np.ndim(value) == 0 else np.asarray(value)


def key(distribution: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    """What makes two distributions of a type equal: their parameters, to the last bit."""
    values = (getattr(distribution, name) for name in names)
    return tuple(v if isinstance(v, float) else (v.shape, v.tobytes()) for v in values)


@printed
def shown(distribution: Any, names: tuple[str, ...]) -> str:
    """`Beta(5, 3)` for one, `Beta of 3 arms (A, B, C): ...` for several."""
    who, values = type(distribution).__name__, [getattr(distribution, name) for name in names]
    if np.ndim(values[0]) == 0:
        return f"{who}({', '.join(f'{value:.15g}' for value in values)})"
    parts = []
    for value in values:
        entries = [f"{v:.6g}" for v in value.ravel()[:4]] + ["..."] * (value.size > 4)
        parts.append(f"[{', '.join(entries)}]")
    count = many(values[0].size, "arm")
    arms = getattr(distribution, "arms", None)
    told = "" if arms is None else f": {', '.join(map(str, arms[:4]))}{', ...' * (len(arms) > 4)}"
    return f"{who}({', '.join(parts)}; {count}{told})"


def table(distribution: Any, prob: float, kind: str) -> pd.DataFrame:
    """One row per arm: arm, mean, sd, median, lower, upper."""
    import pandas as pd

    lower, upper = distribution.interval(prob, kind=kind)
    columns = {"mean": distribution.mean, "sd": distribution.sd, "median": distribution.median}
    columns |= {"lower": lower, "upper": upper}
    size = np.size(distribution.mean)
    arms = distribution.arms if distribution.arms is not None else range(size)
    frame = pd.DataFrame({name: np.ravel(value) for name, value in columns.items()})
    frame.insert(0, "arm", list(arms))
    return frame


def matched(distribution: Any, shape: tuple[int, ...], data: Any) -> tuple[Any, dict[str, Labels]]:
    """The data with the arms in the order of the posterior, and its labels; an arm that the data lack saw nothing.

    A single prior serves each arm alike. Raises IncompatibleError where the arms do not correspond.
    """
    own, theirs = distribution.arms, data.arms
    if data.shape == shape and (own is None or theirs is None or own == theirs):
        return data, {"arms": theirs if own is None else own}
    if shape == () and distribution.seen is None:
        return data, {"arms": theirs}
    if own is not None and theirs is not None:
        unknown = [label for label in theirs if label not in own]
        if not unknown:
            return data.over(own), {"arms": own}
        raise IncompatibleError(
            f"update needs data of the arms {', '.join(map(repr, own[:8]))}; got arm {unknown[0]!r}. "
            "Put all arms into the first update."
        )
    who = type(distribution).__name__
    has = many(np.prod(shape, dtype=int), "arm") if shape else "seen one sequence"
    got = many(np.prod(data.shape, dtype=int), "arm") if data.shape else "one total"
    raise IncompatibleError(
        f"update needs data of the same arms: this {who} has {has}, the data have {got}. "
        + ("Label both, or give each arm its data." if shape else f"A fresh prior serves each arm: {who}(...) anew.")
    )


def terms(distribution: Any, name: str) -> tuple[str, ...]:
    """The names of the intervals: the parameter's for one distribution, the arms' for several."""
    size = np.size(distribution.mean)
    if np.ndim(distribution.mean) == 0:
        return (name,)
    return tuple(map(str, distribution.arms if distribution.arms is not None else range(size)))

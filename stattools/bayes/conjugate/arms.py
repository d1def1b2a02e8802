"""Distributions with one entry per arm: parameters that are numbers or arrays, labels, equality, and their table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.tables.table import paired
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import are_different, labelled, written
from stattools.interface.arrays import Floats
from stattools.text.columns import many
from stattools.text.printing import printed

Labels = tuple[Hashable, ...] | None

Counts = int | NDArray[np.int64]

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


def arms_of(given: Mapping[str, object], arms: object) -> object:
    """The labels of the arms: those that were given, or those of parameters that are pandas series of different labels.

    Raises DomainError where two series have different indexes, and where labels are not those of the arms.
    """
    index = paired(*given.items())
    if arms is None and (index is None or not index.is_unique):
        return None
    return labelled("the arms", arms, *(pair for pair in given.items() if getattr(pair[1], "ndim", 0) == 1))


def labels(arms: object, shape: tuple[int, ...], who: str) -> Labels:
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


def _several(arms: object) -> tuple[Hashable, ...]:
    """Labels as a tuple; text, and what holds no labels, is one."""
    if isinstance(arms, str) or not isinstance(arms, Iterable) or getattr(arms, "shape", None) == ():
        return (arms,)
    return tuple(arms)


def place(where: tuple[int, ...], arms: object) -> str:
    """`in arm 'B'` or `at position 3`, for an error message."""
    known = () if arms is None else _several(arms)
    if len(where) == 1 and where[0] < len(known):
        return f"in arm {quoted(known[where[0]])}"
    return f"at position {where[0] if len(where) == 1 else where}"


def parameters(distribution: Any) -> dict[str, Any]:
    """The parameters by their names.

    >>> import stattools as st
    >>> parameters(st.Beta(1, 2))
    {'a': 1.0, 'b': 2.0}
    """
    return {one.name: getattr(distribution, one.name) for one in fields(distribution) if one.init and not one.kw_only}


def frozen(values: ArrayLike) -> Floats:
    """A copy that cannot be written to."""
    copy = np.array(values, dtype=float)
    copy.setflags(write=False)
    return copy


def plain(value: ArrayLike) -> float | Floats:
    """A float for a single number, the array otherwise."""
    found = np.asarray(value)
    return found if found.ndim else float(found)


@printed
def shown(distribution: object, arms: Labels = None) -> str:
    """`Beta(5, 3)` for one, `Beta of 3 arms (A, B, C): ...` for several."""
    who, values = type(distribution).__name__, list(parameters(distribution).values())
    if np.ndim(values[0]) == 0:
        return f"{who}({', '.join(f'{value:.15g}' for value in values)})"
    parts = []
    for value in values:
        entries = [f"{v:.6g}" for v in value.ravel()[:4]] + ["..."] * (value.size > 4)
        parts.append(f"[{', '.join(entries)}]")
    count = many(values[0].size, "arm")
    told = "" if arms is None else f": {', '.join(map(str, arms[:4]))}{', ...' * (len(arms) > 4)}"
    return f"{who}({', '.join(parts)}; {count}{told})"


def matched(distribution: Any, data: Any) -> tuple[Any, dict[str, Labels]]:
    """The data with the arms in the order of the posterior, and its labels; an arm that the data lack saw nothing.

    A single prior serves each arm alike. Raises IncompatibleError where the arms do not correspond.
    """
    own, theirs, shape = distribution.arms, data.arms, distribution._entries
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

"""Distributions with one entry per arm: parameters that are numbers or arrays, labels, and some of the arms by label.

Arms know nothing of each other, so what is believed about one of them is its row of the parameters, its data, and its
evidence: `posterior["A"]`, `posterior[["A", "B"]]`. Labels are never taken for positions; arms without labels are
called 0, 1, ..., as tables call them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.tables.columns import listing
from stattools.data.tables.table import axes, is_frame, paired
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import are_different, labelled, several, written
from stattools.interface.arrays import Floats
from stattools.models.samples.normal import NormalSample
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms
from stattools.models.samples.rates import EventRates
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
    return labelled("the arms", arms, *(pair for pair in given.items() if axes(pair[1]) == 1))


def labels(arms: object, shape: tuple[int, ...], who: str) -> Labels:
    """The labels as a tuple, one per entry and all different, or None."""
    if arms is None:
        return None
    found = written(arms)
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


def place(where: tuple[int, ...], arms: object) -> str:
    """`in arm 'B'` or `at position 3`, for an error message."""
    known = () if arms is None else several(arms)
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


Places = NDArray[np.intp]


def part_of(data: object, places: Places, arms: Labels) -> Any:
    """The data of the arms at these places, labelled `arms`; with None those of one arm, as a sample without arms.

    >>> import stattools as st
    >>> part_of(st.binomial([6, 2], [10, 8]), np.array([1]), None)
    <BernoulliTrials binomial: 8 trials, 2 successes>
    """
    return replace(PARTS[type(data)](data, places, arms), n_dropped=0, dropped={})


def _trials(data: BinomialArms, places: Places, arms: Labels) -> BernoulliTrials | BinomialArms:
    k, n = data.successes[places], data.trials[places]
    if arms is None:
        return BernoulliTrials(int(k[0]), int(n[0]), data.observed)
    return replace(data, successes=k, trials=n, arms=arms)


def _rates(data: EventRates, places: Places, arms: Labels) -> EventRates:
    rows, index = _rows(data.index, places)
    return replace(data, events=data.events[rows], exposure=data.exposure[rows], index=index, arms=arms)


def _measurements(data: NormalSample, places: Places, arms: Labels) -> NormalSample:
    rows, codes = _rows(data.arm_of, places)
    sd, codes = None if data.sd is None else data.sd[rows], None if arms is None else codes
    return replace(data, values=data.values[rows], sd=sd, arms=arms, codes=codes)


PARTS: dict[type, Callable[[Any, Places, Labels], Any]] = {
    BinomialArms: _trials,
    EventRates: _rates,
    NormalSample: _measurements,
}
"""Of each class of samples with arms, the function that picks some."""


def _rows(index: Places, places: Places) -> tuple[Places, Places]:
    """The rows of the arms at these places, and the number that each one's arm has among them."""
    number = np.full(max(int(index.max(initial=0)), int(places.max())) + 1, -1)
    number[places] = np.arange(len(places))
    rows = np.flatnonzero(number[index] >= 0)
    return rows, number[index[rows]].astype(index.dtype)


def chosen(distribution: Any, wanted: Any) -> Any:
    """The distribution of the arm `wanted`, without arms, or of a list of them.

    Raises IncompatibleError for a distribution without arms, DomainError for a label that no arm has, and for one that
    is named twice.
    """
    shape = distribution._entries
    if len(shape) != 1:
        who = type(distribution).__name__
        has = f"has parameters of shape {shape}, not one row of arms" if shape else "has no arms to choose from"
        raise IncompatibleError(f"this {who} {has}; {who}([...], [...], arms=[...]) and data by arm have arms.")
    labels = tuple(distribution._labels())
    places = {_key(label): place for place, label in enumerate(labels)}
    if (single := _found(places, wanted)) is not None:
        return _part(distribution, np.array([single]), None)
    if isinstance(wanted, tuple | set | frozenset | str) or is_frame(wanted) or axes(wanted) != 1:
        raise _unknown(labels, wanted)
    several = list(wanted)
    found = [_found(places, label) for label in several]
    if not several or None in found:
        raise _unknown(labels, several[found.index(None)] if several else wanted)
    if len(set(found)) < len(found):
        raise DomainError(f"each arm is named once; got {listing(several)}.")
    arms = tuple(labels[place] for place in found if place is not None)
    return _part(distribution, np.array(found), arms)


def _part(distribution: Any, places: Places, arms: Labels) -> Any:
    seen = distribution.seen
    if seen is None:
        values = [value[places] for value in parameters(distribution).values()]
        return type(distribution)(*(values if arms is not None else [value[0] for value in values]), arms=arms)
    prior = seen.prior
    if prior._entries:
        prior = _part(prior, places, arms)
    parts = (part_of(batch, places, arms) for batch in seen.batches)
    told = (part for part in parts if part.n or arms is not None)  # what one arm never saw is no data of it
    return reduce(lambda belief, part: belief.update(part), told, prior)


def _key(label: object) -> tuple[bool, object]:
    """True and 1 are two labels."""
    return isinstance(label, bool | np.bool_), label


def _found(places: dict[tuple[bool, object], int], label: object) -> int | None:
    try:
        return places.get(_key(label))
    except TypeError:  # what has no hash is no label
        return None


def _unknown(labels: tuple[Hashable, ...], wanted: object) -> DomainError:
    several = " Of several arms give a list." if isinstance(wanted, tuple | slice) else ""
    position = isinstance(wanted, int | np.integer) and not any(isinstance(label, int) for label in labels)
    hint = " Arms go by their labels, not by their positions." if position else several
    return DomainError(f"there is no arm {quoted(wanted)}; the arms are {listing(labels)}.{hint}")

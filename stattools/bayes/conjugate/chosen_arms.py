"""Some arms of a distribution, by their labels: `posterior["A"]` and `posterior[["A", "B"]]`.

Arms know nothing of each other, so what is believed about one of them is its row of the parameters, its data, and its
evidence. Labels are never taken for positions; arms without labels are called 0, 1, ..., as tables call them.

The data of some of the arms, for each kind of sample that has arms.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.conjugate.arms import parameters
from stattools.data.tables.columns import listing
from stattools.data.tables.table import axes, is_frame
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.models.samples.arms import Labels
from stattools.models.samples.normal import NormalSample
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms
from stattools.models.samples.rates import EventRates

Places = NDArray[np.intp]


def part_of(data: Any, places: Places, arms: Labels | None) -> Any:
    """The data of the arms at these places, labelled `arms`; with None those of one arm, as a sample without arms.

    >>> import stattools as st
    >>> part_of(st.binomial([6, 2], [10, 8]), np.array([1]), None)
    <BernoulliTrials binomial: 8 trials, 2 successes>
    """
    return replace(PARTS[type(data)](data, places, arms), n_dropped=0, dropped={})


def _trials(data: BinomialArms, places: Places, arms: Labels | None) -> BernoulliTrials | BinomialArms:
    k, n = data.successes[places], data.trials[places]
    if arms is None:
        return BernoulliTrials(int(k[0]), int(n[0]), data.observed)
    return replace(data, successes=k, trials=n, arms=arms)


def _rates(data: EventRates, places: Places, arms: Labels | None) -> EventRates:
    rows, index = _rows(data.index, places)
    return replace(data, events=data.events[rows], exposure=data.exposure[rows], index=index, arms=arms)


def _measurements(data: NormalSample, places: Places, arms: Labels | None) -> NormalSample:
    rows, codes = _rows(data.arm_of, places)
    sd, codes = None if data.sd is None else data.sd[rows], None if arms is None else codes
    return replace(data, values=data.values[rows], sd=sd, arms=arms, codes=codes)


PARTS: dict[type, Callable[[Any, Places, Labels | None], Any]] = {
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


def _part(distribution: Any, places: Places, arms: Labels | None) -> Any:
    seen = getattr(distribution, "seen", None)
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

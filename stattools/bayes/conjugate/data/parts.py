"""The data of some of the arms, for each kind of sample that has arms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.models.samples.arms import Labels
from stattools.models.samples.bernoulli_trials import BernoulliTrials
from stattools.models.samples.binomial_arms import BinomialArms
from stattools.models.samples.event_rates import EventRates
from stattools.models.samples.normal import NormalSample

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


def _rows(index: NDArray[Any], places: Places) -> tuple[Places, Any]:
    """The rows of the arms at these places, and the number that each one's arm has among them."""
    number = np.full(max(int(index.max(initial=0)), int(places.max())) + 1, -1)
    number[places] = np.arange(len(places))
    rows = np.flatnonzero(number[index] >= 0)
    return rows, number[index[rows]].astype(index.dtype)

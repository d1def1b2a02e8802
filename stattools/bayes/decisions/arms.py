"""Arms as people give them, as rows of parameters: of one family, of shapes that go together, with their labels."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.bayes.conjugate.normal import Normal
from stattools.bayes.decisions.beta_arm import BetaArm
from stattools.bayes.decisions.gamma_arm import GammaArm
from stattools.bayes.decisions.normal_arm import NormalArm
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.text.one_line import prints

FAMILIES: dict[type, tuple[tuple[str, str], Any]] = {
    Beta: (("a", "b"), BetaArm),
    Gamma: (("shape", "rate"), GammaArm),
    Normal: (("mean", "sd"), NormalArm),
}
"""type of an arm -> its two parameters, and the arm on the scale of integration."""

KNOWN = "st.Beta, st.Gamma or st.Normal"


@prints
@dataclass(frozen=True, eq=False)
class Arms:
    """Independent arms of one family: two parameters each as arrays (rows,), for entries of a common `shape`."""

    family: type
    parameters: tuple[tuple[Floats, Floats], ...]
    shape: tuple[int, ...]
    names: tuple[Hashable, ...] | None
    """Labels of the arms."""
    entries: tuple[Hashable, ...] | None
    """Labels of the entries, where each arm is itself an array."""

    def together(self) -> tuple[list[Any], Floats | float]:
        """The arms in one coordinate, and the unit of theta in it."""
        return FAMILIES[self.family][1].together(self.parameters)

    def shaped(self, rows: Floats) -> Any:
        """A float for scalar arms, an array of their shape otherwise; leading axes stay."""
        value = np.asarray(rows).reshape((*np.shape(rows)[:-1], *self.shape))
        return float(value) if value.ndim == 0 else value


def several(arms: Any, who: str, *, at_least: int = 2) -> Arms:
    """Arms from a list, a dict with labels, or one posterior whose entries are the arms."""
    if type(arms) in FAMILIES:
        return _of_one(arms, who, at_least)
    if isinstance(arms, Mapping):
        names, given = tuple(arms), list(arms.values())
    elif isinstance(arms, Sequence) and not isinstance(arms, str):
        names, given = None, list(arms)
    else:
        raise IncompatibleError(f"{who} needs a list or a dict of arms ({KNOWN}); got {type(arms).__name__}.")
    if len(given) < at_least:
        raise DomainError(f"{who} needs at least {at_least} arms; got {len(given)}.")
    found = [arm for arm in given if type(arm) in FAMILIES]
    for arm in given:
        if type(arm) not in FAMILIES:
            raise IncompatibleError(f"{who} needs arms that are {KNOWN}; got {type(arm).__name__}.")
        if type(arm) is not type(found[0]):
            raise IncompatibleError(
                f"{who} needs arms of one family; got {type(found[0]).__name__} and {type(arm).__name__}, "
                "which do not measure the same thing."
            )
    fields, _ = FAMILIES[type(found[0])]
    values = [np.asarray(getattr(arm, field)) for arm in found for field in fields]
    try:
        shaped = np.broadcast_arrays(*values)
    except ValueError:
        shapes = ", ".join(str(value.shape) for value in values[::2])
        raise IncompatibleError(f"{who} needs arms of one shape, or single ones; got shapes {shapes}.") from None
    labelled = [arm.arms for arm in found if arm.arms is not None]
    if any(label != labelled[0] for label in labelled):
        raise IncompatibleError(f"{who} needs arms with the same labels; got {quoted(labelled[0])} and others.")
    flat = [value.astype(float).ravel() for value in shaped]
    pairs = tuple(zip(flat[::2], flat[1::2], strict=True))
    entries = labelled[0] if labelled and shaped[0].ndim == 1 else None
    return Arms(type(found[0]), pairs, shaped[0].shape, names, entries)


def _of_one(arms: Any, who: str, at_least: int) -> Arms:
    fields, _ = FAMILIES[type(arms)]
    first, second = (np.asarray(getattr(arms, field)) for field in fields)
    if first.ndim != 1 or len(first) < at_least:
        got = "one number" if first.ndim == 0 else f"shape {first.shape}"
        raise DomainError(
            f"{who} of one posterior needs a row of at least {at_least} arms in it; got {got}. "
            "Give several posteriors as a list or a dict."
        )
    pairs = tuple((first[i : i + 1], second[i : i + 1]) for i in range(len(first)))
    return Arms(type(arms), pairs, (), arms.arms, None)

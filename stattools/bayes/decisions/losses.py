"""What does the wrong choice cost? The expected shortfall of the chosen arm against the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stattools.bayes.conjugate.normal import Normal
from stattools.bayes.decisions.arms import FAMILIES, Belief, Beliefs, expected_gain, several
from stattools.bayes.decisions.contest import shortfall
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats


def expected_loss(chosen: Belief, other: Beliefs, /) -> float | Floats:
    """E[max(other - chosen, 0)] for independent arms, in the units of theta; several others count by their largest.

    `other` is an arm, a list or a dict of arms. The loss of choosing A less that of choosing B is E[B] - E[A]; a loss
    of 1e-30 keeps its digits (relative error 1e-9), because it is integrated as P(chosen < t < other) over t. Two
    normal arms are in closed form. Raises IncompatibleError for arms of different families.

    >>> import stattools as st
    >>> round(st.expected_loss(st.Beta(1, 1), st.Beta(1, 1)), 10)  # E max(U - V, 0) = 1/6
    0.1666666667
    """
    rest = list(other.values()) if isinstance(other, Mapping) else other
    rest = rest if isinstance(rest, Sequence) else [rest]
    if type(chosen) not in FAMILIES:
        raise IncompatibleError(
            f"expected_loss needs the chosen arm first (st.Beta, st.Gamma or st.Normal); got {type(chosen).__name__}."
        )
    arms = several([chosen, *rest], "expected_loss")
    if arms.family is Normal and len(arms.parameters) == 2:
        (mean, sd), (other_mean, other_sd) = arms.parameters
        return arms.shaped(expected_gain(other_mean - mean, (sd**2 + other_sd**2) ** 0.5))
    first, *others = arms.together()[0]
    return arms.shaped(shortfall(first, others) * arms.together()[1])

"""Which arm is better? P(B > A) and P(each arm is best), exact, with full relative accuracy in the tails."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.bayes.decisions.arms import Arms, Belief, Beliefs, several
from stattools.bayes.decisions.contest import best
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.numerics.distributions.beta import probability_less, tails


def probability_greater(b: Belief, a: Belief, /) -> float | Floats:
    """P(B > A) for independent arms B and A: a float, or an array for arms that are arrays.

    Two betas by quadrature on the logit, two gammas as a tail of a beta distribution, two normals as a normal tail.
    Absolute error below 1e-10 for parameters from 0.01 to 1e9, relative 1e-9 where P is tiny; equal arms give 1/2
    exactly, and P(B > A) + P(A > B) = 1. Raises IncompatibleError for arms of different families.
    Source: Cook, "Exact calculation of beta inequalities" (2005).

    >>> import stattools as st
    >>> round(st.probability_greater(st.Beta(5, 3), st.Beta(3, 5)), 10)
    0.8569347319
    """
    arms = several([b, a], "probability_greater")
    return arms.shaped(_greater(arms))


def probability_best(arms: Beliefs, /) -> Floats | pd.Series | pd.DataFrame:
    """P(each arm has the largest theta), for independent arms: an array (arms,), a Series where the arms have labels.

    `arms` is a list, a dict of label and arm, or one posterior whose entries are the arms. Arms that are arrays of a
    shape give (arms, *shape); a dict of them a table with a column per arm. The order of the arms does not matter;
    absolute error below 1e-10, relative 1e-9 in the tails. Raises IncompatibleError for arms of different families.

    >>> import stattools as st
    >>> st.probability_best([st.Beta(1, 1), st.Beta(2, 1), st.Beta(1, 1)]).round(6)
    array([0.25, 0.5 , 0.25])
    """
    found = several(arms, "probability_best")
    if len(found.parameters) == 2:
        less = _greater(found)
        rows = np.stack([less, _greater(_swapped(found))])
    else:
        rows = best(found.together()[0])
    return _labelled(found, np.asarray(found.shaped(rows)))


def _greater(arms: Arms) -> Floats:
    """P(the first of two arms is the larger), per row."""
    (p, q), (r, s) = arms.parameters
    if arms.family is Beta:
        return probability_less(r, s, p, q)
    if arms.family is Gamma:
        with np.errstate(over="ignore"):  # rates that differ by 1e308
            x, y = 1.0 / (1.0 + q / s), 1.0 / (1.0 + s / q)
        value = tails(x, y, r, p)[0]  # rate Theta / sum of both is Beta(r, p)
    else:
        value = ndtr((p - r) / np.hypot(q, s))
    return np.where((p == r) & (q == s), 0.5, value)


def _swapped(arms: Arms) -> Arms:
    return Arms(arms.family, arms.parameters[::-1], arms.shape, None, None)


def _labelled(arms: Arms, values: Floats) -> Floats | pd.Series | pd.DataFrame:
    """A Series by arm, a table with a column per arm and a row per entry, or the bare array."""
    if arms.names is None or values.ndim > 2:
        return values
    if values.ndim == 1:
        return pd.Series(values, index=pd.Index(arms.names, name="arm"), name="probability_best")
    columns = pd.Index(arms.names, name="arm")
    return pd.DataFrame(values.T, columns=columns, index=None if arms.entries is None else list(arms.entries))

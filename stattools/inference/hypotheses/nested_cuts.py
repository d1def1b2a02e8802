"""The coefficients of a larger model of labels in order that give the cuts of a smaller one.

A column of the smaller location is a combination of the larger one's columns, of those with an effect at each cut,
which is then the same at all of them, and of the constant, which the thresholds take up with the other sign.
"""

from __future__ import annotations

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import Model

SAME_SPACE = 1e-7
"""A column whose distance from the larger model's columns is this share of its length is a combination of them."""


def made_of(R: Floats, at: list[int], to: list[int], described: tuple[str, str]) -> Floats:
    """Columns `to` of a triangle as combinations of its columns `at`; IncompatibleError where they are none. Described
    are the larger model and the smaller.
    """
    found = np.linalg.lstsq(R[:, at], R[:, to], rcond=None)[0] if at else np.zeros((0, len(to)))
    lost = np.linalg.norm(R[:, to] - R[:, at] @ found, axis=0)
    if (lost > SAME_SPACE * np.maximum(np.linalg.norm(R[:, to], axis=0), 1e-300)).any():
        raise IncompatibleError(
            f"the models are not nested: a column of {described[1]} is no combination of the columns that "
            f"{described[0]} has for the same parameter. Compare them by AIC or BIC (st.compare)."
        )
    return found


def cuts_embedded(
    full: Model, restricted: Model, estimate: Floats, R: Floats, size: Floats, described: tuple[str, str]
) -> Floats:
    """theta of the larger model with the linear predictors of the smaller one at `estimate`; IncompatibleError where a
    column is no combination, or the labels are others.

    R is the triangle of the columns of the larger model, those of the smaller, a constant and the difference of the
    offsets, of these sizes.
    """
    if full.labels != restricted.labels or not restricted.predictor.taken_up:
        raise IncompatibleError(
            f"the models are not nested: {described[0]} and {described[1]} have other labels, or another order of "
            "them. Compare them by AIC or BIC (st.compare)."
        )
    p, r = full.predictor.columns, restricted.predictor.columns

    def among(at: list[int], to: list[int]) -> Floats:
        """The columns `to` of the smaller model as combinations of those of the larger."""
        return made_of(R, at, to, described) * size[to] / size[at][:, None]

    theta = np.zeros(full.predictor.size)
    numbers = {name: k for k, name in enumerate(full.likelihood.parameters)}
    taken = dict(full.predictor.taken_up)
    effects = {to[0]: number for number, to in taken.items() if number and to}  # by the threshold
    for k, name in enumerate(restricted.likelihood.parameters):
        use, given = list(restricted.predictor.uses[k] or ()), estimate[restricted.predictor.parts[k]]
        to = [p + j for j in use]
        if restricted.predictor.constant[k]:
            theta[full.predictor.parts[numbers[name]]] += given
        elif k == 0:
            to, given = [*to, p + r + 1], np.append(given, 1.0)  # and the difference of the offsets
            main, apart = (
                list(full.predictor.main or ()),
                list(full.predictor.uses[effects[1]] or ()) if effects else [],
            )
            moved = among([0, *main, *apart], to) @ given
            theta[full.predictor.parts[0]] = moved[1 : 1 + len(main)]
            for cut in taken[0]:
                theta[full.predictor.parts[cut]] -= moved[0]
                if effects:
                    theta[full.predictor.parts[effects[cut]]] += moved[1 + len(main) :]
        elif use:
            if name not in numbers:
                among([], to)
            number = numbers[name]
            constant = [0] * bool(taken.get(number))
            moved = among([*constant, *(full.predictor.uses[number] or ())], to) @ given
            theta[full.predictor.parts[number]] += moved[len(constant) :]
            for cut in taken.get(number, ()):
                theta[full.predictor.parts[cut]] -= moved[0]
    return theta

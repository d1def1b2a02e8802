"""Is the posterior of ordered outcomes a distribution? Flat priors of slopes need outcomes that overlap along them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IdentificationError
from stattools.inference.existence import check_labels, check_rank, check_size, separation
from stattools.models.model import Model
from stattools.models.predictor import Linear

REMEDY = "Give them a proper prior, such as st.Normal(0, 2.5), or leave prior= out for the weakly informative default."


def check_ordered(model: Model, flat: NDArray[np.bool_]) -> None:
    """IdentificationError where flat priors, those of the coefficients that `flat` marks, leave the posterior improper.

    The slope of a scale needs a proper prior always: as it grows, half of the rows become certain and the others a
    coin's toss between the lowest and the highest label, and the likelihood need not fall. Labels that no row has need
    proper priors of their thresholds.

    >>> import stattools as st
    >>> model = st.ordinal([1, 1, 2, 2, 3, 3], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], names=["dose"])
    >>> check_ordered(model, np.array([True, False, False]))
    Traceback (most recent call last):
    ...
    stattools.errors.IdentificationError: the posterior of Ordinal logistic regression is improper: under the flat ...
    """
    predictor = model.predictor
    scales = [predictor.parts[number] for number, to in predictor.taken_up if not to]
    if names := [model.names[k] for part in scales for k in range(part.start, part.stop) if flat[k]]:
        raise IdentificationError(
            f"the posterior of {model.title} may be improper: under the flat prior of {', '.join(names)} the "
            f"likelihood need not fall as the scale grows without end. {REMEDY}"
        )
    thresholds = [flat[part].any() for part, alone in zip(predictor.parts, predictor.constant, strict=True) if alone]
    part = _of_flat(model, flat)
    listed = ", ".join(name for name, is_flat in zip(model.names, flat, strict=True) if is_flat)
    try:
        if any(thresholds):
            check_labels(model)
        check_size(part)
        check_rank(part)
    except IdentificationError as error:
        raise IdentificationError(
            f"the posterior of {model.title} is improper: under the flat prior of {listed} the data do not determine "
            f"them. {error} {REMEDY}"
        ) from error
    found = separation(part)
    if found is not None:
        raise IdentificationError(
            f"the posterior of {model.title} is improper: under the flat prior of {listed} the outcomes are separated "
            f"({found.sentence}), and the likelihood never falls in that direction. {REMEDY}"
        )


def _of_flat(model: Model, flat: NDArray[np.bool_]) -> Model:
    """The model of the columns whose coefficients have flat priors alone, with thresholds that are free, without a
    scale.
    """
    predictor, family = model.predictor, model.likelihood
    taken, cuts = dict(predictor.taken_up), sum(predictor.constant)
    each: list[set[int]] = [set(), set()]
    for number, (use, part) in enumerate(zip(predictor.uses, predictor.parts, strict=True)):
        if taken.get(number):
            marked = zip(use or (), flat[part], strict=True)
            each[number > 0] |= {column for column, is_flat in marked if is_flat}
    columns = [0, *sorted(each[0] | each[1])]
    main, effects = (tuple(map(columns.index, sorted(one))) for one in each)
    likelihood: Any = replace(family, partial=bool(effects), scaled=False)  # type: ignore[call-arg]
    own = ((),) * cuts + (effects,) * (cuts if effects else 0)
    narrow = Linear(len(columns), likelihood.width, own, main, likelihood.taken_up)
    changes: Any = {"design": Names(tuple(model.terms[k] for k in columns)), "predictor": narrow}
    rows = replace(model.rows, X=model.rows.X[:, columns], low=None)
    return replace(model, rows=rows, likelihood=likelihood, start=np.zeros(narrow.size), **changes)


class Names:
    """Stands for a design of which only the names are needed."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.formula = None

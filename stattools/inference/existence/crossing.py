"""Labels that no row has, and effects at cuts whose fitted cumulative probabilities fall from one cut to the next.

The log-likelihood knows the two cuts about each row's own label only, and is concave with whatever lies beyond; a label
that the row does not have may then have a negative probability there. Such a maximum describes no distribution.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from stattools.data.rows.rows import Block
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.likelihoods import Cumulative
from stattools.likelihoods.labels import Cuts
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear


def check_labels(model: Model) -> None:
    """IdentificationError naming the labels that no row of some weight has, whose thresholds nothing determines."""
    family: Any = model.likelihood
    if family.outcome is not Outcome.ORDERED:
        return
    count = model.rows.total(partial(_seen, family))
    labels = model.labels or tuple(range(len(count)))
    if not count.all():
        none = [repr(label) for label, times in zip(labels, count, strict=True) if not times]
        raise IdentificationError(
            f"{model.title}: no row has {' or '.join(none)} for {model.outcome_name}, and the data do not determine "
            f"the thresholds about an empty level. Leave {'it' if len(none) == 1 else 'them'} out of the levels, or "
            "merge levels."
        )


def _seen(family: Cumulative, block: Block) -> Floats:
    """How often each label was seen."""
    weight = np.ones(len(block.y)) if block.weight is None else block.weight
    return family.sums(block.y, weight, weight)


def check_crossing(model: Model, estimate: Floats) -> None:
    """IdentificationError, with the labels, where a fitted probability would be negative."""
    family: Any = model.likelihood
    if family.outcome is not Outcome.ORDERED or not family.partial or family.categories < 3:
        return
    count = model.rows.total(partial(_crossings, family, model.predictor, estimate))
    if count.any():
        labels = [repr(label) for label, times in zip((model.labels or ())[1:-1], count, strict=True) if times]
        at_cuts = [name for name in model.names if ": " in name and not name.startswith("log scale: ")]
        named = dict.fromkeys(name.split(": ", 1)[1] for name in at_cuts)
        raise IdentificationError(
            f"{model.title}: with effects of {', '.join(named)} at each cut the fitted probability of "
            f"{', '.join(labels)} would be negative in {int(count.max()):,} of the rows, where the cuts cross. Leave "
            "terms out of nonparallel=, merge labels, or use st.softmax, whose probabilities are always positive."
        )


def _crossings(family: Cumulative, predictor: Linear, theta: Floats, block: Block) -> Floats:
    """In how many rows of some weight the cuts about each label but the first and the last are out of order."""
    cuts = Cuts(predictor.forward(theta, block)[0], family).thresholds[:, 1:-1]
    wrong = ~(np.diff(cuts, axis=1) > 0.0)
    return (wrong if block.weight is None else wrong[block.weight > 0.0]).sum(axis=0).astype(float)

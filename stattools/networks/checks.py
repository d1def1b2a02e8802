"""The checks of a network that predicts labels: are its probabilities what happens, and do they tell labels apart?

It has no standard errors and no columns to look at one by one; what is left are its predictions, of the rows that it
was trained on, which flatter it, or of others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.diagnostics.checks import CheckTable, Looked, check_table
from stattools.inference.diagnostics.goodness import Tenths, edges_of, ranked, tenths
from stattools.networks.calibration import Predictor, probabilities_and_hits


def check(fit: Predictor, data: Any = None) -> CheckTable:
    """The table of the checks of a network, or of several."""
    p, hit = probabilities_and_hits(fit, data)
    if p.shape[1] == 2:  # the other says the same
        p, hit = p[:, 1:], hit[:, 1:]
    weight = fit.model.frequencies(data)
    weight, share = np.ones(len(p)) if weight is None else weight, hit.astype(float)
    calibration = Tenths.of(tenths(p, share, weight, edges_of(p))).check()
    return check_table({"": Looked((calibration, ranked(p, share, weight)), {})}, fit.model.title)

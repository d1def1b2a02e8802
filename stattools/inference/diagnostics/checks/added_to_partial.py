"""Would the square of a column, or of the linear predictor, have something to say of the hazard? The score test of it
is the sum of its values times martingale residuals: the trend that a plot of these against the column shows.

Source: Therneau, Grambsch & Fleming, Biometrika 77 (1990), 147-160; Lin, Wei & Ying, Biometrika 80 (1993).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stattools.inference.diagnostics.checks.added_columns import ArrayAdded, squares_of
from stattools.inference.diagnostics.checks.added_information import Added
from stattools.interface.arrays import Floats
from stattools.models.survival.columns_at_risk import centered
from stattools.models.survival.cox import CoxRegression


def added_to_partial(model: CoxRegression, theta: Floats) -> Added:
    """The model at theta with the square of each of its numbers, and of its linear predictor."""
    unit = model.column_sds
    phi = theta * unit
    X = (model.X - model.X.mean(axis=0)) / unit
    squares = squares_of(model, phi)
    eta = X @ phi
    new = [X[:, k] ** 2 for k in squares.values()] + [(eta / (float(eta.std()) or 1.0)) ** 2]
    sets = model.sets
    curves = centered(np.array(new)[:, sets.rows], sets)
    p, q = len(phi), len(new)
    now = replace(model, Z=np.concatenate([model.Z / unit[:, None], curves])).evaluate(np.append(phi, np.zeros(q)))
    places = [(p + k,) for k in range(q)]
    return ArrayAdded(
        now.information, now.score, tuple(range(p)), dict(zip(squares, places, strict=False)), places[-1],
        np.zeros((p, 0)), phi, 1.0,
    )  # fmt: skip

"""The expected information of rows about their first linear predictor, where the score is that of the mean.

    s = (y - mu) mu' / Var y   makes   E[-ds / d eta] = mu'^2 / Var y

Effective degrees of freedom are counted with it, as Fisher's scoring has it; where the score is another one, with the
observed information.
"""

from __future__ import annotations

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.latent.joint_modes import JointMode, SeenRows

SAME = 1e-8
"""Scores that differ by less than this share of their size are the same."""


def expected_weights(rows: SeenRows, mode: JointMode) -> Floats:
    """mu'^2 / Var y of each row times its weight, (n,); the observed information where the score is another one."""
    observed, likelihood, eta = mode.information[:, 0, 0], rows.likelihood, mode.eta
    weight = 1.0 if rows.weight is None else rows.weight
    try:
        mean, slope, variance = likelihood.mean(eta), likelihood.slope(eta), likelihood.variance(eta, rows.y)
        seen = likelihood.observed(rows.y)
    except IncompatibleError:  # as of times that may be censored
        return observed
    if mean.ndim != 1:
        return observed
    with np.errstate(divide="ignore", invalid="ignore"):  # means at an end have no variance, and are no numbers here
        pull = slope[:, 0, 0] / variance
        score = weight * pull * (seen - mean)
        same = bool((np.abs(score - mode.score[:, 0]) <= SAME * (1.0 + np.abs(mode.score[:, 0]))).all())
        return weight * pull * slope[:, 0, 0] if same else observed

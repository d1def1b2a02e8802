"""Rows of a known truth, and the verdicts of the checks of a fit to them."""

from __future__ import annotations

from typing import Any

import numpy as np

N = 400


def rows(n: int = N, seed: int = 3) -> dict[str, Any]:
    """Two numbers, a category, and the linear predictor that is the truth."""
    g = np.random.default_rng(seed)
    found: dict[str, Any] = {"x": g.normal(size=n), "z": g.uniform(-1.5, 1.5, n), "g": g.choice(list("abc"), n)}
    found["eta"] = 0.4 + 0.7 * found["x"] + 0.4 * found["z"]
    found["noise"] = g.normal(size=n)
    found["u"] = g.random(n)
    return found


def verdicts(fit: Any, **how: Any) -> dict[str, str]:
    """What is not ok."""
    table = fit.check(**how)
    return {row.check: row.verdict for row in table.itertuples() if row.verdict != "ok"}


def of(fit: Any, check: str) -> Any:
    """The row of a check."""
    return fit.check().set_index("check").loc[check]

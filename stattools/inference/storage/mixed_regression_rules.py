"""What files of regressions with random effects must hold: shapes, and parts that say the same as each other."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.storage.field_kinds import are_distinct
from stattools.interface.interval import require_level

INTEGRALS = ("quadrature", "Laplace")


def mixed_regression(it: Any) -> dict[str, bool]:
    """Shapes, and that the parts say the same."""
    p, t = len(it.fixed.names), len(it.theta)
    rules = {
        "the random parts are not those of its formula": len(it.said.random) == len(it.designs) == len(it.levels) > 0
        and all(is_of(part, design) for part, design in zip(it.said.random, it.designs, strict=False)),
        "the fixed part is not that of its formula": it.fixed.formula == it.said.fixed,
        "the groups have no levels": all(
            len(columns) == len(part.groups)
            and len({len(one) for one in columns}) == 1
            and len(columns[0]) > 1
            and are_distinct(tuple(zip(*columns, strict=True)))
            for part, columns in zip(it.said.random, it.levels, strict=False)
        ),
        "the integral is none": it.integral in INTEGRALS
        and it.nodes >= 1
        and (it.error is None or it.error.shape == (t,)),
        "the parameters have other shapes": it.to_fixed.shape == (p, p)
        and it.theta.shape == (t,)
        and it.information.shape == (t, t)
        and it.covariance.shape == (p, p)
        and len(it.parameters) == t,
    }
    if not all(rules.values()):
        return rules
    terms = it.model.random
    sizes = [(len(term.columns), term.n_levels) for term in terms]
    numbers = (it.theta, it.information, it.to_fixed, *it.to_effects, *it.modes, *it.spreads, *it.slopes)
    rules |= {
        "a number is not finite": all(bool(np.isfinite(one).all()) for one in numbers),
        "the terms have other effects": [one.shape for one in it.to_effects] == [(q, q) for q, _ in sizes]
        and t == p + sum(q * (q + 1) // 2 for q, _ in sizes),
        "the effects are of other groups": [one.shape for one in it.modes] == sizes
        and [one.shape for one in it.spreads] == [(q, q, J) for q, J in sizes]
        and [one.shape for one in it.slopes] == [(q, t, J) for q, J in sizes],
    }
    if not all(rules.values()):
        return rules
    require_level(it.level)
    made = it.solution
    scale = np.sqrt(np.abs(it.covariance.diagonal()))
    return rules | {
        "the estimates are not those of its parameters": bool(
            (np.abs(it.found.estimate - made.estimate) <= 1e-6 * scale).all()
        ),
        "the covariance is not that of its information": np.allclose(
            it.found.covariance, it.covariance, rtol=1e-6, atol=1e-9 * float(np.abs(it.covariance).max())
        ),
    }


def is_of(part: Any, design: Any) -> bool:
    """A design of the columns that a random part names."""
    read = design.parsed is not None and [[one.text for one in term] for term in design.parsed.terms]
    return read == [[one.text for one in term] for term in part.left.terms]

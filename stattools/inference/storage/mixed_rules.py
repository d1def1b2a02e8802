"""What files of linear mixed models must hold: shapes, and parts that say the same as the sums of groups."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.inference.mixed.mixed_degrees import KINDS
from stattools.inference.storage.mixed_regression_rules import is_of, mixed_regression
from stattools.interface.interval import require_level


def _mixed_fit(it: Any) -> dict[str, bool]:
    """Shapes, and that the parts say the same."""
    p, places = len(it.fixed.names), len(it.thetas)
    rules = {
        "the random parts are not those of its formula": len(it.said.random) == len(it.designs) == len(it.levels)
        and all(is_of(part, design) for part, design in zip(it.said.random, it.designs, strict=False)),
        "the fixed part is not that of its formula": it.fixed.formula == it.said.fixed,
        "the groups have no levels": all(
            len(columns) == len(part.groups) and len({len(one) for one in columns}) == 1 and len(columns[0]) > 1
            for part, columns in zip(it.said.random, it.levels, strict=False)
        ),
        "the degrees of freedom have no such name": it.df in KINDS and (it.df == "normal") == (it.curvatures is None),
        "the units are none": 0.0 < it.unit < math.inf and it.to_beta.shape == (p, p) and it.beta.shape == (p,),
    }  # fmt: skip
    if not all(rules.values()):
        return rules
    terms = it.model.random
    widths, sizes = [len(term.columns) for term in terms], [term.n_levels for term in terms]
    shapes = [(sum(widths), sizes[0])] if it.joined else list(zip(widths, sizes, strict=True))
    kept = len(it.blocks[0]) if it.blocks and it.blocks[0].ndim == 4 else 0
    sums = (it.thetas, it.log_determinants, it.crosses, *it.blocks, *it.projected)
    numbers = (it.to_beta, it.beta, *it.to_effects, *sums)
    rules |= {
        "a number is not finite": all(bool(np.isfinite(one).all()) for one in numbers),
        "the terms have other effects": it.thetas.shape == (places, sum(q * (q + 1) // 2 for q in widths))
        and [one.shape for one in it.to_effects] == [(q, q) for q in widths]
        and len(it.least) == len(widths),
        "the sums are of other places": it.log_determinants.shape == (places,)
        and it.crosses.shape == (places, p + 1, p + 1)
        and 0 < kept <= places
        and (it.joined or len(widths) > 1),
        "the sums are of other groups": [one.shape for one in it.blocks] == [(kept, q, q, J) for q, J in shapes]
        and [one.shape for one in it.projected] == [(kept, q, p + 1, J) for q, J in shapes],
    }  # fmt: skip
    if not all(rules.values()):
        return rules
    require_level(it.level)
    found, made = it.found, it.solution
    return rules | {
        "the estimates are not those of its sums": bool(
            (np.abs(found.beta - made.estimate) <= 1e-6 * np.sqrt(it.covariance.diagonal())).all()
        ),
        "the log-likelihood is not that of its sums": math.isclose(
            found.loglik, made.loglik, rel_tol=1e-6, abs_tol=1e-6
        ),
        "the covariance is not that of its sums": np.allclose(
            found.covariance, found.s2 * made.covariance, rtol=1e-6, atol=1e-9 * float(np.abs(found.covariance).max())
        ),
        "the curvatures are of another place": it.curvatures is None
        or (
            it.curvatures.gram_inverse.shape == (p, p)
            and math.isclose(it.curvatures.s2, found.profile.s2, rel_tol=1e-6)
            and np.allclose(it.curvatures.gram_inverse, found.profile.inverse_gram, rtol=1e-6, atol=1e-9)
        ),
        "the covariance is not that of its degrees of freedom": np.allclose(
            it.covariance, found.covariance if it.degrees is None else it.degrees.covariance, rtol=1e-6,
            atol=1e-9 * float(np.abs(it.covariance).max()),
        ),
    }  # fmt: skip


def _curvatures(it: Any) -> dict[str, bool]:
    p, r = len(it.gram_inverse), len(it.hessian)
    numbers = (it.gram_inverse, it.hessian, it.covariance_slopes)
    return {
        "they are none": it.s2 > 0.0
        and [one.shape for one in numbers] == [(p, p), (r, r), (r, p, p)]
        and all(bool(np.isfinite(one).all()) for one in numbers)
    }


MIXED_RULES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "GlobalProof": lambda it: {"the gap is none": it.gap >= 0.0},
    "LocalMaximum": lambda it: {"the ratio is none": 0.0 <= it.ratio < math.inf},
    "SavedMixedFit": _mixed_fit,
    "SavedMixedRegression": mixed_regression,
    "VarianceDifferences": _curvatures,
    "VarianceDirections": _curvatures,
}
"""By class, as in `rules.py`."""

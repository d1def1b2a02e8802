"""Points where a user's own log-likelihood is no number.

-inf says that a point is impossible. NaN and +inf say nothing: read as -inf they would cut the posterior off where the
function has a hole, without a word.
"""

from __future__ import annotations

import numpy as np

from stattools.bayes.sampling.observed import Whole
from stattools.bayes.sampling.target import Target
from stattools.errors import DomainError, quoted
from stattools.interface.arrays import Floats
from stattools.models.custom import Custom


def own(target: Target) -> Custom | None:
    """The model, where its log-likelihood is a user's own; None for the package's, where NaN is an overflow far out."""
    return target.data.model if isinstance(target.data, Whole) and isinstance(target.data.model, Custom) else None


def is_hole(target: Target, model: Custom, u: Floats, slope: Floats) -> bool:
    """Is the log-likelihood NaN at u, or the score that was given with it no number? Raises DomainError for +inf."""
    x = target.transforms.forward(u).x
    if not np.isfinite(x).all():
        return False
    value = model.evaluate(x, 0).loglik
    if value == np.inf:
        raise infinite(model, x)
    return value != value or (model.gradient is not None and np.isfinite(value) and not np.isfinite(slope).all())


def require_defined(target: Target, u: Floats) -> None:
    """DomainError if a user's own log-likelihood is NaN or +inf at one of the points u (S, q)."""
    model = own(target)
    if model is None:
        return
    x = target.transforms.values(u)
    values = target.data.logliks(x)
    if (values == np.inf).any():
        raise infinite(model, x[int(np.argmax(values))])
    if holes := int(np.isnan(values).sum()):
        raise undefined(model, holes, len(u))


def infinite(model: Custom, x: Floats) -> DomainError:
    """The error for a log-likelihood of +inf."""
    return DomainError(
        f"{model.title}: the log-likelihood is +inf at {quoted(dict(zip(model.names, x.tolist(), strict=True)))}, and "
        "no posterior has such a density. Return -inf where a point is impossible, and a finite number elsewhere."
    )


def undefined(model: Custom, holes: int, points: int) -> DomainError:
    """The error for a log-likelihood that is NaN at some of the points that draws are made of."""
    return DomainError(
        f"{model.title}: the log-likelihood or its score is NaN at {holes:,} of the {points:,} points that the draws "
        "are made from, and the posterior cannot be told there. Return -inf where a point is impossible, and a finite "
        "number with a finite score elsewhere."
    )

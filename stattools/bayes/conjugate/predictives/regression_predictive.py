"""What a regression posterior expects of rows: Student's t around x^T m, with or without the noise of an outcome.

scale^2 = scale / shape (x^T precision^-1 x + noise / w)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from stattools.bayes.conjugate.student_t import StudentT
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.prediction.new_rows import at_rows, with_precision
from stattools.models.model import Model


def at_new_rows(belief: Any, data: Any, offset: Any, *, noise: float, precision: Any = None) -> StudentT:
    """One entry per row of `data` (a model, a table like that of the model seen, or None for its own rows)."""
    if isinstance(data, Model):
        model, data = data, None
    elif belief.seen is None:
        raise DomainError("predictive needs a model: before any data give it one, predictive(st.ols(...)).")
    else:
        model = belief.seen.batches[0]
    at = at_rows(model, data, offset)
    rows = with_precision(at, model, data, precision).rows if noise else at.rows
    if rows.X.shape[1] != len(belief.mean):
        raise IncompatibleError(f"predictive needs {len(belief.mean)} columns; got {rows.X.shape[1]}.")
    location = rows.X @ belief.mean + (0.0 if rows.offset is None else rows.offset)
    spread = np.square(solve_triangular(belief.root, rows.X.T, trans=1)).sum(axis=0)
    spread = spread + noise / (1.0 if rows.precision is None else rows.precision)
    return StudentT(2.0 * belief.shape, location, np.sqrt(belief.scale / belief.shape * spread))

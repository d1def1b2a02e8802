"""What a regression posterior expects of rows: Student's t around x^T m, with or without the noise of an outcome.

scale^2 = scale / shape (x^T precision^-1 x + noise / w)
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from scipy.linalg import solve_triangular

from stattools.bayes.conjugate.student_t import StudentT
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.prediction.new_rows import at_rows, with_precision
from stattools.interface.arguments import is_one_of
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.models.samples.proportion import tail_area


class RowPredictions:
    """What a regression posterior answers of rows: of those seen, or of new ones."""

    def mean_at(self, data: Any = None, *, offset: Any = None) -> StudentT:
        """What is believed about the expected outcome of new rows (by default, of the rows seen), one entry per row.

        `data` is a table or array like the one of the model, or a model.
        """
        return at_new_rows(self, data, offset, noise=0.0)

    def predictive(self, data: Any = None, *, offset: Any = None, precision: Any = None) -> StudentT:
        """The distribution of a new outcome at each of new rows (by default, at the rows seen): Student's t.

        `offset` and `precision` are needed where the model had them as arrays; columns are looked up.

        >>> import stattools as st
        >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
        >>> posterior = st.NormalInverseGammaRegression.flat().update(model)
        >>> posterior.predictive({"x": [4]}).interval(0.95).upper.round(3).tolist()
        [12.635]
        """
        return at_new_rows(self, data, offset, noise=1.0, precision=precision)

    def predict(
        self,
        data: Any = None,
        *,
        kind: Literal["mean", "observation"] = "mean",
        interval: float | None = None,
        offset: Any = None,
        precision: Any = None,
    ) -> Any:
        """The mean of each row, (rows,), of those seen or of new ones; with `interval=prob` a frame `mean, lower,
        upper`, as `fit.predict` has it, from the exact Student's t of `mean_at`, or of `predictive` for
        `kind="observation"`.

        >>> import stattools as st
        >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
        >>> posterior = st.NormalInverseGammaRegression.flat().update(model)
        >>> posterior.predict({"x": [4]}, interval=0.95).round(3).to_numpy().tolist()
        [[10.0, 7.959, 12.041]]
        """
        if not is_one_of(kind, ("mean", "observation")):
            raise DomainError(f'predict needs kind="mean" or kind="observation"; got kind={quoted(kind)}.')
        if precision is not None and (kind != "observation" or interval is None):
            raise IncompatibleError('predict takes precision= for the interval of kind="observation" only.')
        if interval is not None:
            tail_area(interval, "interval")  # refused before any work
        noise = float(kind == "observation")
        belief = at_new_rows(self, data, offset, noise=noise, precision=precision)
        if interval is None:
            return belief.location
        lower, upper = belief.interval(interval, kind="eti")
        return pd.DataFrame({"mean": belief.location, "lower": lower, "upper": upper})


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

"""What a regression posterior expects of rows: Student's t around x^T m, with or without the noise of an outcome.

scale^2 = scale / shape (x^T precision^-1 x + noise / w)
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from scipy.linalg import solve_triangular

from stattools.bayes.conjugate.student_t import StudentT
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.prediction.predict import Missing, at_rows, columns_beside, handed_out, with_precision
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.models.samples.arms import tail_area


@answers_guesses
class RowPredictions:
    """What a regression posterior answers of rows: of those seen, or of new ones."""

    shape: Any

    def mean_at(self, data: object = None, *, offset: Any = None) -> StudentT:
        """What is believed about the expected outcome of new rows (by default, of the rows seen), one entry per row.

        `data` is a table or array like the one of the model, or a model.
        """
        return at_new_rows(self, data, offset, noise=0.0)

    def predictive(self, data: object = None, *, offset: Any = None, precision: object = None) -> StudentT:
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
        data: object = None,
        *,
        kind: Literal["mean", "observation"] = "mean",
        interval: float | None = None,
        offset: Any = None,
        precision: object = None,
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """The mean of each row of the table, of those seen or of new ones; with `interval=prob` a frame `mean, lower,
        upper`, as `fit.predict` has it, from the exact Student's t of `mean_at`, or of `predictive` for
        `kind="observation"`. `missing` and `align` as in `fit.predict`.

        >>> import stattools as st
        >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
        >>> posterior = st.NormalInverseGammaRegression.flat().update(model)
        >>> posterior.predict({"x": [4]}, interval=0.95).round(3).to_numpy().tolist()
        [[10.0, 7.959, 12.041]]
        """
        kind = one_of(
            kind,
            ("mean", "observation"),
            'predict needs kind="mean" or kind="observation"',
            got="kind=",
            meaning="kind of predictions",
        )
        if precision is not None and (kind != "observation" or interval is None):
            raise IncompatibleError('predict takes precision= for the interval of kind="observation" only.')
        if interval is not None:
            tail_area(interval, "interval")  # refused before any work
        noise = float(kind == "observation")
        at, location, scale = _at(self, data, offset, noise, precision, missing)
        if interval is None:
            return handed_out(at.places, location if len(location) else np.zeros(1), "mean", align)
        if len(location):
            lower, upper = StudentT(2.0 * self.shape, location, scale).interval(interval, kind="eti")
        else:  # places say that this row has no value
            location = lower = upper = np.zeros(1)
        frame = pd.DataFrame({"mean": location, "lower": lower, "upper": upper})
        return handed_out(at.places, frame, "mean", align, is_bare=False)


def at_new_rows(belief: Any, data: object, offset: Any, *, noise: float, precision: object = None) -> StudentT:
    """One entry per row of `data` (a model, a table like that of the model seen, or None for its own rows)."""
    _, location, scale = _at(belief, data, offset, noise, precision)
    return StudentT(2.0 * belief.shape, location, scale)


def _at(
    belief: Any, data: Any, offset: Any, noise: float, precision: Any, missing: Missing = "raise"
) -> tuple[Model, Floats, Floats]:
    """The model at the rows, the center and the scale of each."""
    if isinstance(data, Model):
        model, data = data, None
    elif belief.seen is None:
        raise DomainError("predictive needs a model: before any data give it one, predictive(st.ols(...)).")
    else:
        model = belief.seen.batches[0]
    beside = columns_beside(model, "observation", None, precision) if noise else {}
    at = at_rows(model, data, offset, missing=missing, beside=beside)
    rows = with_precision(at, model, data, precision).rows if noise else at.rows
    if rows.X.shape[1] != len(belief.mean):
        raise IncompatibleError(f"predictive needs {len(belief.mean)} columns; got {rows.X.shape[1]}.")
    location = rows.X @ belief.mean + (0.0 if rows.offset is None else rows.offset)
    spread = np.square(solve_triangular(belief.root, rows.X.T, trans=1)).sum(axis=0)
    spread = spread + noise / (1.0 if rows.precision is None else rows.precision)
    return at, location, np.sqrt(belief.scale / belief.shape * spread)

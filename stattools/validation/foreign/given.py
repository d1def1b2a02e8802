"""What a caller passes beside somebody's object: the table, or X, y, weights and offset, that it was fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.data.tables.table import paired, table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.when_needed import pd
from stattools.text.one_line import prints


@prints
@dataclass(frozen=True, eq=False)
class Given:
    """A table, arrays, weights and an offset, None where nothing was passed."""

    data: Any = None
    X: Any = None
    y: Any = None
    weights: Any = None
    offset: Any = None

    def refuse(self, why: str, *names: str) -> None:
        """IncompatibleError, with the reason, where one of these was passed."""
        said = {"data": self.data, "X": self.X, "y": self.y, "weights": self.weights, "offset": self.offset}
        if any(said[name] is not None for name in names):
            raise IncompatibleError(why)

    def arrays(self, who: str, columns: Any) -> tuple[Any, Any, Any]:
        """X, y and weights from arrays, or from a table, the `columns` that the object was fitted to, and the name of
        the outcome. `who` carries no rows, "a scikit-learn estimator".
        """
        data, X, y, weights = self.data, self.X, self.y, self.weights
        if isinstance(data, tuple) and len(data) == 2:
            (X, y), data = data, None
        if data is not None:
            frame = table(data)
            if not isinstance(y, str) or columns is None:
                raise DomainError(
                    f"{who} does not say what its outcome was: pass X= and y= as it was fitted, or a "
                    "table with y= the name of the outcome, for one that was fitted to named columns."
                )
            paired(("the table", data), ("weights=", weights))
            asked = [*map(str, columns), y, *([weights] if isinstance(weights, str) else [])]
            if missing := [name for name in asked if name not in frame.names]:
                raise DomainError(
                    f"{who} needs the column {quoted(missing[0])}, and the table has "
                    f"{', '.join(map(quoted, frame.names[:12]))}. Pass the table of its fit."
                )
            weights = frame.column(weights) if isinstance(weights, str) else weights
            X, y = pd.DataFrame({str(name): frame.column(str(name)) for name in columns}), frame.column(y)
        if X is None or y is None:
            raise DomainError(f"{who} carries no data: pass X= and y= as it was fitted.")
        paired(("X=", X), ("y=", y), ("weights=", weights))
        if np.shape(X)[0] != np.shape(y)[0]:
            raise DomainError(f"X has {np.shape(X)[0]} rows and y {np.shape(y)[0]}; pass both as they were fitted.")
        return X, y, weights

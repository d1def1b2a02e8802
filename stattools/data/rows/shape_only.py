"""An object in the place of an array of all rows, where the rows are in files or on a cluster."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from stattools.errors import IncompatibleError


class OnDisk:
    """Stands for an array of all rows that is not in memory; it knows the shape.

    >>> len(OnDisk((5, 2)))
    5
    """

    def __init__(self, shape: tuple[int, ...], total: float | None = None, place: str = "in files") -> None:
        self.shape, self.ndim, self.size, self.total, self.place = shape, len(shape), int(np.prod(shape)), total, place

    def __len__(self) -> int:
        return self.shape[0]

    def sum(self, axis: int = 0) -> float:
        """The sum, where it is known."""
        return self._refuse() if self.total is None or axis else self.total

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise IncompatibleError(
            f"this needs all {self.shape[0]:,} rows in memory, and they are {self.place}. Fit a sample of them in "
            "memory (the same formula, with a table of some of the rows), or fit.predict_to(path) for predictions."
        )

    __getitem__ = __iter__ = __array__ = __array_ufunc__ = _refuse
    __eq__ = __ne__ = __ge__ = __le__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = __neg__ = __gt__ = __lt__ = _refuse

    def __getattr__(self, name: str) -> Any:
        return object.__getattribute__(self, name) if name.startswith("_") else self._refuse()

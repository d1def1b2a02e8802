"""What stands for the covariance of a fit that has none: it refuses to be a matrix, by name and with the way out."""

from __future__ import annotations

from typing import Any, NoReturn

from numpy.typing import NDArray

from stattools.errors import AbsentError, IncompatibleError
from stattools.text.one_line import one_line


class NoCovariance:
    """Stands for a matrix (p, p) that does not exist; it knows its shape, and says why where it is used.

    >>> import stattools as st
    >>> fit = st.fit(st.ols([1.0, 2.0, 4.0, 3.0], [0.0, 1.0, 2.0, 3.0]), penalty=st.Ridge(1.0))
    >>> fit.covariance
    <no covariance: Linear regression with Ridge(1) is penalized: no standard errors>
    >>> fit.se
    Traceback (most recent call last):
    stattools.errors.AbsentError: Linear regression with Ridge(1) is penalized: no standard errors, and no ...
    """

    def __init__(self, p: int, why: str, instead: str) -> None:
        self.shape, self.ndim, self.why, self.instead = (p, p), 2, why, instead

    @one_line
    def __repr__(self) -> str:
        return f"<no covariance: {self.why}>"

    def __len__(self) -> int:
        return self.shape[0]

    def refuse(self, *_: Any) -> NoReturn:
        """IncompatibleError with the reason, and what to do instead."""
        raise IncompatibleError(self.message)

    @property
    def message(self) -> str:
        """The reason, and what to do instead."""
        return f"{self.why}, and no intervals either. {self.instead}"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        self.refuse()

    __eq__ = __ne__ = __getitem__ = __iter__ = refuse  # type: ignore[assignment]
    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __matmul__ = __neg__ = refuse
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rmatmul__ = refuse
    __hash__ = object.__hash__

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name) if name.startswith("_") else AbsentError(self.message)

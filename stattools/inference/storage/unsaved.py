"""What stands in a loaded fit for the rows and the functions that were not saved."""

from __future__ import annotations

from typing import Any, NoReturn

from numpy.typing import NDArray

from stattools.errors import IncompatibleError


class Unsaved:
    """Stands for an array that was not saved; it knows its shape, and its sums where they are counts.

    >>> rows = Unsaved((3, 2), (4.0, 9.0))
    >>> len(rows), rows[:, 1].sum()
    (3, 9.0)
    >>> rows[0]
    Traceback (most recent call last):
    stattools.errors.IncompatibleError: the rows of this fit were not saved with it, and this needs them: ...
    """

    def __init__(self, shape: tuple[int, ...], sums: tuple[float, ...] = ()) -> None:
        self.shape, self.ndim, self.sums = shape, len(shape), sums

    def __len__(self) -> int:
        return self.shape[0]

    def sum(self) -> float:
        """The sum of a column."""
        return self.sums[0] if len(self.sums) == 1 else refuse()

    def __getitem__(self, place: Any) -> Unsaved:
        if isinstance(place, tuple) and len(place) == 2 and place[0] == slice(None) and isinstance(place[1], int):
            return Unsaved(self.shape[:1], self.sums[place[1] : place[1] + 1])
        return refuse()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return refuse()

    def _refused(self, *_: Any) -> Any:
        return refuse()

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refused
    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __matmul__ = __neg__ = __abs__ = _refused
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __rmatmul__ = __iter__ = _refused
    __hash__ = object.__hash__

    def __getattr__(self, name: str) -> Any:
        return refuse() if not name.startswith("__") else object.__getattribute__(self, name)


def lacks_rows(model: Any) -> bool:
    """True for the model of a fit that was loaded, whose rows were not saved."""
    return isinstance(columns_of_rows(model), Unsaved)


def columns_of_rows(model: Any) -> Any:
    """The columns of the rows, or what stands for them; None where there are none."""
    one = model.without_groups
    return one.X if one.is_partial else None if one.rows is None else one.rows.X


def require_rows(model: Any) -> None:
    """IncompatibleError for the model of a fit that was loaded."""
    if lacks_rows(model):
        refuse()


def unsaved_function(*_: Any) -> NoReturn:
    raise IncompatibleError("the functions of a custom likelihood are not saved with its fit. Make the model again.")


def refuse() -> NoReturn:
    raise IncompatibleError(
        "the rows of this fit were not saved with it, and this needs them: fit the model to its data again. "
        "(st.load gives the summary, the table, Wald intervals and predictions for new rows.)"
    )

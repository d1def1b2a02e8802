"""Tables that are not in memory: what is asked of them, whatever holds them.

A log-likelihood is a sum over rows, so all that a source has to know is how to sum: `total` maps batches of rows and
adds what comes out, in an order of its own that is the same every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import iadd
from typing import Any, Protocol

from stattools.data.files.batch import Batch
from stattools.data.files.sample import Pick
from stattools.errors import DomainError


class Source(Protocol):
    """A table that is read in batches; a model takes it in the place of a table in memory.

    `kinds` are those that the columns are declared to have; where they are `certain`, batches are read as such. `place`
    says where the rows are: "in files".
    """

    @property
    def names(self) -> Sequence[str]: ...

    @property
    def kinds(self) -> Mapping[str, str]: ...

    @property
    def certain(self) -> bool: ...

    @property
    def place(self) -> str: ...

    @property
    def counted(self) -> str: ...

    def total(self, columns: Sequence[str], work: Callable[[Batch], Any], rows: int) -> Any:
        """The sum (`+`) of `work(batch)`, where that is not None, over batches of so many rows at most; None where all
        are.
        """
        ...

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All rows in order, brought here. Raises IncompatibleError where they stay away."""
        ...

    def pick(self, most: int) -> Pick:
        """Which rows of a batch are in a sample of so many at most."""
        ...


def added(values: Iterable[Any]) -> Any:
    """The sum of what is not None, from left to right, in the arrays of the first of them; None where all are.

    >>> added([1, None, 2])
    3
    """
    found = None
    for value in values:
        if value is not None:
            found = value if found is None else iadd(found, value)
    return found


@contextmanager
def at(where: str) -> Iterator[None]:
    """A DomainError, with the place of the rows that it is about."""
    try:
        yield
    except DomainError as error:
        if str(error).startswith(where):
            raise
        raise DomainError(f"{where}: {error}") from error

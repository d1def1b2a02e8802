"""The verb `load`: a fit that was saved, of whatever kind."""

from __future__ import annotations

import os

from stattools.inference.fitted import Fit
from stattools.inference.storage.file import read


def load(path: str | os.PathLike[str]) -> Fit:
    """Read a fit that `fit.save` wrote.

    Raises FileError for what is not there or is no file, such as a folder or a pipe; DomainError for a file that is
    damaged, edited, of something else, or of a newer format. Profile
    intervals, residuals and whatever else needs the rows raise IncompatibleError: they were not saved.

    >>> load("no such file")
    Traceback (most recent call last):
    stattools.errors.FileError: load cannot read 'no such file': No such file or directory.
    """
    return read(path)

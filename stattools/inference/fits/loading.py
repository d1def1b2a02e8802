"""The verb `load`: a fit that was saved, of whatever kind."""

from __future__ import annotations

import os

from stattools.inference.fits.fit import Fit
from stattools.inference.storage.file import read
from stattools.inference.storage.walker import give_back


def load(path: str | os.PathLike[str], *, likelihood: object = None) -> Fit:
    """Read a fit that `fit.save` wrote.

    `likelihood` is the `st.likelihood(name, function, ...)` that the fit was made of: functions are not saved, and
    predictions need them. Raises FileError for what is not there or is no file, such as a folder or a pipe; DomainError
    for a file that is damaged, edited, of something else, or of a newer format, and for another likelihood. Profile
    intervals, residuals and whatever else needs the rows raise IncompatibleError: they were not saved.

    >>> load("no such file")
    Traceback (most recent call last):
    stattools.errors.FileError: load cannot read 'no such file': No such file or directory.
    """
    fit = read(path)
    if likelihood is not None:
        give_back(fit, likelihood)
    return fit

"""Functions that the user wrote: how they are called, and what is said where they raise an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.errors import FunctionError, StattoolsError


def called(who: str, function: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
    """What a user's function returns. The caller looks at the value, so that floating-point warnings say nothing more.

    Raises FunctionError, from the error of the function, where it raises one; errors of this package pass as they are.

    >>> called("the statistic", lambda y: y / 0, 1)
    Traceback (most recent call last):
    ...
    stattools.errors.FunctionError: the statistic raised ZeroDivisionError: division by zero. Mend the function.
    """
    try:
        with np.errstate(all="ignore"):
            return function(*given, **named)
    except (StattoolsError, MemoryError):  # these say what they are
        raise
    except Exception as error:  # whatever a user's function raises
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise FunctionError(f"{who} raised {said.rstrip('.')}. Mend the function.") from error

"""Does the maximum exist and is it unique? `checks.py` has the list of what is asked of a regression."""

from stattools.inference.existence.checks import separation
from stattools.inference.existence.separation import Separation, SeparationError

__all__ = ["Separation", "SeparationError", "separation"]

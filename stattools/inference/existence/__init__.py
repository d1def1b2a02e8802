"""Does the maximum exist and is it unique? `checks.py` has the list of what is asked of a regression."""

from stattools.inference.existence.checks import separation
from stattools.inference.existence.overlap import SeparationError
from stattools.inference.existence.separation import Separation

__all__ = ["Separation", "SeparationError", "separation"]

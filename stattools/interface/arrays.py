"""What the arrays of annotations hold, written once for all rooms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FLOAT64 = np.dtype(np.float64)
"""The one object that native arrays of float64 have as their type: `is` tells, in less time than `==`."""

"""The BLAS and LAPACK routines for banded and tridiagonal systems in float64, looked up once."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import get_blas_funcs, get_lapack_funcs

_lapack: Any = get_lapack_funcs(("pbtrf", "pbtrs", "pttrf", "tbtrs"), dtype=np.dtype(np.float64))
dpbtrf, dpbtrs, dpttrf, dtbtrs = _lapack
_blas: Any = get_blas_funcs(("tbsv",), dtype=np.dtype(np.float64))
(dtbsv,) = _blas

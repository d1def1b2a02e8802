"""Least squares by QR of the standardized columns, with one step of refinement from the residuals of X itself.

    [X, y] = Q [R, z; 0, rho],   R phi = z,   then  phi <- phi + R^-1 R^-T X^T (y - X phi)

Source: Golub & Van Loan, Matrix Computations (2013), 5.3; the refinement is Bjorck's corrected seminormal step (1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from stattools.data.triangle import triangle
from stattools.errors import IdentificationError, IncompatibleError
from stattools.model import Model
from stattools.solvers.solution import Solution, TraceStep


@dataclass(frozen=True)
class LeastSquares:
    """The exact solver of `st.ols`: two reads of the data, no iteration, rank-revealing.

    Raises IncompatibleError for a likelihood that is not Gaussian, IdentificationError where a column is a
    combination of others in float64.

    >>> LeastSquares().needs
    'a Gaussian likelihood with a linear predictor'
    """

    needs = "a Gaussian likelihood with a linear predictor"

    def solve(self, model: Any) -> Solution:
        """The least-squares coefficients with (X^T W X)^-1."""
        if not (isinstance(model, Model) and model.has_scale):
            raise IncompatibleError(
                f"LeastSquares needs {self.needs}; got {model.title}. Use Newton() or leave solver= out."
            )
        work, T = model.standardized()
        p = work.predictor.columns
        R = triangle(work.rows, beside=True)
        R, z = R[:p, :p], R[:p, p]
        diagonal = np.abs(np.diagonal(R))
        length = np.sqrt((R * R).sum(axis=0))
        if not (diagonal > np.finfo(float).eps * length).all():
            raise IdentificationError("The columns of X are linearly dependent.")
        phi = solve_triangular(R, z)
        phi = phi + solve_triangular(R, solve_triangular(R, work.evaluate(phi, order=1).score, trans=1))
        last = work.evaluate(phi, order=1)
        decrement = np.linalg.norm(solve_triangular(R, last.score, trans=1)) / np.sqrt(work.dispersion(phi))
        status = "converged" if decrement <= 1e-8 else "round-off"
        inverse = solve_triangular(R, np.eye(p))
        trace = (TraceStep(0, last.loglik, float(np.linalg.norm(last.score)) / model.n),)
        rcond = float(1.0 / np.linalg.cond(R / np.where(length > 0, length, 1.0)) ** 2)
        solution = Solution(
            phi, inverse @ inverse.T, last.loglik, status, 1, float(decrement), trace, "LeastSquares", rcond
        )
        return solution.mapped(T)

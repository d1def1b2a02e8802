"""Solvers: how to climb a log-likelihood. Each is a frozen dataclass with `solve(model) -> Solution`, and sees the
model only.

One stopping rule: the Newton decrement lambda = sqrt(g^T H^-1 g). By Cauchy-Schwarz every coefficient is within lambda
standard errors of the maximum, to first order, whatever the units of the columns (Boyd & Vandenberghe 2004, 9.5.1).
"""

from stattools.solvers.first_order import LBFGS, Adam, GradientDescent
from stattools.solvers.least_squares.accuracy import LeastSquares
from stattools.solvers.newton import Newton
from stattools.solvers.solution import ClosedForm, Solution, Solver, TraceStep

__all__ = [
    "LBFGS",
    "Adam",
    "ClosedForm",
    "GradientDescent",
    "LeastSquares",
    "Newton",
    "Solution",
    "Solver",
    "TraceStep",
]

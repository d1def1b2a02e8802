"""Full-batch training: L-BFGS climbs the penalized log-likelihood of all rows.

It ends at a stationary point or at a limit of steps, and says which. Source: Nocedal & Wright, Numerical Optimization
(2006), 7.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.penalties import Ridge
from stattools.interface.arrays import Floats
from stattools.networks.block_sums import summed
from stattools.networks.divergence import require_finite
from stattools.networks.network_model import NetworkModel
from stattools.networks.training import Training, penalty_slope, progress
from stattools.solvers.first_order import LBFGS
from stattools.solvers.solution import Epoch

SEPARATED = 1e-4
"""A mean log-likelihood of categories this close to 0 says that every row is told apart."""


def train_by_lbfgs(model: NetworkModel, solver: LBFGS, penalty: Ridge | None, start: Floats) -> Training:
    """Climb from `start`; ConvergenceError that names cause and layer where values overflow."""
    from scipy.optimize import minimize

    slope, n = None if penalty is None else penalty_slope(model, penalty), model.n
    whole = slice(0, len(model.rows.X))
    history: list[Epoch] = []
    last, first = [np.nan], [np.inf]

    def negative(theta: Floats) -> tuple[float, Floats]:
        now = summed(model, theta, 1)
        pull = np.zeros_like(theta) if slope is None else slope(theta) / n
        score = now.score / n - pull
        last[0] = now.loglik / n
        when = f"{solver!r} diverged in step {len(history) + 1}"
        first[0] = min(first[0], require_finite(model, theta, whole, last[0], score, when, first[0]))
        return 0.5 * float(theta @ pull) - now.loglik / n, -score

    with progress(solver.max_steps) as report:

        def after(_: Any) -> None:
            history.append(Epoch(len(history) + 1, last[0], np.nan))
            report(len(history), history[-1])

        options = {
            "maxiter": solver.max_steps,
            "maxfun": 4 * solver.max_steps,
            "ftol": 1e-13,
            "gtol": max(solver.tolerance, 1e-9),
            "maxcor": 20,
        }
        found = minimize(negative, start, jac=True, method="L-BFGS-B", options=options, callback=after)
    norm = float(np.linalg.norm(found.jac))
    if found.nit >= solver.max_steps or found.nfev >= 4 * solver.max_steps:
        reason = f"the limit of {solver.max_steps} steps"
    else:
        reason = f"a stationary point: the score of the mean log-likelihood is {norm:.1e} long"
    if penalty is None and not model.has_scale and -last[0] < SEPARATED:
        reason += (
            "; the network separates the training rows, so that the log-likelihood rises to 0 without end and has no "
            "maximum: use penalty=st.Ridge(...)"
        )
    return Training(model.freeze(found.x), found.x, tuple(history), reason, -float(found.fun))

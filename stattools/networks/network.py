"""What `st.network` returns: a network bound to data, and how it is fitted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, Self, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError, IncompatibleError
from stattools.inference.fitting.trainable import TrainingOptions
from stattools.inference.penalties import Ridge
from stattools.interface.names.answers import is_one_of
from stattools.networks.fitting_networks import fit_network
from stattools.networks.network_ensemble import NetworkEnsemble
from stattools.networks.network_fit import NetworkFit
from stattools.networks.network_model import NetworkModel
from stattools.networks.units import of_quantity, spread


class Network(NetworkModel):
    """A network bound to data: what `st.network` returns.

    `perceptron` makes eta from standardized inputs, `likelihood` judges it. For a Gaussian outcome eta is in standard
    deviations of y (`unit`) from its mean (`middle`), and the scale is at its own maximum. `first` is 1 where the
    design has an intercept, which the biases replace.
    """

    @overload
    def trained(self, *, members: None = None, **training: Unpack[TrainingOptions]) -> NetworkFit: ...

    @overload
    def trained(self, *, members: int, **training: Unpack[TrainingOptions]) -> NetworkEnsemble: ...

    def trained(
        self,
        *,
        solver: Any = None,
        level: float = 0.95,
        cov: object = "information",
        penalty: Any = None,
        seed: int | np.random.Generator = 0,
        restarts: int = 1,
        members: int | None = None,
        ensemble: Literal["deep", "bootstrap"] = "deep",
    ) -> NetworkFit | NetworkEnsemble:
        """What `st.fit(model, ...)` returns: the best of `restarts` trainings from `seed`, or an `ensemble` of
        `members`; by `solver`, with `penalty`. `level` and `cov` are for standard errors, which a network has not.
        """
        if not is_one_of(cov, ("information",)) or level != 0.95 or not (penalty is None or isinstance(penalty, Ridge)):
            raise IncompatibleError(
                f"{self.title} has no standard errors: cov= and level= do not go with it, and penalty= is "
                "st.Ridge only."
            )
        if penalty is not None:
            penalty.check(self)
        training = {"seed": seed, "restarts": restarts, "members": members, "ensemble": ensemble}
        return fit_network(self, solver=solver, penalty=penalty, **training)

    def subset(self, which: slice | NDArray[np.intp]) -> Self:
        """The network over some of its rows, whose units are those of these rows."""
        rows = self.rows.take(which)
        units: dict[str, Any] = {}
        if len(rows.X):
            weight = np.ones(len(rows.X)) if rows.weight is None else rows.weight
            if not weight.any():
                raise DomainError(
                    f"{self.title}: none of these {len(rows.X)} rows counts, for all have weight 0. Leave such rows "
                    "out, or take fewer folds."
                )
            if self.center.any() or (self.scale != 1.0).any():
                units["center"], units["scale"] = spread(rows.X[:, self.first :], weight)
            if self.has_scale:
                units["middle"], units["unit"] = of_quantity(rows.y, weight)
        return replace(self, rows=rows, kept=None, origin=self._origin_of(which), n_dropped=0, **units)

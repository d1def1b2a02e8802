"""Anchors by which links found the reference before its files moved into rooms: none of them vanishes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from griffe import AliasResolutionError, Extension, Module, Object

CLAIMED = ("stattools.validation.explaining.claimed", "stattools.validation.claimed")
"""A file that other files' names could be imported from."""
EARLIER = {
    "stattools.bayes": ("stattools",),
    "stattools.bayes.sampling.drawn.Drawn": ("stattools.sampling.draws.Posterior",),
    "stattools.inference.averaged.Averaged": ("stattools.fitted.Fit", "stattools.inference.fitted.Fit"),
    "stattools.inference.estimates.Estimates": ("stattools.fitted.Fit",),
    "stattools.inference.fitting_many": ("stattools.many_fits", "stattools.inference.many_fits"),
    "stattools.inference.series_fit.SeriesFit": ("stattools.Fit", "stattools.fitted.Fit"),
    "stattools.networks.network": ("stattools.networks.network_model",),
    "stattools.networks.network_model.NetworkModel": ("stattools.networks.network_model.Network",),
    "stattools.networks.trained_network.TrainedNetwork": (
        "stattools.networks.network_fit.NetworkFit",
        "stattools.networks.network_ensemble.NetworkEnsemble",
    ),
    "stattools.bayes.empirical_bayes": ("stattools.conjugate.shrinkage",),
    "stattools.bayes.posterior": ("stattools.bayes",),
    "stattools.bayes.prior_checks": ("stattools.conjugate",),
    "stattools.bayes.sampling.regressions": ("stattools.bayes.sampling.logistic", "stattools.sampling.logistic"),
    "stattools.bayes.priors.scaled": ("stattools.priors.positive", "stattools.priors.symmetric"),
    "stattools.data.files": ("stattools.data",),
    "stattools.data.tables": ("stattools.data",),
    "stattools.inference": ("stattools",),
    "stattools.inference.arviz": ("stattools.export",),
    "stattools.inference.arviz.exported": ("stattools.export.asymptotic",),
    "stattools.inference.diagnostics": ("stattools",),
    "stattools.inference.existence.monotone_likelihood": (
        "stattools.inference.existence.monotone",
        "stattools.existence.monotone",
    ),
    "stattools.inference.existence.separated": (
        "stattools.inference.existence.separation",
        "stattools.existence.separation",
        "stattools.separation",
    ),
    "stattools.inference.existence.separated_rows": (
        "stattools.inference.existence.separation",
        "stattools.existence.separation",
        "stattools.separation",
    ),
    "stattools.inference.simulation_smoother": ("stattools.state_paths",),
    "stattools.inference.storage.loading": ("stattools.storage", "stattools.storage.file"),
    "stattools.interface": ("stattools",),
    "stattools.models.custom_making": ("stattools.models.custom",),
    "stattools.models.evaluation": ("stattools.model",),
    "stattools.models.model": ("stattools.model", *CLAIMED),
    "stattools.models.regressions": ("stattools.models",),
    "stattools.models.regressions.regression": ("stattools.models.regression", "stattools.models.overdispersed"),
    "stattools.models.samples": ("stattools.models",),
    "stattools.series": ("stattools",),
    "stattools.series.filters.exponential_smoothing": ("stattools.filters.smoothing",),
    "stattools.models.survival.hazard_regression": ("stattools.models.survival.cox",),
    "stattools.validation.explaining": ("stattools.validation",),
    "stattools.validation.explaining.audit": ("stattools.validation.audit", *CLAIMED),
    "stattools.validation.explaining.finding": ("stattools.validation.finding", *CLAIMED),
    "stattools.errors": CLAIMED,
}
"""Where files, and the members that classes inherit now, were; the longest name that a path begins with counts."""


def earlier(path: str) -> list[str]:
    """The paths that an object had, none where they are what they were.

    >>> earlier("stattools.bayes.conjugate.normal.Normal.mean")
    ['stattools.conjugate.normal.Normal.mean']
    """
    room = max((room for room in EARLIER if path.startswith(f"{room}.")), key=len, default=None)
    return [] if room is None else [before + path.removeprefix(room) for before in EARLIER[room]]


class EarlierPaths(Extension):
    """Gives each object of the package the names that it had."""

    def on_package(self, *, pkg: Module, **_: Any) -> None:
        """Called once for the package."""
        self._name(pkg)

    def _name(self, obj: Object) -> None:
        for path in earlier(obj.path):
            obj.aliases[path] = obj  # type: ignore[assignment]
        for member in obj.all_members.values():
            if not member.is_alias:
                self._name(member)  # type: ignore[arg-type]
                continue
            with suppress(AliasResolutionError):  # a private name, or another package's
                for path in earlier(member.path):
                    member.final_target.aliases[path] = member.final_target  # type: ignore[union-attr]

"""Anchors by which links found the reference before its files moved into rooms: none of them vanishes."""

from __future__ import annotations

from ast import literal_eval
from contextlib import suppress
from typing import Any

from griffe import AliasResolutionError, Attribute, Docstring, Extension, Module, Object

CLAIMED = ("stattools.validation.explaining.claimed", "stattools.validation.claimed")
"""A file that other files' names could be imported from."""
EARLIER = {
    "stattools.bayes": ("stattools",),
    "stattools.bayes.empirical_bayes": ("stattools.conjugate.shrinkage",),
    "stattools.bayes.posterior": ("stattools.bayes",),
    "stattools.bayes.prior_checks": ("stattools.conjugate",),
    "stattools.bayes.conjugate.normal_inverse_gamma_regression": (
        "stattools.bayes.conjugate.predictives.regression_predictive",
        "stattools.conjugate.predictives.regression_predictive",
        "stattools.conjugate.normal_inverse_gamma_regression",
    ),
    "stattools.bayes.decisions.contest": (
        "stattools.bayes.decisions.losses",
        "stattools.bayes.decisions.probabilities",
        "stattools.decisions.losses",
        "stattools.decisions.probabilities",
    ),
    "stattools.bayes.priors.families": (
        "stattools.bayes.priors.flat",
        "stattools.bayes.priors.scaled",
        "stattools.priors.flat",
        "stattools.priors.scaled",
        "stattools.priors.positive",
        "stattools.priors.symmetric",
    ),
    "stattools.bayes.sampling.drawn.Drawn": ("stattools.sampling.draws.Posterior",),
    "stattools.bayes.sampling.observed": (
        "stattools.bayes.sampling.regressions",
        "stattools.bayes.sampling.logistic",
        "stattools.sampling.logistic",
    ),
    "stattools.data.files": ("stattools.data",),
    "stattools.data.tables": ("stattools.data",),
    "stattools.data.tables.arrays": (
        "stattools.data.tables.idx",
        "stattools.data.idx",
    ),
    "stattools.errors": (*CLAIMED,),
    "stattools.inference": ("stattools",),
    "stattools.inference.arviz": ("stattools.export",),
    "stattools.inference.arviz.datatree": (
        "stattools.export.layout",
        "stattools.inference.arviz.exported",
        "stattools.export.asymptotic",
        "stattools.inference.arviz.layout",
    ),
    "stattools.inference.comparison.compare": (
        "stattools.inference.diagnostics.comparison",
        "stattools.comparison",
        "stattools.inference.comparison.cross_validation",
        "stattools.inference.comparison.scores",
        "stattools.inference.diagnostics.held_out_scores",
        "stattools.held_out_scores",
        "stattools.inference.diagnostics.cross_validation",
        "stattools.cross_validation",
    ),
    "stattools.inference.diagnostics": ("stattools",),
    "stattools.inference.effects.averages": (
        "stattools.inference.effects.moved_rows",
        "stattools.effects.moved_rows",
        "stattools.effects.averages",
    ),
    "stattools.inference.covariance.kinds": (
        "stattools.covariance.kinds",
        "stattools.inference.covariance.long_run",
        "stattools.covariance.long_run",
    ),
    "stattools.inference.hypotheses.anova": (
        "stattools.hypotheses.anova",
        "stattools.inference.hypotheses.proportional_odds",
        "stattools.hypotheses.proportional_odds",
    ),
    "stattools.inference.intervals.coefficients": (
        "stattools.inference.intervals.profile",
        "stattools.intervals.profile",
        "stattools.intervals.coefficients",
    ),
    "stattools.inference.penalties.penalized": (
        "stattools.inference.penalties.ridge",
        "stattools.penalties.ridge",
        "stattools.inference.penalties.jeffreys",
        "stattools.penalties.jeffreys",
        "stattools.penalties.penalized",
    ),
    "stattools.inference.plots.predictions": (
        "stattools.inference.plots.residuals",
        "stattools.plots.residuals",
        "stattools.inference.plots.series",
        "stattools.plots.series",
    ),
    "stattools.inference.diagnostics.goodness": (
        "stattools.inference.diagnostics.residuals",
        "stattools.residuals",
        "stattools.goodness",
    ),
    "stattools.inference.estimates.Estimates": ("stattools.fitted.Fit",),
    "stattools.inference.existence.partial_likelihood": (
        "stattools.inference.existence.monotone_likelihood",
        "stattools.inference.existence.monotone",
        "stattools.inference.existence.checks",
        "stattools.inference.existence.separated",
        "stattools.inference.existence.separation",
        "stattools.existence.separation",
        "stattools.separation",
        "stattools.existence.monotone",
    ),
    "stattools.inference.existence.separation.Separation": (
        "stattools.inference.existence.partial_likelihood.LevelsWithoutEvents",
        "stattools.inference.existence.partial_likelihood.MonotoneLikelihood",
        "stattools.inference.existence.separated_rows.Separation",
        "stattools.existence.separation.Separation",
    ),
    "stattools.inference.existence.separation": (
        "stattools.inference.existence.overlap",
        "stattools.existence.overlap",
        "stattools.inference.existence.separated_rows",
        "stattools.existence.separation",
        "stattools.separation",
    ),
    "stattools.inference.fits.cox_fit": (
        "stattools.inference.survival.cox_fit",
        "stattools.survival.cox_fit",
    ),
    "stattools.inference.fits.fit": (
        "stattools.inference.fitted",
        "stattools.fitted",
        "stattools.inference.averaged",
        "stattools.averaged",
        "stattools.inference.series_fit",
        "stattools.series_fit",
    ),
    "stattools.inference.fits.fit.Fit": (
        "stattools.inference.fits.fit.Averaged",
        "stattools.inference.fits.fit.Parallel",
        "stattools.inference.fits.fit.Plotted",
        "stattools.inference.fits.fit.Tabled",
        "stattools.inference.averaged.Averaged",
        "stattools.fitted.Fit",
        "stattools.inference.fitted.Fit",
    ),
    "stattools.inference.fits.fit.SeriesFit": (
        "stattools.inference.series_fit.SeriesFit",
        "stattools.Fit",
        "stattools.fitted.Fit",
    ),
    "stattools.inference.fits.loading": (
        "stattools.inference.storage.loading",
        "stattools.storage",
        "stattools.storage.file",
    ),
    "stattools.inference.fits.mixed_fit.MixedFit": (
        "stattools.LinearMixedFit",
        "stattools.MixedRegressionFit",
        "stattools.inference.fits.mixed_fit.LinearMixedFit",
        "stattools.inference.fits.mixed_fit.MixedRegressionFit",
        "stattools.inference.mixed.linear_mixed_fit.LinearMixedFit",
        "stattools.mixed.linear_mixed_fit.LinearMixedFit",
        "stattools.inference.fits.mixed_fit.MixedAnswers",
        "stattools.inference.mixed.mixed_answers.MixedAnswers",
        "stattools.mixed.mixed_answers.MixedAnswers",
        "stattools.inference.mixed.mixed_regression_fit.MixedRegressionFit",
        "stattools.mixed.mixed_regression_fit.MixedRegressionFit",
    ),
    "stattools.inference.fits.mixed_fit": (
        "stattools.inference.mixed.linear_mixed_fit",
        "stattools.mixed.linear_mixed_fit",
        "stattools.inference.mixed.mixed_regression_fit",
        "stattools.mixed.mixed_regression_fit",
    ),
    "stattools.inference.fitting.many": (
        "stattools.inference.fitting_many",
        "stattools.many_fits",
        "stattools.inference.many_fits",
    ),
    "stattools.inference.fitting.maximum_likelihood": (
        "stattools.inference.fitting",
        "stattools.fitting",
    ),
    "stattools.inference.hypotheses.exact": (
        "stattools.inference.hypotheses.table_independence",
        "stattools.hypotheses.table_independence",
        "stattools.inference.hypotheses.permutation",
        "stattools.hypotheses.permutation",
    ),
    "stattools.inference.hypotheses.nested": (
        "stattools.inference.hypotheses.nested_tests",
        "stattools.hypotheses.nested_tests",
    ),
    "stattools.inference.hypotheses.result": (
        "stattools.inference.hypotheses.adjusted",
        "stattools.hypotheses.adjusted",
    ),
    "stattools.inference.hypotheses.wild_bootstrap": (
        "stattools.inference.wild.bootstrap",
        "stattools.wild.bootstrap",
    ),
    "stattools.inference.needs": (
        "stattools.inference.questions",
        "stattools.questions",
    ),
    "stattools.inference.prediction.kinds": (
        "stattools.inference.prediction.categories",
        "stattools.prediction.categories",
    ),
    "stattools.inference.prediction.predict": (
        "stattools.inference.prediction.prediction",
        "stattools.prediction.prediction",
    ),
    "stattools.inference.resampling.bootstrap": (
        "stattools.inference.resampling",
        "stattools.resampling",
    ),
    "stattools.inference.resampling.power": (
        "stattools.inference.planning.power",
        "stattools.planning.power",
    ),
    "stattools.inference.resampling.states": (
        "stattools.inference.simulation_smoother",
        "stattools.state_paths",
    ),
    "stattools.inference.smooths.curves": (
        "stattools.inference.smooths.smooth",
        "stattools.smooths.smooth",
    ),
    "stattools.inference.survival.product_limit": (
        "stattools.inference.survival.kaplan_meier",
        "stattools.survival.kaplan_meier",
    ),
    "stattools.interface": ("stattools",),
    "stattools.models.custom": ("stattools.models.custom_making",),
    "stattools.models.evaluation": ("stattools.model",),
    "stattools.models.regressions.linear_mixed": ("stattools.models.mixed.linear_mixed",),
    "stattools.models.mixed.mixed_model": ("stattools.models.mixed.linear_mixed",),
    "stattools.models.model": (
        "stattools.model",
        *CLAIMED,
    ),
    "stattools.models.regressions": ("stattools.models",),
    "stattools.models.regressions.categories": (
        "stattools.models.regressions.ordinal",
        "stattools.models.ordinal",
        "stattools.models.regressions.one_vs_rest",
        "stattools.models.one_vs_rest",
    ),
    "stattools.models.regressions.counts": (
        "stattools.models.regressions.count_regression",
        "stattools.models.count_regression",
        "stattools.models.regressions.zeros",
        "stattools.models.zeros",
    ),
    "stattools.models.regressions.glm": (
        "stattools.models.regressions.regression",
        "stattools.models.regression",
        "stattools.models.overdispersed",
        "stattools.models.regressions.own_regression",
        "stattools.models.own_regression",
    ),
    "stattools.models.regressions.times": (
        "stattools.models.regressions.failure_times",
        "stattools.models.failure_times",
        "stattools.models.survival.hazard_regression",
        "stattools.models.survival.cox",
        "stattools.models.survival.conditional_logit",
    ),
    "stattools.models.samples": ("stattools.models",),
    "stattools.models.samples.normal": (
        "stattools.models.samples.multivariate_normal",
        "stattools.models.multivariate_normal",
        "stattools.models.samples.correlation",
        "stattools.models.correlation",
    ),
    "stattools.models.samples.proportions": (
        "stattools.models.samples.proportion",
        "stattools.models.proportion",
        "stattools.models.samples.counts",
        "stattools.models.counts",
        "stattools.models.samples.waiting",
        "stattools.models.waiting",
    ),
    "stattools.models.samples.rates": (
        "stattools.models.samples.event_rates",
        "stattools.models.event_rates",
        "stattools.models.samples.rate",
        "stattools.models.rate",
    ),
    "stattools.models.samples.tables": (
        "stattools.models.samples.multinomial",
        "stattools.models.multinomial",
        "stattools.models.samples.odds_ratio",
        "stattools.models.odds_ratio",
    ),
    "stattools.networks.network": ("stattools.networks.network_model",),
    "stattools.networks.network_model.NetworkModel": ("stattools.networks.network_model.Network",),
    "stattools.networks.trained_network.PlottedNetwork": ("stattools.networks.plots.PlottedNetwork",),
    "stattools.networks.trained_network.TrainedNetwork": (
        "stattools.networks.network_fit.NetworkFit",
        "stattools.networks.network_ensemble.NetworkEnsemble",
    ),
    "stattools.series": ("stattools",),
    "stattools.series.filters.exponential": (
        "stattools.filters.exponential",
        "stattools.series.filters.streaming",
        "stattools.filters.streaming",
    ),
    "stattools.series.filters.smoothing": (
        "stattools.filters.smoothing",
        "stattools.series.filters.exponential_smoothing",
    ),
    "stattools.series.statespace.states": (
        "stattools.statespace.states",
        "stattools.series.statespace.conventions",
        "stattools.statespace.conventions",
        "stattools.series.statespace.state_table",
        "stattools.statespace.state_table",
    ),
    "stattools.solvers.first_order": (
        "stattools.solvers.gradient_descent",
        "stattools.solvers.adam",
        "stattools.solvers.lbfgs",
    ),
    "stattools.solvers.least_squares.accuracy": ("stattools.solvers.least_squares",),
    "stattools.solvers.solution": ("stattools.solvers.closed_form",),
    "stattools.validation.explaining": ("stattools.validation",),
    "stattools.validation.explaining.audit": (
        "stattools.validation.audit",
        *CLAIMED,
    ),
    "stattools.validation.verdict": (
        "stattools.validation.agreement",
        "stattools.validation.posterior_agreement",
        "stattools.validation.explaining.finding",
        "stattools.validation.finding",
        *CLAIMED,
    ),
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
    """Gives each object the names that it had, and answers of parts the docstrings that they are given."""

    def on_attribute_instance(self, *, attr: Attribute, **_: Any) -> None:
        """`n = answer_of("rows.n", "Number of observations.")` says what n is."""
        said = str(attr.value)
        if said.startswith("answer_of(") and attr.docstring is None:
            attr.docstring = Docstring(literal_eval(f"({said.removeprefix('answer_of(')}")[1], parent=attr)

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

"""The figures of a fit by name, and what each needs: what `fit.plot` draws, refuses and offers."""

from __future__ import annotations

from stattools.errors import IncompatibleError
from stattools.inference.estimates import Estimates
from stattools.inference.needs import NEEDS, Need, curves, rows, rows_at_hand, rows_there, states, variables
from stattools.inference.plots import predictions as of
from stattools.inference.plots.coefficients import a_profile, coefficients, profile
from stattools.inference.plots.drawing import Plot, Plots
from stattools.likelihoods.outcomes import Outcome


def one_residual(fit: Estimates, name: str) -> None:
    """A row has one residual, not one for each category."""
    if fit.model.likelihood.outcome.has_several:
        raise IncompatibleError(
            f"{fit.model.title} has no order in its categories, so that a row has no residual that could be ordered; "
            'plot("calibration") compares probabilities with what happened.'
        )


def of_rows(need: Need) -> Need:
    """What a fit needs as one of single rows, which a fit with random effects is of its fixed ones."""
    return lambda fit, name: need(fit._of_rows, name)


def rows_to_climb(fit: Estimates, name: str) -> None:
    """The rows of a regression, wherever they are."""
    if fit.model.facts.is_regression:
        rows_there(fit, name)


def a_curve(fit: Estimates, name: str) -> None:
    """A model with curves."""
    curves(fit, f'plot("{name}")')


def counts(fit: Estimates, name: str) -> None:
    """An outcome that is a count."""
    if fit.model.likelihood.outcome is not Outcome.COUNT:
        raise IncompatibleError(f'{name} are those of counts; {fit.model.title} has plot("calibration").')


PLOTS: Plots = {
    "level": Plot(of.level, (of.a_series,)),
    "forecast": Plot(of.forecast, (of.a_series,)),
    "states": Plot(of.states, (states,)),
    "innovations": Plot(of.innovations, (of.a_series,)),
    "coefficients": Plot(coefficients),
    "effect": Plot(of.effect, (rows, variables)),
    "residuals": Plot(of.residuals, (of_rows(rows), of_rows(one_residual), of_rows(rows_at_hand))),
    "calibration": Plot(of.calibration, (rows, rows_at_hand)),
    "frequencies": Plot(of.frequencies, (rows, counts, rows_at_hand)),
    "influence": Plot(of.influence, (*NEEDS["leverage"], *NEEDS["cooks_distance"])),
    "random_effects": Plot(of.random_effects, (of.groups_with_effects,)),
    "smooth": Plot(of.smooth_curve, (a_curve,)),
    "profile": Plot(profile, (rows_to_climb, a_profile)),
}
"""By name, the ones first that a fit of a series draws by default."""

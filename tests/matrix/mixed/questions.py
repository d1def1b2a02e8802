"""What fits with groups and curves are asked, who refuses it, and where it is tested that the answer is right."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import stattools as st
from tests.inference.mixed.regressions import table

TABLE = pd.DataFrame(table()).assign(q=lambda rows: np.log(rows.v))

FITS: dict[str, Callable[[], Any]] = {
    "logistic, groups alone": lambda: st.logistic("y ~ x + w + (1 | g)", TABLE),
    "counts, groups alone": lambda: st.poisson("k ~ x + w + (1 | g)", TABLE),
    "counts, curve alone": lambda: st.poisson("k ~ w + s(x, k=8)", TABLE),
    "counts, curve, groups": lambda: st.poisson("k ~ w + s(x, k=8) + (1 | g)", TABLE),
    "normal, groups alone": lambda: st.linear_mixed("q ~ x + w + (1 | g)", TABLE),
    "normal, curve alone": lambda: st.glm("q ~ w + s(x, k=8)", TABLE, family="normal"),
    "normal, curve, groups": lambda: st.linear_mixed("q ~ w + s(x, k=8) + (1 | g)", TABLE),
}


@cache
def fitted(name: str) -> Any:
    """Each is fitted once."""
    return st.fit(FITS[name]())


def asked(question: str, name: str) -> Any:
    """The answer of a fit to a question, an expression of `fit`."""
    given = {
        "fit": fitted(name),
        "st": st,
        "TABLE": TABLE,
        "NEW": TABLE.iloc[:4],
        "saved": _saved,
        "reported": _reported,
    }
    return eval(question, given)


def is_refused(refused: str, name: str) -> bool:
    words = set(name.replace(",", "").split())
    return bool(refused) and any(set(entry.split()) <= words for entry in refused.split(", "))


def _saved(fit: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return st.load(fit.save(Path(folder) / "fit")).table()


def _reported(fit: Any) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return st.report(fit, to=Path(folder) / "report").read_text(encoding="utf-8")


ANSWERED = {
    "inference/mixed/test_linear_mixed_fit.py::test_criteria_count_the_variances_as_r_does": {
        "fit.aic": "",
        "fit.bic": "",
        "fit.n": "",
        "fit.loglik": "",
        "fit.glance()": "",
    },
    "inference/mixed/test_mixed_regression_fit.py::test_entries_of_covariances_are_counted": {
        "fit.deviance": "",
    },
    "inference/mixed/test_mixed_regression_fit.py::test_estimates_and_covariance_are_those_of_the_coefficients": {
        "fit.cov": "",
        "fit.se": "",
        "fit.estimate": "",
        "fit.covariance": "",
        "fit.names": "",
        "fit.scale": "",
    },
    "inference/mixed/test_mixed_regression_fit.py::test_tests_are_normal_and_intervals_walds": {
        "fit.df": "",
        "fit.t_df": "",
        "fit.cov_kind": "",
        "fit.level": "",
        "fit.kinds": "",
        "fit.penalty": "",
        "fit.r_squared": "",
        "fit.quantile(0.9)": "",
    },
    "inference/mixed/test_mixed_degrees.py::test_a_split_plot_is_tested_as_by_its_analysis_of_variance": {
        "fit.degrees": "",
    },
    "inference/mixed/test_mixed_certificate.py::test_zero_is_said_to_be_the_maximum_with_the_slope": {
        "fit.certificate": "",
    },
    "inference/mixed/test_mixed_certificate.py::test_all_local_maxima_of_one_ratio_are_listed_the_highest_first": {
        "fit.local_maxima": "",
    },
    "inference/mixed/test_fitting_mixed_regressions.py::test_the_likelihood_is_the_exact_integral_at_its_maximum": {
        "fit.found": "",
    },
    "inference/mixed/test_fitting_mixed_regressions.py::test_nodes_and_the_kind_of_integral_can_be_asked_for": {
        "fit.integral": "normal",
    },
    "inference/mixed/test_fitting_mixed.py::test_the_restricted_likelihood_is_the_default": {
        "fit.reml": "",
        "st.fit(fit.model, reml=False)": "counts, logistic",
    },
    "inference/mixed/test_family_residuals.py::test_residuals_with_and_without_the_effects": {
        "fit.residuals": "",
        "fit.residuals_of('response')": "",
        "fit.residuals_of('pearson')": "",
        "fit.residuals_of('deviance')": "normal",
    },
    "inference/smooths/test_smoothed.py::test_the_frame_of_all_curves": {
        "fit.smooths": "",
    },
    "inference/smooths/test_smooth.py::test_bands_are_estimates_with_standard_errors_to_both_sides": {
        "fit.smooth('s(x)')": "groups alone",
        "fit.plot('smooth')": "groups alone",
    },
    "inference/smooths/test_smooth_tests.py::test_the_ratio_against_a_line_is_twice_what_the_fit_gains": {
        "fit.smooth_test('s(x)')": "groups alone",
    },
    "inference/mixed/test_linear_mixed_fit.py::test_terms_are_tested_by_wald": {
        "fit.anova()": "",
    },
    "inference/mixed/test_averaged_coefficients.py::test_of_a_probit_model_they_are_those_of_a_group_made_smaller": {
        "fit.averaged_coefficients()": "curve, normal",
    },
    "inference/mixed/test_mixed_answers.py::test_probabilities_over_groups_are_calibrated_and_drawn": {
        "fit.calibration()": "normal, counts",
    },
    "inference/mixed/test_mixed_answers.py::test_rows_of_new_groups_are_judged_without_their_effects": {
        "fit.check()": "",
    },
    "inference/mixed/test_mixed_answers.py::test_effects_and_means_are_of_the_population_unless_of_a_typical_group": {
        "fit.contrasts('w')": "",
        "fit.contrasts('w', data=NEW)": "",
        "fit.contrasts('w', groups='typical')": "",
        "fit.means('w')": "",
        "fit.means('w', over='grid')": "",
        "fit.means('w', groups='typical')": "",
        "fit.marginal_effects()": "",
        "fit.marginal_effects(by='w')": "",
        "fit.marginal_effects(groups='typical')": "",
    },
    "inference/mixed/test_mixed_answers.py::test_intervals_and_tests_of_coefficients": {
        "fit.function(lambda b: b['w[T.b]'] ** 2)": "",
        "fit.interval()": "",
        "fit.interval(kind='profile')": "curve, normal",
        "fit.test('w[T.b] = 0')": "",
    },
    "inference/mixed/test_mixed_answers.py::test_variances_effects_and_shares": {
        "fit.goodness()": "",
        "fit.intraclass()": "",
    },
    "inference/mixed/test_family_influence.py::test_falls_and_distances_of_each_group": {
        "fit.group_influence()": "curve",
    },
    "inference/mixed/test_mixed_answers.py::test_pictures": {
        "fit.plot()": "",
        "fit.plot('residuals')": "",
        "fit.plot('random_effects')": "curve alone",
    },
    "inference/mixed/test_family_predictions.py::test_of_whom_it_is_predicted": {
        "fit.predict()": "",
        "fit.predict(NEW, groups='known', interval=0.9)": "",
        "fit.predict(NEW, groups='new', interval=0.9)": "",
        "fit.predict(NEW, groups='population', interval=0.9)": "",
        "fit.predict(NEW, groups='typical', interval=0.9)": "",
        "fit.predict(NEW, kind='link', interval=0.9)": "",
        "fit.predict(NEW, kind='class')": "curve, normal, counts",
    },
    "inference/mixed/test_family_predictions.py::test_observations_of_known_and_new_groups": {
        "fit.predict(NEW, kind='observation', groups='new')": "logistic",
    },
    "inference/mixed/test_random_effects.py::test_modes_of_a_balanced_layout_are_shrunk_means": {
        "fit.random_effects()": "curve alone",
    },
    "inference/mixed/test_family_residuals.py::test_quantile_residuals_are_of_the_distribution_over_groups": {
        "fit.residuals_of('quantile', seed=1)": "normal",
    },
    "inference/mixed/test_linear_mixed_fit.py::test_the_table_is_of_the_fixed_effects": {
        "fit.table()": "",
        "fit.table(exponentiate=True)": "normal",
    },
    "inference/mixed/test_variance_components.py::test_intervals_are_profiles_with_an_end_at_0_and_never_walds": {
        "fit.variance_components()": "",
    },
    "inference/mixed/test_variance_tests.py::test_the_statistic_is_twice_the_rise_of_the_restricted_likelihood": {
        "fit.variance_test('g')": "curve",
    },
    "inference/storage/test_mixed_regressions.py::test_answers_without_rows_are_the_same_to_the_last_bit": {
        "saved(fit)": "curve",
    },
    "inference/mixed/test_mixed_regression_page.py::test_the_page_has_coefficients_variances_and_the_integral": {
        "str(fit)": "",
    },
    "reporting/test_mixed_regressions.py::test_a_report_has_both_kinds_of_coefficients_and_the_integral": {
        "reported(fit)": "",
    },
    "reporting/test_mixed_models.py::test_the_page_of_a_report": {
        "st.report_table(fit)": "",
    },
    "reporting/test_mixed_regressions.py::test_odds_ratios_are_said_to_be_conditional": {
        "st.sentences(fit)": "",
    },
    "inference/mixed/test_drawn_groups.py::test_a_parametric_bootstrap_has_the_standard_deviations_too": {
        "st.bootstrap(fit, kind='parametric', draws=10, seed=1).table()": "curve",
    },
    "inference/mixed/test_held_out_groups.py::test_groups_are_held_out_together": {
        "st.cross_validate(fit.model, folds=2, groups='g', seed=1)": "",
    },
    "inference/mixed/test_mixed_answers.py::test_comparisons_count_variances_and_one_kind_of_integral": {
        "st.compare(fit, fit)": "",
    },
    "bayes/sampling/test_latent_center.py::test_draws_have_the_means_of_the_exact_integral": {
        "st.posterior(fit.model, method='importance', draws=200, chains=1, seed=1).mean": "curve",
    },
    "validation/checks/test_mixed_regressions.py::test_the_integral_on_a_grid_agrees": {
        "st.validate(fit).reference_loglik": "",
    },
    "validation/explaining/test_causes_of_refits.py::test_our_own_fits_are_right": {
        "st.audit(fit).ok": "",
    },
    "validation/explaining/test_planted_causes.py::test_fits_with_groups_are_explained_for_every_family": {
        "st.explain(fit, fit).same": "",
    },
    "inference/arviz/test_observations.py::test_all_groups_are_there": {
        "st.to_arviz(fit, draws=20, seed=1)": "",
    },
}
"""By the test, a path within tests/, that says whether the value is right: what a fit is asked, and words of the fits
that have no such answer: entries between commas, all words of one meant.
"""

NEVER = (
    "fit.anova(test='lr')",
    "fit.cooks_distance()",
    "fit.leverage()",
    "fit.hazard_ratios()",
    "fit.proportional_odds()",
    "fit.predict_to('p.csv', NEW)",
    "fit.wild_bootstrap('w[T.b] = 0', seed=1)",
    "fit.interval(kind='score')",
    "st.confusion(fit)",
    "st.held_out(fit, data=TABLE)",
    "st.power(fit, 'w', seed=1)",
    "st.separation(fit.model)",
    "st.exact_test(fit)",
    "st.empirical_bayes(fit.model)",
    "st.fit(fit.model, cov='HC3')",
    "st.fit(fit.model, cov=st.Cluster('g'))",
    "st.fit(fit.model, penalty=st.Ridge(1.0))",
    "st.fit(fit.model, solver=st.LBFGS())",
)
"""What has no answer of any of these fits."""

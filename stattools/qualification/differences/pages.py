"""Every comparison page of CAMIS ("Comparing Analysis Method Implementations in Software") and what it is to us.

By PHUSE, read in November 2026 under https://psiaims.github.io/CAMIS/. A page differs where it is of a difference that
is recomputed here; otherwise `standing` says that its programs agree and which answer of ours it is, or why nothing of
ours is concerned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stattools.qualification.differences.means import SITE

type Standing = Literal["differs", "agrees", "not ours"]


@dataclass(frozen=True)
class ComparisonPage:
    """A comparison: its subject, its address, how it stands to this package, and a sentence on it."""

    subject: str
    address: str
    standing: Standing
    note: str


def _page(standing: Standing, name: str, subject: str, note: str) -> ComparisonPage:
    return ComparisonPage(subject, f"{SITE}{name}.html", standing, note)


DIFFERS = tuple(
    _page("differs", name, subject, f"Recomputed; {note}." if note else "Recomputed.")
    for name, subject, note in (
        ("r-sas_ttest_2Sample", "t tests of two samples", ""),
        ("r-sas_ttest_Paired", "paired t tests", ""),
        ("r-sas_ancova", "analysis of covariance", ""),
        ("r-sas_anova", "analysis of variance, contrasts", "type IV is not offered"),
        ("r-sas-summary-stats", "quantiles", ""),
        ("r-sas_rounding", "rounding", ""),
        ("r-sas_summary_skew_kurt", "skewness and kurtosis", ""),
        ("r-sas_chi-sq", "chi-squared and Fisher's test", ""),
        ("r-sas_mcnemar", "McNemar's test", "kappa is not offered"),
        (
            "r-sas_cmh",
            "Cochran, Mantel and Haenszel's test",
            "tables of more than two rows or columns by strata are not offered; the page's p of 0.2166 should be 0.642",
        ),
        ("r-sas_binomial_test", "tests of a proportion", ""),
        ("r-sas_ci_for_prop", "intervals of a proportion", "Blaker's and corrected intervals are not offered"),
        ("r-sas-wilcoxon-ranksum_hl", "Wilcoxon's rank sum", "intervals of Hodges and Lehmann are not offered"),
        (
            "r-sas-wilcoxonsr_HL",
            "Wilcoxon's signed ranks",
            "the page prints its numbers as pictures; SAS's t distribution beyond 20 rows is not offered",
        ),
        ("r-sas_kruskalwallis", "Kruskal and Wallis's test", ""),
        ("r-sas_logistic-regr", "logistic regression", "its programs agree on predictive margins"),
        ("r-sas_negbin", "negative binomial regression", "the page's data are drawn by R, others are used"),
        ("r-sas_gee", "estimating equations", "independence alone is offered, which is a regression with clusters"),
        (
            "r-sas_survival",
            "Kaplan and Meier, Cox",
            "the page's 500 rows are not held here, nor SAS's stop of a climb, which a decrement of 1e-8 leaves behind",
        ),
        ("r-sas_recurrent_events", "recurrent events", ""),
        ("r-sas_survival_aft", "accelerated failure times", ""),
        (
            "r-sas_tobit",
            "tobit regression",
            "VGAM's column is not reproduced: neither information of this model gives its 0.7942",
        ),
        (
            "r-sas_random_effects_models",
            "linear mixed models",
            "SAS's Kenward and Roger by observed information has no numbers on the page",
        ),
        (
            "r-sas_mmrm_df",
            "Satterthwaite's degrees of freedom",
            "the page's simulated rows are not held here, others are used",
        ),
        (
            "r-sas_glmm",
            "generalized linear mixed models",
            "penalized quasi-likelihood and between-within degrees of freedom are not offered",
        ),
        ("r-sas_glimmix", "PROC GLIMMIX in R", "its AIC and BIC, from the deviances that it prints"),
    )
)

AGREES = (
    _page("agrees", "r-sas_linear-regression", "linear regression", "R, SAS and Python print one fit: st.ols."),
    _page("agrees", "r-sas_ttest_1Sample", "t test of one sample", "One number in all: st.ols of the intercept."),
    _page(
        "agrees", "r-sas_correlation", "correlation", "Pearson's and Spearman's agree; Kendall's is not offered here."
    ),
    _page("agrees", "r-sas_friedman", "Friedman's test", "One statistic in all: st.permutation_test within blocks."),
    _page(
        "agrees", "r-sas_s_size_sup", "sample size of a superiority trial", "The programs agree; st.power simulates."
    ),
    _page("agrees", "r-sas_survival_csh", "cause-specific hazards", "Estimates agree: st.cox of one cause."),
    _page(
        "agrees",
        "r-sas_ci_for_2indep_prop",
        "two independent proportions",
        "Methods of one name agree; Wald's and odds ratios here, score intervals of a difference not.",
    ),
    _page("agrees", "r-sas_RMST", "restricted mean survival", "Areas below the curve agree: restricted_mean."),
)

NOT_OURS = tuple(
    _page("not ours", name, subject, note)
    for name, subject, note in (
        (
            "r-sas_mmrm",
            "mixed models of repeated measures",
            "Pictures alone; compound symmetry is st.linear_mixed, other covariances by visit are not offered.",
        ),
        ("r-sas_survival_cif", "cumulative incidence", "Competing risks are not offered."),
        ("r-sas weighted logrank", "weighted log-rank tests", "The log-rank test here has no weights."),
        ("r-sas_ci_for_paired_prop", "two paired proportions", "Intervals of a paired difference are not offered."),
        ("r-sas_ci_for_prop_stratified", "stratified proportions", "Stratified proportions are not offered."),
        ("r-sas_ci_for_poissonrate", "rates of events", "The page is a placeholder, without numbers."),
        ("r-sas_jonckheere", "Jonckheere's test", "Not offered."),
        ("r-sas_manova", "several outcomes", "Not offered."),
        ("r-sas_psmatch", "matching by propensity", "Not offered."),
        ("r-sas_psweight", "weighting by propensity", "Not offered."),
        ("r-sas_rbmi_continuous_joint", "imputation from references", "Not offered."),
        ("r-sas_tipping_point", "tipping points of imputation", "Not offered."),
        ("r-sas-python_survey-stats-summary", "surveys", "Designs of surveys are not offered."),
        ("r-east_gsd_tte", "group sequential designs", "Not offered."),
    )
)

PAGES: tuple[ComparisonPage, ...] = (*DIFFERS, *AGREES, *NOT_OURS)

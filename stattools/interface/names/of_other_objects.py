"""What others call the attributes and methods of posteriors, models, tests and other objects, by the noun of each."""

from __future__ import annotations

from stattools.interface.names.rows import Row

POSTERIOR = (
    Row("posterior.mean", statsmodels="params", r="coef fixef", scikit_learn="coef_ intercept_",
        others="estimate estimates est posterior_mean expectation expected_value mu means point_estimate theta beta "
        "loc"),
    Row("posterior.sd", statsmodels="bse", r="se", others="std stdev stddev stderr std_err std_error standard_error "
        "posterior_sd sds"),
    Row("np.exp(posterior.draws)", r="exp_coef", others="odds_ratio odds_ratios or irr rate_ratios hazard_ratio "
        "exponentiate"),
    Row("posterior.model.n", statsmodels="nobs", r="nobs", others="n_obs sample_size n"),
    Row("posterior.sd ** 2", others="var variance variances"),
    Row("posterior.interval(0.94)", statsmodels="conf_int", r="confint", others="hdi hpd hpdi credible_interval "
        "credible_intervals ci cri cred_int highest_density_interval hdi_prob posterior_interval "
        "confidence_interval intervals"),
    Row('posterior.interval(0.94, kind="eti")', others="eti equal_tailed quantile_interval equal_tailed_interval"),
    Row("posterior.table()", statsmodels="summary pvalues", r="summary tidy", others="describe summary_df to_frame "
        "to_dataframe to_pandas az_summary summarize stats to_df frame"),
    Row("posterior.draws", r="as.matrix extract", others="chain chains samples get_samples posterior_samples "
        "as_draws sims posterior values ndraws n_draws array", note="of an exact posterior posterior.sample(1000, "
        "seed=1)"),
    Row("posterior.sample(1000, seed=1)", others="rvs draw random random_sample simulate sample_posterior draws "
        "resample generate samples get_samples posterior_samples"),
    Row("posterior.to_arviz()", others="idata trace inference_data to_inferencedata to_inference_data dataset "
        "to_netcdf as_inference_data datatree arviz to_xarray inferencedata data_tree to_dataset"),
    Row("posterior.diagnostics", others="rhat r_hat ess ess_bulk ess_tail mcse divergences n_eff neff sample_stats "
        "sampler_stats convergence diverging num_divergences acceptance_rate diagnose gelman_rubin mcse_mean"),
    Row("posterior.predict(new)", statsmodels="fittedvalues", r="posterior_epred fitted",
        scikit_learn="predict_proba", others="predictions posterior_linpred fitted_values yhat"),
    Row('posterior.predict(new, kind="observation", seed=1)', r="posterior_predict",
        others="posterior_predictive sample_posterior_predictive predictive sample_ppc ppc_samples"),
    Row("posterior.check(np.mean, seed=1)", r="pp_check", others="ppc plot_ppc predictive_check "
        "posterior_predictive_check"),
    Row("st.compare(posterior, other)", r="loo_compare", others="waic loo elpd psis elpd_loo compare loo_i p_loo "
        "loo_pit"),
    Row("posterior.log_evidence", r="bridge_sampler bayes_factor", others="evidence marginal_likelihood "
        "log_marginal_likelihood lml bf bayesfactor model_evidence log_marginal", note="of an exact posterior"),
    Row("posterior.density(0.5)", others="pdf pmf prob_density"),
    Row("posterior.log_density(0.5)", others="logpdf logpmf logp log_prob lpdf log_pdf"),
    Row("posterior.quantile(0.975)", others="ppf percentile quantiles icdf isf percent_point inverse_cdf percentiles"),
    Row("posterior.probability(0.0, 0.5)", others="cdf sf prob pd p_direction tail_probability p_value "
        "probability_of_direction rope pvalue logcdf ecdf"),
    Row("posterior.median", others="med"),
    Row("posterior.mode", others="map map_estimate maximum_a_posteriori mle find_MAP argmax"),
    Row("posterior.covariance", statsmodels="cov_params", r="vcov", others="cov corr covariance_matrix cov_matrix "
        "correlation"),
    Row("posterior.priors", r="prior_summary get_prior", others="priors prior prior_predictive"),
    Row("posterior.names", statsmodels="exog_names", r="variables", others="param_names var_names parameters "
        "columns data_vars coords variable_names terms"),
    Row("posterior.plot()", others="plots plot_posterior plot_trace traceplot plot_rank",
        note='"trace" shows the chains of NUTS'),
    Row('posterior.plot("coefficients")', others="plot_forest forest"),
    Row('posterior.plot("density")', others="hist plot_dist plot_density"),
    Row("posterior.to_arviz()", others="pairplot plot_pair plot_energy plot_autocorr", note="ArviZ draws it"),
    Row('st.report(posterior, to="report")', others="to_report"),
    Row("st.probability_greater(posterior, other)", others="prob_greater better_than greater_than prob_better"),
    Row("st.difference(posterior, other)", others="diff minus effect lift uplift"),
    Row("posterior.update(more)", others="update observe add_data condition", note="of an exact posterior"),
    Row("posterior.model", others="regression likelihood formula data"),
)  # fmt: skip

MODEL = (
    Row("st.fit(model)", statsmodels="fit fit_regularized fit_constrained", scikit_learn="fit",
        others="train estimate estimator optimize solve run mle maximize fit_map maximum_likelihood calibrate learn "
        "compute fit_model results"),
    Row("st.posterior(model)", others="sample posterior mcmc nuts pm_sample sampling infer inference vi bayes build "
        "find_MAP"),
    Row("model.rows.X", statsmodels="exog wexog", r="model.matrix", pyfixest="_X",
        others="X X_ dmatrix design_matrix x_matrix features"),
    Row("model.rows.y", statsmodels="endog wendog", pyfixest="_Y", others="y y_ target response outcome observed"),
    Row("model.names", statsmodels="exog_names param_names", r="variable.names", scikit_learn="feature_names_in_",
        pyfixest="_coefnames", others="columns coefnames coef_names parameter_names names_ var_names"),
    Row("model.outcome_name", statsmodels="endog_names", pyfixest="_depvar", others="response_name target_name "
        "y_name"),
    Row("model.likelihood", statsmodels="family link", r="family", pyfixest="_family",
        others="distribution likelihood_ link_function"),
    Row("model.source", statsmodels="data", r="model.frame data", pyfixest="_data", others="table frame df data_"),
    Row("model.n", statsmodels="nobs", r="nobs", scikit_learn="n_samples_", pyfixest="_N",
        others="n_obs sample_size nrow size n_observations"),
    Row("model.loglik([0.0, 0.0])", statsmodels="loglike loglikeobs", r="logLik", others="logp log_prob "
        "log_likelihood nll objective llf loglikelihood log_density"),
    Row("model.information([0.0, 0.0])", statsmodels="hessian", others="fisher_information hess"),
    Row("model.score([0.0, 0.0])", statsmodels="score_obs", others="grad gradient jac jacobian"),
    Row("model.start", statsmodels="start_params", others="initial x0 init start_values initial_values"),
    Row("model.labels", r="levels", scikit_learn="classes_", others="classes class_labels"),
    Row("model.rows.weight", statsmodels="freq_weights var_weights", r="weights", scikit_learn="sample_weight",
        pyfixest="_weights", others="w"),
    Row("print(st.fit(model))", statsmodels="summary", r="summary", others="print_summary"),
    Row("st.separation(model)", r="detect_separation", others="separation is_separated"),
    Row("st.fit(model).predict()", statsmodels="predict", r="predict", scikit_learn="predict predict_proba"),
)  # fmt: skip

SERIES = (
    Row("fit.innovations()", statsmodels="resid fittedvalues", r="residuals fitted",
        others="residual errors fitted_values one_step resid_pearson standardized_residuals"),
    Row("fit.forecast(12)", statsmodels="get_prediction", r="predict", scikit_learn="predict_proba",
        others="prediction predictions predict_ahead"),
    Row("st.simulate_states(fit, draws=100, seed=1)", statsmodels="simulate", others="simulate_states "
        "simulation_smoother simulated"),
    Row("fit.states()", statsmodels="level smoothed_state", others="fitted_level trend_ smooth_level"),
)  # fmt: skip

NETWORK = (
    Row("fit.estimate", r="weights wts", scikit_learn="coefs_ intercepts_", others="state_dict get_weights "
        "parameters weights_ biases named_parameters trainable_variables"),
    Row("fit.curve()", scikit_learn="loss_curve_ validation_scores_", others="losses training_curve loss_history"),
    Row("fit.plot()", others="plot_loss plot_history"),
    Row("fit.accuracy()", scikit_learn="score", others="evaluate acc accuracy_score"),
    Row("fit.log_score()", scikit_learn="loss_ best_loss_", others="log_loss cross_entropy nll test_loss"),
    Row("fit.history[-1]", scikit_learn="n_iter_ t_", others="epochs n_epochs"),
    Row('fit.predict(kind="class")', others="predict_classes predict_class argmax"),
    Row("fit.members", scikit_learn="estimators_", others="models networks", note="of an ensemble"),
    Row("fit.calibrated(new)", others="temperature_scaling calibrate recalibrate"),
)  # fmt: skip

MANY = (
    Row("st.fit(fits.model_of(0))", statsmodels="predict fittedvalues resid residuals", r="predict fitted residuals",
        scikit_learn="predict_proba", others="fit model models get item fits first iloc loc test glance aic bic "
        "goodness marginal_effects one member"),
    Row("fits.failed", others="n_failed errors failures converged success"),
    Row("fits.reasons", others="messages why warnings problems reason"),
    Row("fits.labels", others="keys groups members index ids"),
)  # fmt: skip

SCORES = (
    Row("found.table()", r="delta", scikit_learn="test_score mean_test_score cv_results_ best_score_",
        others="score scores_ mean error errors summary results log_score rmse mse brier accuracy se std"),
    Row("found.by_fold()", scikit_learn="split0_test_score", others="folds_ per_fold by_folds fold_scores"),
    Row("found.scores", others="pointwise rows elpd loo"),
)  # fmt: skip

WILD = (
    Row("wild.p_value", r="p_val p.value", pyfixest="Pr(>|t|)", others="pvalue p pval"),
    Row("wild.statistic", r="t_stat", others="t t_value tvalue t_statistic"),
    Row("wild.interval(0.95)", r="conf_int confint", others="ci conf_interval confidence_interval"),
    Row("wild.draws", r="t_boot", others="t_stars distribution replicates samples"),
    Row("wild.table()", r="tidy summary", others="results frame to_frame"),
)

BOOTSTRAP = (
    Row("bootstrap.draws", r="t boot.t", others="samples replicates bootstrap_distribution distribution estimates "
        "reps sample bootstrap_samples resamples replications"),
    Row("bootstrap.fit.estimate", statsmodels="params", r="t0 coef", others="original estimate observed theta_hat "
        "mean"),
    Row("bootstrap.se", statsmodels="bse", others="sd std standard_deviation"),
    Row("bootstrap.interval(0.95)", r="boot.ci", others="percentile bca hdi percentile_interval basic"),
)  # fmt: skip

PLANNED = (
    Row("planned.table()", others="summary results power powers coverage power_curve frame"),
    Row("planned.needed", others="n sample_size nobs nobs1 n_required rows_needed rows required"),
    Row("planned.truth", others="coefficients params true estimate beta"),
)  # fmt: skip

TEST = (
    Row("test.p_value", statsmodels="pvalue", r="p.value", others="p pval pr prob sig significance"),
    Row("test.statistic", statsmodels="fvalue tvalue", others="stat chi2 chisq f t z w test_statistic value tstat "
        "fstat f_stat effect_size"),
    Row("test.df", statsmodels="df_num", r="parameter", others="dof degrees_of_freedom df1"),
    Row("test.df_residual", statsmodels="df_denom", others="df2 df_den"),
    Row("test.hypothesis", r="null.value", others="null h0 restrictions constraint"),
    Row("print(test)", statsmodels="summary", r="summary", others="conclusion reject result decision"),
    Row("test.table()", statsmodels="summary_frame", r="tidy", others="to_frame frame to_dataframe to_pandas "
        "as_frame"),
)  # fmt: skip

CHECK = (
    Row("check.ok", others="passed success valid is_ok is_valid succeeded agrees correct matches equal result "
        "passes good status"),
    Row("check.sentence", others="message reason verdict conclusion text explanation why describe"),
    Row("print(check)", statsmodels="summary", r="summary", others="report details show"),
    Row("check.table()", others="to_frame to_dataframe frame to_pandas comparison results values params pvalues tidy"),
    Row("check.markdown()", others="to_markdown to_html md"),
    Row("check.findings", others="issues problems errors warnings faults failures", note="of an audit; a check has "
        "its rows"),
)  # fmt: skip

COMPARISON = (
    Row("comparison.table()", others="aic bic to_frame to_dataframe frame to_pandas results ranking best winner "
        "rank weights scores df values waic loo elpd"),
    Row("print(comparison)", statsmodels="summary", r="summary", others="report show"),
    Row("comparison.tests[-1]", others="p_value pvalues pvalue statistic lr_test test",
        note="where the models are nested"),
)  # fmt: skip

INTERVAL = (
    Row("interval.lower", others="low left lo min start lcl lwr lower_bound ci_low conf_low ci_lower begin"),
    Row("interval.upper", others="high right hi max end ucl upr upper_bound ci_high conf_high ci_upper stop"),
    Row("interval.upper - interval.lower", others="width length size range"),
    Row("interval.level", others="confidence conf_level alpha prob"),
    Row("interval.table()", r="tidy", others="to_frame to_pandas to_dataframe frame"),
    Row("np.asarray(interval)", others="to_numpy values array tolist to_list numpy"),
)  # fmt: skip

SOLUTION = (
    Row("solution.estimate", statsmodels="params", r="par", others="x theta argmax"),
    Row("solution.converged", r="convergence", others="success"),
    Row("solution.steps", r="counts", scikit_learn="n_iter_", others="nit niter iterations nfev n_iter"),
    Row("solution.loglik", statsmodels="llf", r="value", others="fun objective"),
    Row("solution.status", r="message", others="reason"),
)  # fmt: skip

SCAN = (
    Row("scan.names", r="colnames names", others="columns schema column_names keys"),
    Row("scan.n_rows", r="nrow", others="shape len length count size num_rows n height"),
    Row("scan.kinds", others="dtypes types dtype"),
    Row('st.ols("y ~ x", scan)', others="fit to_pandas collect compute head read load describe",
        note="a scan is read by the models made from it"),
)  # fmt: skip

BETA = (
    Row("posterior.a", "", "shape1", "", "", "alpha a_ shape_a"),
    Row("posterior.b", "", "shape2", "", "", "beta b_ shape_b"),
)
GAMMA = (
    Row("posterior.shape", "", "", "", "", "alpha a k concentration"),
    Row("posterior.rate", "", "", "", "", "beta b"),
    Row("1 / posterior.rate", "", "scale", "", "", "theta scale"),
)
NORMAL = (
    Row("posterior.mean", "", "", "", "", "mu loc location"),
    Row("posterior.sd", "", "", "", "", "sigma scale"),
)
DIRICHLET = (Row("posterior.concentration", "", "", "", "", "alpha alphas a"),)

NOUNS: dict[str, tuple[str, tuple[Row, ...]]] = {
    "Posterior": ("posterior", POSTERIOR),
    "Drawn": ("posterior", POSTERIOR),
    "Distribution": ("posterior", POSTERIOR),
    "Beta": ("posterior", BETA),
    "Gamma": ("posterior", GAMMA),
    "Normal": ("posterior", NORMAL),
    "Dirichlet": ("posterior", DIRICHLET),
    "Contrast": ("posterior", POSTERIOR),
    "AnyModel": ("model", MODEL),
    "SeriesFit": ("fit", SERIES),
    "NetworkFit": ("fit", NETWORK),
    "NetworkEnsemble": ("fit", NETWORK),
    "ManyFits": ("fits", MANY),
    "Bootstrap": ("bootstrap", BOOTSTRAP),
    "WildBootstrap": ("wild", WILD),
    "Power": ("planned", PLANNED),
    "CrossValidation": ("found", SCORES),
    "TestResult": ("test", TEST),
    "Agreement": ("check", CHECK),
    "Audit": ("check", CHECK),
    "ClaimAudit": ("check", CHECK),
    "Explanation": ("check", CHECK),
    "Reproduction": ("check", CHECK),
    "NetworkAgreement": ("check", CHECK),
    "PosteriorAgreement": ("check", CHECK),
    "Comparison": ("comparison", COMPARISON),
    "PosteriorComparison": ("comparison", COMPARISON),
    "Interval": ("interval", INTERVAL),
    "Solution": ("solution", SOLUTION),
    "Scan": ("scan", SCAN),
    "AnyFit": ("fit", ()),
}
"""What the variable of an object is called in an example, and the rows of its own, by the name of its class."""

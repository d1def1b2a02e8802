"""What others call the attributes and methods of a fit: ours, then statsmodels, R, scikit-learn, pyfixest, others."""

from __future__ import annotations

from stattools.interface.names.rows import Row

NO_MIXED = (
    'effects of groups, (1 | g), are for st.linear_mixed("y ~ x + (1 | g)", table), whose outcome is a number with '
    'normal errors, which st.glm(..., family="normal") takes too, and stand in the formulas of st.logistic, st.probit, '
    "st.poisson, st.negative_binomial, st.gamma, st.ordinal and st.regression; elsewhere "
    "st.fit(model, cov=st.Cluster(groups)) allows for rows that share a group"
)
NO_ORDINAL = "there are no ordinal models of this kind here; the nearest is st.ordinal"
NO_SMOOTH = (
    "a smooth curve with a penalty is s(x) in a formula, of one variable: "
    'fit = st.fit(st.glm("y ~ s(x)", table, family="normal")), and fit.smooth("x"), fit.smooths()'
)

FIT = (
    Row("fit.estimate", statsmodels="params fe_params", r="coef coefficients fixef", scikit_learn="coef_ intercept_",
        pyfixest="coef _beta_hat",
        others="beta betas coefs theta theta_ mle estimates params_ parameters slope point_estimate"),
    Row("fit.names", statsmodels="exog_names xnames param_names", r="variable.names",
        scikit_learn="feature_names_in_", pyfixest="_coefnames", others="coef_names coefnames term_names columns "
        "feature_names labels_"),
    Row("fit.se", statsmodels="bse", r="std.error", others="stderr std_err std_error standard_error "
        "standard_errors_ se_ sd_ std_beta ses"),
    Row("fit.loglik", statsmodels="llf", r="logLik", others="log_likelihood log_likelihood_ loglikelihood ll logl "
        "lnl llh log_lik max_loglik"),
    Row("-fit.loglik", scikit_learn="loss_", others="nll neg_loglik loss"),
    Row("fit.n", statsmodels="nobs", scikit_learn="n_samples_", pyfixest="_N N", others="n_obs num_obs nrow "
        "sample_size n_observations nsample size count"),
    Row("fit.t_df", statsmodels="use_t", others="t_dof df_inference", note="infinite where intervals are normal"),
    Row("fit.df", statsmodels="df_resid", r="df.residual rdf", pyfixest="_df_t", others="dof residual_df "
        "df_residuals degrees_of_freedom"),
    Row("len(fit.names)", statsmodels="df_model k_params", r="rank", scikit_learn="n_features_in_", pyfixest="_k",
        others="n_params nparams k n_features n_coef"),
    Row("fit.aic", others="aicc AICc", note="without the correction for small samples, 2 p (p + 1) / (n - p - 1)"),
    Row("fit.aic", r="AIC extractAIC", others="AIC_ AIC_partial_ akaike info_criteria"),
    Row("fit.bic", statsmodels="bic_llf", r="BIC", others="BIC_ schwarz sbc"),
    Row("fit.covariance", statsmodels="cov_params normalized_cov_params", r="vcov cov.unscaled", pyfixest="_vcov",
        others="cov_matrix covariance_matrix variance_matrix_ varcov vcov_matrix V var cov_beta covariance_ "
        "variance_covariance acov cov_"),
    Row("fit.covariance", statsmodels="hessian", others="hess hess_inv fisher_information information_matrix "
        "information", note="the inverse of fit.model.information(fit.estimate), where no sandwich was asked for"),
    Row("print(fit)", statsmodels="summary summary2", r="print", others="print_summary summarize pprint show "
        "display report"),
    Row("fit.interval(0.95)", statsmodels="conf_int", r="confint", others="conf_interval confidence_interval "
        "confidence_intervals_ confidence_intervals ci cis interval_ conf profile_ci intervals conf_ints lower "
        "upper confintervals"),
    Row("fit.table()", statsmodels="pvalues tvalues", r="tidy coeftest", pyfixest="pvalue tstat etable coeftable",
        others="p p_value p_val t z zvalues z_scores tstats t_stat t_values statistic to_frame to_dataframe "
        "to_pandas as_frame dataframe df_ coef_table coefficients_table summary_frame results_table summary_df "
        "frame to_df"),
    Row("fit.glance()", statsmodels="info", pyfixest="get_performance", others="overview stats metrics performance"),
    Row("fit.predict()", statsmodels="fittedvalues mu", r="fitted fitted.values", others="fitted_values yhat y_hat "
        "y_pred fits predicted predictions fit_values"),
    Row("fit.predict(new)", r="augment", scikit_learn="predict_proba",
        others="pred preds predict_prob predict_probs predict_probability predict_mean "
        "posterior_epred expected proba probabilities"),
    Row('fit.predict(new, kind="class")', scikit_learn="fit_predict", others="predict_class predict_classes classify"),
    Row("np.log(fit.predict(new))", scikit_learn="predict_log_proba"),
    Row('fit.predict(new, kind="link")', statsmodels="linpred", r="linear.predictors",
        scikit_learn="decision_function", others="linear_predictor linear_predictors eta lin_pred xb predict_linear "
        "predict_partial_hazard predict_log_partial_hazard"),
    Row("fit.predict(new, interval=0.95)", statsmodels="prediction get_prediction",
        others="prediction_interval confidence_band mean_ci predict_ci predict_interval"),
    Row("fit.residuals", statsmodels="resid resid_response wresid resid_generalized", r="resid",
        scikit_learn="residuals_",
        others="res errors_ u_hat raw_residuals"),
    Row('fit.residuals_of("pearson")', statsmodels="resid_pearson",
        others="pearson_residuals residuals_pearson pearson_resid"),
    Row('fit.residuals_of("pearson") / np.sqrt(1 - fit.leverage())', r="rstandard rstudent",
        others="standardized_residuals studentized_residuals resid_studentized resid_studentized_internal",
        note="each by its own standard deviation"),
    Row('fit.residuals_of("deviance")', statsmodels="resid_deviance resid_dev", others="deviance_residuals "
        "residuals_deviance deviance_resid compute_residuals"),
    Row('fit.residuals_of("quantile", seed=1)', statsmodels="resid_anscombe resid_working",
        r="simulateResiduals", others="quantile_residuals randomized_residuals dharma surrogate_residuals"),
    Row("fit.leverage()", statsmodels="hat_matrix_diag", r="hatvalues hat", others="leverages hat_matrix hat_values "
        "h hat_diag influence_leverage"),
    Row("fit.cooks_distance()", statsmodels="influence outlier_test cooks_d dfbetas dffits",
        r="cooks.distance influence.measures dfbeta", others="cook cooks dfbetas_ cook_distance outliers",
        note="fit.leverage() says which rows pull"),
    Row("fit.r_squared", statsmodels="rsquared prsquared pseudo_rsquared", r="r.squared", pyfixest="_r2",
        others="r2 rsq r_sq mcfadden pseudo_r2 r2_score rsquare pseudor2 r2_"),
    Row("fit.goodness()", scikit_learn="score", others="fit_statistics gof", note="r_squared of numbers, accuracy of "
        "labels"),
    Row("fit.goodness().adjusted_r_squared[0]", statsmodels="rsquared_adj", r="adj.r.squared", pyfixest="_adj_r2",
        others="r2_adj adj_r_squared adjusted_r_squared adj_r2 adjusted_r2", note="of st.ols"),
    Row("fit.goodness().deviance[0]", statsmodels="deviance", r="deviance residual.deviance", others="dev"),
    Row("smaller.goodness().deviance[0]", statsmodels="null_deviance", r="null.deviance", others="deviance_null",
        note='where smaller is the fit of the intercept alone, "y ~ 1", to the same rows'),
    Row("fit.goodness().pearson[0]", statsmodels="pearson_chi2", r="chisq", others="chi2 chi_squared pearson_x2",
        note="Pearson's chi-square of counts, groups and positive amounts"),
    Row("fit.goodness().accuracy[0]", others="accuracy accuracy_score", note="of probabilities"),
    Row("fit.goodness().auc[0]", others="auc roc_auc concordance c_index", note="of probabilities of an event"),
    Row("fit.goodness().brier[0]", others="brier brier_score", note="of probabilities"),
    Row("fit.goodness().nagelkerke[0]", others="nagelkerke", note="of counts and labels"),
    Row("fit.goodness().tjur[0]", others="tjur", note="of probabilities of an event"),
    Row("(fit.residuals ** 2).mean()", others="mse mean_squared_error"),
    Row("abs(fit.residuals).mean()", others="mae mean_absolute_error"),
    Row("(fit.residuals ** 2).mean() ** 0.5", pyfixest="_rmse", others="rmse root_mean_squared_error",
        note="fit.scale divides by the degrees of freedom"),
    Row("fit.scale", r="sigma", others="sigma_ residual_se rse residual_standard_error resid_std "
        "sd_residual residual_sd noise_sd"),
    Row("fit.r_squared", statsmodels="ess mse_model mse_total centered_tss uncentered_tss", others="tss sst ss_total "
        "explained_variance", note="the share explained of the sum of squares; (fit.residuals ** 2).sum() is the rest"),
    Row("smaller.loglik", statsmodels="llnull ll_null", others="null_loglik loglik_null null_model",
        note='where smaller is the fit of the intercept alone, "y ~ 1", to the same rows; fit.r_squared compares the '
        "two"),
    Row("fit.scale ** 2", statsmodels="mse_resid", r="dispersion sigma2", pyfixest="_sigma2",
        others="sigma_sq sigmasq phi s2 residual_variance"),
    Row("(fit.residuals ** 2).sum()", statsmodels="ssr", others="rss sse sum_of_squares ss_res"),
    Row("fit.table(exponentiate=True)", statsmodels="odds_ratio", r="exp_coef", others="odds_ratios or_ or_ci "
        "odds_ratio_ci exp_conf_int exp_ci "
        "exp_coefficients irr incidence_rate_ratios rate_ratios risk_ratios relative_risk hazard_ratio exponentiate "
        "exp_estimate", note="each ratio with its own interval"),
    Row("fit.test(list(fit.names[1:]))", statsmodels="fvalue f_pvalue llr llr_pvalue", r="fstatistic",
        pyfixest="_f_statistic", others="f_statistic fstat f_value model_test overall_test fstats wald_chi2 llr_test"),
    Row('fit.test("x = 0")', statsmodels="f_test t_test wald_test t_test_pairwise",
        r="linearHypothesis lincom glht", pyfixest="wald", others="test_hypothesis hypothesis hypothesis_test "
        "lincom contrast_test wtest"),
    Row("fit.anova()", statsmodels="wald_test_terms anova_lm", r="Anova drop1 aov joint_tests", others="type3 type_3 "
        "type2 anova_table term_tests test_terms analysis_of_variance analysis_of_deviance", note="one row per term; "
        'kind="III" as in car and SAS'),
    Row("st.likelihood_ratio(fit, smaller)", statsmodels="compare_lr_test compare_f_test compare_lm_test",
        r="lrtest", others="lr_test likelihood_ratio_test lrt likelihood_ratio log_likelihood_ratio_test"),
    Row("st.likelihood_ratio(fit, smaller)", r="add1 step stepAIC", others="stepwise backward forward "
        "select_model dredge", note="one smaller model at a time; there is no stepwise search here"),
    Row("st.compare(fit, smaller)", others="compare model_comparison compare_models"),
    Row("st.score_test(smaller, fit)", others="rao_test lm_test lagrange_multiplier rao"),
    Row('st.fit(fit.model, cov="HC3")', statsmodels="get_robustcov_results HC0_se HC1_se HC2_se HC3_se cov_HC0 "
        "cov_HC1 cov_HC2 cov_HC3", r="vcovHC vcovCL sandwich NeweyWest", others="robust robust_se set_cov cov_robust"),
    Row("fit.cov", statsmodels="cov_type cov_kwds", pyfixest="_vcov_type", others="covtype se_type"),
    Row("fit.marginal_effects()", statsmodels="margeff", r="margins avg_slopes slopes ame",
        others="marginal_effect avg_marginal_effects mfx margin effects marginaleffects feature_importances_ "
        "partial_effects"),
    Row('fit.means("g", over="grid")', r="emmeans lsmeans marginal_means", others="emmeans_ ls_means predicted_means "
        "adjusted_means estimated_marginal_means least_squares_means", note='without over= averages over the rows; '
        'fit.contrasts("g") has their differences'),
    Row('fit.means("g")', r="avg_predictions adjusted_predictions", others="average_predictions ggpredict"),
    Row('fit.contrasts("g", adjust="tukey")', r="avg_comparisons comparisons TukeyHSD pairs",
        others="contrast pairwise pairwise_tukeyhsd tukey multiple_comparisons"),
    Row('fit.function(lambda b: -b["Intercept"] / b["x"])', r="deltaMethod dose.p", others="delta_method nlcom "
        "nlcombination ed50 ld50 nonlinear hypotheses_nonlinear"),
    Row("fit.model.formula", r="formula call", pyfixest="_fml", others="fml formula_"),
    Row("fit.model.terms", r="terms", others="design_info design terms_info"),
    Row("fit.model.rows.X", statsmodels="exog wexog", r="model.matrix", pyfixest="_X",
        others="X X_ dmatrix design_matrix modelmatrix x_matrix"),
    Row("fit.model.rows.y", statsmodels="endog wendog", pyfixest="_Y", others="y y_ target response outcome observed"),
    Row("fit.model.source", statsmodels="data", r="model.frame", pyfixest="_data",
        others="orig_data training_data table_"),
    Row("fit.model.design.levels", r="xlevels", others="factor_levels contrasts_levels"),
    Row("fit.model.labels", r="levels", scikit_learn="classes_", others="classes categories categories_ "
        "class_labels"),
    Row("fit.model.likelihood", statsmodels="family link", r="family", pyfixest="_family",
        others="distribution likelihood family_ link_function"),
    Row("fit.model.rows.weight", statsmodels="freq_weights var_weights", r="weights", scikit_learn="sample_weight",
        pyfixest="_weights", others="w wts"),
    Row("fit.model.rows.offset", statsmodels="offset", r="offset"),
    Row("fit.model.outcome_name", statsmodels="endog_names", pyfixest="_depvar", others="response_name depvar "
        "target_name outcome_name y_name"),
    Row("fit.model.n_dropped", r="na.action", others="n_missing missing dropped n_dropped"),
    Row("fit.model.kept", others="index row_labels rows used_rows kept"),
    Row("fit.solution.converged", statsmodels="converged mle_retvals", pyfixest="convergence",
        others="success status did_converge converged_"),
    Row("fit.solution.steps", statsmodels="fit_history", r="iter", scikit_learn="n_iter_",
        others="n_iter niter iterations nit num_iter n_steps n_iterations"),
    Row("fit.solution", statsmodels="mle_settings", others="optimizer optim_result result opt_result solver "
        "certificate history optimization_result decrement"),
    Row("fit.model.score(fit.estimate)", statsmodels="score_obs jac", r="estfun gradient", pyfixest="scores",
        others="grad score_vector jacobian"),
    Row("st.bootstrap(fit, draws=200, seed=1)", statsmodels="bootstrap", r="boot Boot",
        others="bootstrap_ resample bootstrap_ci bootstrap_se ritest jackknife"),
    Row('fit.wild_bootstrap("x", seed=1)', r="boottest", pyfixest="wildboottest", others="wild_boottest "
        "wild_cluster_bootstrap wildbootstrap wild", note="of a fit with cov=st.Cluster(groups)"),
    Row("st.posterior(fit.model)", others="posterior mcmc sample bayes draw sample_posterior nuts hdi"),
    Row("st.to_arviz(fit)", others="to_arviz to_inference_data to_inferencedata idata inference_data trace "
        "to_datatree to_netcdf"),
    Row("st.validate(fit)", others="validate verify test_suite"),
    Row("st.held_out(fit, data=new)", others="held_out log_loss score_samples"),
    Row("st.cross_validate(fit.model, seed=1)", others="cross_validate cv cross_val_score kfold loo waic elpd"),
    Row("st.confusion(fit)", statsmodels="pred_table", others="confusion confusion_matrix classification_report "
        "prediction_table"),
    Row("fit.calibration()", others="calibration_curve calibration_plot reliability reliability_diagram calibrate"),
    Row("fit.plot()", others="plots figure draw_plot plot_fit"),
    Row('fit.plot("coefficients")', pyfixest="iplot coefplot", others="plot_coef plot_coefficients forest_plot"),
    Row('fit.plot("effect", "x")', others="plot_partial_effects_on_outcome plot_predictions plot_effects"),
    Row('fit.plot("residuals")', statsmodels="plot_diagnostics plot_partial_residuals plot_added_variable "
        "plot_ceres_residuals", others="plot_residuals qqplot"),
    Row('fit.plot("influence")', statsmodels="plot_influence plot_index", others="plot_leverage"),
    Row('st.report(fit, to="report")', others="to_report write_report"),
    Row("st.report_table(fit)", statsmodels="summary_col", r="stargazer texreg modelsummary",
        others="to_markdown markdown regtable outreg esttab report_table"),
    Row('st.report_table(fit, format="latex")', statsmodels="as_latex", others="to_latex latex tex totex"),
    Row('st.report_table(fit, format="html")', statsmodels="as_html", others="to_html html"),
    Row('fit.table().to_csv("fit.csv")', statsmodels="as_csv", others="to_csv csv write_csv to_excel"),
    Row('fit.table().to_dict("records")', others="to_dict as_dict to_json todict asdict json"),
    Row("str(fit)", statsmodels="as_text", others="to_string text tostring"),
    Row('fit.save("fit")', statsmodels="remove_data", r="saveRDS", others="dump to_pickle write to_file export "
        "pickle"),
    Row('st.load("fit")', statsmodels="load", r="readRDS", others="from_file read restore"),
    Row("st.fit(fit.model)", statsmodels="fit fit_regularized", r="update refit", scikit_learn="fit",
        others="refit_ train rerun update_ partial_fit", note="it is fitted already; another model is another "
        "st.fit(model)"),
    Row("st.sentences(fit)", others="sentences interpret interpretation describe words explain_coefficients"),
    Row("st.separation(fit.model)", r="detect_separation", others="separation is_separated"),
    Row("fit.kinds", others="interval_kinds"),
    Row("fit.forecast(12)", statsmodels="get_forecast", others="forecasts predict_ahead make_future_dataframe "
        "forecast_interval", note="of a series"),
    Row("fit.states()", statsmodels="smoothed_state filtered_state states", r="tsSmooth",
        others="smoothed smoother_results filtered filter_results state_ smoothed_states kalman_filter smooth",
        note="of a state space model"),
    Row("fit.decompose()", statsmodels="trend seasonal cycle freq_seasonal plot_components", r="decompose stl",
        others="components decomposition", note="of a state space model"),
    Row("fit.innovations()", statsmodels="forecasts_error standardized_forecasts_error",
        others="innovation one_step_errors forecast_errors", note="of a state space model"),
    Row("fit.diagnostics()", statsmodels="test_serial_correlation test_heteroskedasticity test_normality",
        r="tsdiag Box.test", others="ljung_box diagnostic tests diagnostics_", note="of a state space model"),
    Row('st.bootstrap(fit, kind="parametric", draws=200, seed=1)', r="simulate bootMer", others="simulated "
        "simulate_outcomes", note="which draws outcomes from the fit and fits each again; "
        'st.posterior(fit.model).predict(new, kind="observation", seed=1) draws outcomes of other rows'),
    Row("fit.check()", statsmodels="condition_number eigenvals condition_no", r="kappa vif alias",
        others="variance_inflation_factor vifs collinearity multicollinearity condition",
        note="columns that no fit can tell apart are an error that names them"),
    Row("fit.check()", r="check_model dispersiontest", others="check_assumptions "
        "hosmer_lemeshow hosmer gof_test "
        "check_overdispersion check_collinearity check_heteroscedasticity overdispersion heteroskedasticity diagnose"),
    Row('fit.random_effects("g")', statsmodels="random_effects_cov re", r="ranef condVar",
        others="random_effect blups blup conditional_modes group_effects", note="of a formula with (x | g)"),
    Row('fit.variance_test("g")', r="ranova rand exactRLRT exactLRT", others="variance_component_test",
        note="of a formula with (x | g)"),
    Row("fit.certificate", r="isSingular", others="is_singular", note="of a formula with (x | g)"),
    Row("fit.intraclass()", r="icc", others="ICC intraclass_correlation", note="of a formula with (x | g)"),
    Row("fit.variance_components()", statsmodels="cov_re vcomp", r="VarCorr getME ngrps sigma.hat",
        others="re_cov variance_component", note="of a formula with (x | g)"),
    Row("fit.baseline()", statsmodels="baseline_cumulative_hazard", r="basehaz", others="baseline_hazard_ "
        "baseline_survival_ cumulative_hazard_ baseline_cumulative_hazard_ hazard_ hazards_", note="of st.cox"),
    Row('fit.predict(new, kind="survival", times=[1, 5])', r="survfit", others="predict_survival_function "
        "survival_function_ predict_survival predict_cumulative_hazard", note="of st.cox"),
    Row('fit.predict(new, kind="median")', others="predict_median median_survival_time_ predict_expectation"),
    Row('fit.predict(new, kind="quantile", p=0.9)', others="predict_quantile predict_percentile ppf"),
    Row("fit.concordance()", others="harrell harrells_c concordance_index_", note="of st.cox"),
    Row("fit.proportional_hazards()", r="cox.zph", others="check_assumptions_cox schoenfeld proportional_hazard_test",
        note="of st.cox"),
    Row('fit.residuals_of("martingale")', statsmodels="martingale_residuals", others="martingales",
        note='of st.cox; also "deviance", "score", "schoenfeld"'),
    Row("fit.table()", statsmodels="thresholds transform_threshold_params", r="zeta", others="cutpoints cut_points "
        "thresholds_", note="thresholds are among the coefficients, as they are"),
    Row("", statsmodels="edf partial_values plot_partial", r="smooths gam.check", others="edof smooth_terms",
        note=NO_SMOOTH),
    Row("", scikit_learn="set_params get_params best_params_",
        others="copy hyperparameters n_iter_no_change", note="a fit is a record that does "
        "not change: fit.model is what was fitted, fit.solution how"),
    Row("", scikit_learn="transform fit_transform inverse_transform", note="columns are made by the formula, "
        "scale(x) or C(g), and made again for new rows by fit.predict(new)"),
)  # fmt: skip

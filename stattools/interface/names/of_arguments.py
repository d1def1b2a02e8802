"""What others call our arguments: ours as one writes it, then statsmodels, R, scikit-learn, pyfixest, others.

`ours` begins with the argument; `note` is the call that takes it, for functions that do not.
"""

from __future__ import annotations

from stattools.interface.names.rows import Row

ARGUMENTS = (
    Row('cov="HC3"', statsmodels="cov_type use_t use_correction", r="vcov. vcov se_type vce",
        pyfixest="vcov ssc", others="robust se covariance cov_kind hc robust_se standard_errors cov_estimator "
        "covtype", note='st.fit(model, cov="HC3")'),
    Row('cov=st.Cluster("group")', statsmodels="groups cov_kwds", r="cluster clusters id",
        others="cluster_col cluster_var "
        "clustervar entity_effects", note='st.fit(model, cov=st.Cluster("group"))'),
    Row("cov=st.HAC(lags=4)", statsmodels="maxlags", r="lag", pyfixest="vcov_kwargs",
        others="nlags bandwidth hac newey_west max_lags lags", note="st.fit(model, cov=st.HAC(lags=4))"),
    Row("lags=4", statsmodels="maxlags nlags", r="lag", others="max_lags bandwidth maxlag", note="st.HAC(lags=4)"),
    Row("level=0.95", statsmodels="alpha signif", r="conf.level level conf.int conf_int",
        others="confidence confidence_level ci cl prob conf width ci_level coverage sig_level significance q "
        "hdi_prob ci_prob credible_mass", note="st.fit(model, level=0.95)"),
    Row("prob=0.94", statsmodels="alpha", r="conf.level level", others="hdi_prob ci_prob credible_mass cred_mass "
        "credibility confidence width ci mass percent", note="posterior.interval(0.94)"),
    Row("penalty=st.Ridge(1.0)", statsmodels="alpha L1_wt", r="lambda", scikit_learn="C alpha penalty l1_ratio",
        others="lam lambda_ reg regularization reg_param l2 ridge shrinkage regularizer penalizer weight_decay",
        note="st.fit(model, penalty=st.Ridge(1.0))"),
    Row("strength=1.0", statsmodels="alpha", r="lambda", scikit_learn="C alpha", others="lam lambda_ l2 penalizer "
        "value reg", note="st.Ridge(1.0)"),
    Row('weights="w"', statsmodels="freq_weights weights fweights", scikit_learn="sample_weight",
        others="w wt frequency freq frequencies counts case_weights obs_weights row_weights weight count",
        note='st.ols("y ~ x", table, weights="w")'),
    Row('precision="w"', statsmodels="var_weights aweights sigma", r="weights", pyfixest="weights",
        others="w wt inverse_variance variances var invvar sigma2", note='st.ols("y ~ x", table, precision="w")'),
    Row('offset="o"', statsmodels="offset", r="offset", pyfixest="offset", others="log_offset",
        note='st.poisson("y ~ x", table, offset="o")'),
    Row('exposure="t"', statsmodels="exposure", others="log_exposure time_at_risk at_risk person_years population "
        "pop duration", note='st.poisson("y ~ x", table, exposure="t")'),
    Row('trials="n"', statsmodels="n_trials", r="size", others="n trial denominator total n_total totals",
        note='st.logistic("y ~ x", table, trials="n")'),
    Row("intercept=False", statsmodels="hasconst", scikit_learn="fit_intercept", others="add_constant constant "
        "const add_intercept include_intercept bias has_constant fit_const no_intercept",
        note="st.ols(y, X, intercept=False)"),
    Row('names=["x1", "x2"]', statsmodels="exog_names xnames", scikit_learn="feature_names",
        others="columns labels colnames column_names var_names variables model_names coef_names",
        note='st.ols(y, X, names=["x1", "x2"])'),
    Row('reference="a"', r="ref", pyfixest="ref", others="base baseline base_category reference_category "
        "ref_category baseline_category reference_level base_level pivot", note='st.softmax("y ~ x", table, '
        'reference="a")'),
    Row("solver=st.Newton(max_steps=1000)", statsmodels="maxiter", r="control maxit", scikit_learn="max_iter",
        pyfixest="iwls_maxiter", others="n_iter niter iterations max_iterations num_iter steps n_steps maxit "
        "max_nfev maxiters iter iters max_steps", note="st.fit(model, solver=st.Newton(max_steps=1000))"),
    Row("max_steps=1000", statsmodels="maxiter", r="maxit", scikit_learn="max_iter",
        others="n_iter niter iterations max_iterations steps maxit", note="st.Newton(max_steps=1000)"),
    Row("solver=st.Newton(tolerance=1e-10)", statsmodels="tol gtol ftol", r="epsilon", scikit_learn="tol",
        pyfixest="iwls_tol demeaner_tol", others="eps rtol atol xtol precision_tol tolerance",
        note="st.fit(model, solver=st.Newton(tolerance=1e-10))"),
    Row("tolerance=1e-10", statsmodels="tol gtol ftol", r="epsilon", scikit_learn="tol", others="eps rtol atol xtol",
        note="st.Newton(tolerance=1e-10)"),
    Row("solver=st.Newton()", statsmodels="method optimizer", r="method algorithm optimizer", scikit_learn="solver",
        pyfixest="solver", others="optim minimizer backend engine fit_method", note="st.fit(model, "
        "solver=st.Newton())"),
    Row("data=new", statsmodels="exog", r="newdata new_data", scikit_learn="X", pyfixest="newdata",
        others="x df frame table dataset data_frame dataframe new rows test_data X_new Xnew datagrid new_x test",
        note="fit.predict(new)"),
    Row('kind="mean"', statsmodels="which linear transform", r="type", scikit_learn="method", pyfixest="type",
        others="scale what pred_type mode of how prediction_type output response return_type which_residuals",
        note='fit.predict(new, kind="mean")'),
    Row("p=0.9", others="q quantile tau probs percentile quantiles", note='fit.predict(new, kind="quantile", p=0.9)'),
    Row("interval=0.95", statsmodels="alpha", r="se.fit level se_fit", scikit_learn="return_std", pyfixest="se_fit",
        others="ci conf_int return_ci confidence prediction_interval alpha_level intervals",
        note="fit.predict(new, interval=0.95)"),
    Row("seed=1", statsmodels="rng", r="seed", scikit_learn="random_state", pyfixest="seed",
        others="random_seed rng_key key random rs seed_ prng generator", note="st.posterior(model, seed=1)"),
    Row("draws=1000", statsmodels="nsim", r="nsim R B iter", pyfixest="reps", others="n n_draws num_samples samples "
        "size ndraws n_samples nsamples n_resamples n_boot num_draws iterations n_bootstrap n_iter num_simulations "
        "repetitions reps", note="st.posterior(model, draws=1000)"),
    Row("chains=4", r="chains", others="n_chains num_chains cores nchains", note="st.posterior(model, chains=4)"),
    Row("tune=500", r="warmup", others="burn burnin burn_in n_tune num_warmup n_warmup adapt adaptation thin nburn",
        note="st.posterior(model, tune=500)"),
    Row("target_accept=0.9", r="adapt_delta control", others="delta accept acceptance target_acceptance",
        note="st.posterior(model, target_accept=0.9)"),
    Row('method="laplace"', r="algorithm", others="inference inference_method sampler kind engine nuts_sampler "
        "approach", note='st.posterior(model, method="laplace")'),
    Row("prior=st.Normal(0, 2.5)", r="prior_intercept prior", others="priors prior_mean prior_sd prior_scale "
        "prior_beta prior_coef default_prior prior_prob", note="st.posterior(model, prior=st.Normal(0, 2.5))"),
    Row("sigma=st.HalfNormal(1)", r="prior_aux", others="noise prior_sigma sd error_prior sigma_prior scale",
        note="st.posterior(model, sigma=st.HalfNormal(1))"),
    Row('seasonal=12', others="freq", note="st.local_level(y, seasonal=12)"),
    Row('by="g"', statsmodels="groups", r="group by", pyfixest="split", others="groupby grouping strata arms arm "
        "group_by group_col", note='st.binomial("k", "n", by="g", data=table)'),
    Row("steps=12", statsmodels="steps", r="h n.ahead", others="horizon n_periods n_ahead periods h nsteps n_steps "
        "end fh n", note="fit.forecast(12)"),
    Row("seasonal=12", statsmodels="seasonal_periods freq_seasonal period", r="frequency s",
        others="m season seasonality season_length period_length periods cycle", note="st.local_level(y, "
        "seasonal=12)"),
    Row('to="report"', statsmodels="fname", r="file filename", pyfixest="file_name",
        others="path out output dest folder directory filename outdir output_dir dir save_to destination",
        note='st.report(fit, to="report")'),
    Row("path", statsmodels="fname", r="file", others="filename file_name to out output", note='fit.save("fit")'),
    Row('format="latex"', r="output", pyfixest="type", others="fmt style tablefmt as_ to kind output_format",
        note='st.report_table(fit, format="latex")'),
    Row('spread="se"', r="estimate statistic", pyfixest="coef_fmt", others="show below parentheses stat",
        note='st.report_table(fit, spread="se")'),
    Row('kind="II"', statsmodels="typ", others="ss_type type_ss ss anova_type", note='fit.anova(kind="II")'),
    Row("exponentiate=True", r="exponentiate", others="eform irr or_ exp odds_ratio odds_ratios hazard_ratio",
        note="fit.table(exponentiate=True)"),
    Row('labels={"x": "Dose"}', r="coef_map coef_rename covariate.labels", pyfixest="labels", others="rename "
        "coef_labels term_labels coef_names", note='st.report_table(fit, labels={"x": "Dose"})'),
    Row("stars=True", r="stars", pyfixest="signif_code", others="star signif significance asterisks",
        note="st.report_table(fit, stars=True)"),
    Row("hypothesis", statsmodels="r_matrix constraints", r="hypothesis.matrix linfct", pyfixest="R",
        others="restriction restrictions h0 null test q_matrix", note='fit.test("x = 0")'),
    Row('variables=["x"]', r="variables", others="variable vars columns features terms var",
        note='fit.marginal_effects(variables=["x"])'),
    Row("at=[0.0, 1.0]", r="newdata", others="values points grid x newx eval_points xs",
        note='fit.smooth("x", at=[0.0, 1.0])'),
    Row('at={"x": 1.0}', others="values grid fixed held", note='fit.marginal_effects(at={"x": 1.0})'),
    Row("values=[0.0, 1.0]", r="at", others="levels points grid newx cov_reduce",
        note='fit.means("x", values=[0.0, 1.0])'),
    Row('at="mean"', statsmodels="at", r="newdata at", others="atmeans at_means point where",
        note='fit.marginal_effects(at="mean")'),
    Row("bins=10", r="n_groups g", scikit_learn="n_bins", others="n_bins groups num_bins nbins",
        note="fit.calibration(bins=10)"),
    Row("lags=10", statsmodels="lags", r="lag", others="nlags max_lag", note="fit.diagnostics(lags=10)"),
    Row("hidden=[64]", r="size hidden", scikit_learn="hidden_layer_sizes", others="units layers hidden_units "
        "n_hidden layer_sizes hidden_layers hidden_size architecture neurons", note="st.network(y, X, hidden=[64])"),
    Row('activation="tanh"', r="act", scikit_learn="activation", others="activation_function act_fn nonlinearity",
        note='st.network(y, X, activation="tanh")'),
    Row("solver=st.Adam(batch=64)", scikit_learn="batch_size", others="minibatch batch",
        note="st.fit(model, solver=st.Adam(batch=64))"),
    Row("solver=st.Adam(rate=0.01)", scikit_learn="learning_rate_init learning_rate", others="lr step_size eta rate",
        note="st.fit(model, solver=st.Adam(rate=0.01))"),
    Row("solver=st.Adam(epochs=50)", others="epochs n_epochs num_epochs max_epochs",
        note="st.fit(model, solver=st.Adam(epochs=50))"),
    Row("rate=0.01", scikit_learn="learning_rate_init learning_rate", others="lr step_size eta alpha",
        note="st.Adam(rate=0.01)"),
    Row("batch=64", scikit_learn="batch_size", others="minibatch", note="st.Adam(batch=64)"),
    Row("epochs=50", scikit_learn="max_iter", others="n_epochs num_epochs max_epochs iterations",
        note="st.Adam(epochs=50)"),
    Row("mean=0", others="mu loc location m center", note="st.Normal(0, 1)"),
    Row("sd=1", others="sigma scale std stdev stddev s tau", note="st.Normal(0, 1)"),
    Row("location=0", others="mu loc mean alpha center", note="st.Cauchy(0, 1)"),
    Row("scale=1", others="sigma sd beta std b tau gamma s", note="st.Cauchy(0, 1)"),
    Row("df=4", others="nu dof degrees_of_freedom v", note="st.StudentT(4, 0, 1)"),
    Row("a=1", r="shape1", others="alpha", note="st.Beta(1, 1)"),
    Row("b=1", r="shape2", others="beta", note="st.Beta(1, 1)"),
    Row("shape=2", others="alpha a k", note="st.Gamma(2, 1)"),
    Row("rate=1 / scale", r="scale", others="theta scale", note="st.Gamma(2, 1)"),
    Row("rate=1", others="beta lam lambda_ b inverse_scale", note="st.Gamma(2, 1)"),
    Row("concentration=[1, 1, 1]", others="alpha a alphas", note="st.Dirichlet([1, 1, 1])"),
    Row("low=0", r="min", others="lower a left loc minimum", note="st.Uniform(0, 1)"),
    Row("high=1", r="max", others="upper b right maximum scale", note="st.Uniform(0, 1)"),
    Row("cutoff=0.5", others="threshold", note="st.tipping_prior(posterior, conclusion=..., cutoff=0.5)"),
    Row('correction="stata"', statsmodels="use_correction", r="cadjust type", pyfixest="ssc",
        others="small df_correction dof_correction adj small_sample", note='st.Cluster("group", correction="stata")'),
    Row('accuracy="exact"', statsmodels="method", others="method algorithm", note='st.LeastSquares(accuracy="exact")'),
    Row("nodes=20", r="nAGQ", others="n_quad quadrature_points intpoints n_nodes",
        note="st.fit(model, nodes=20), of a formula with (1 | g); without it nodes are doubled until they are enough"),
)  # fmt: skip
"""Rows of one argument each; one name may stand in several, and the function that is called says which is meant."""

BY_POSITION = {
    name: which
    for which, names in {
        "formula": "formula fml model formula_ f",
        "data": "data df table frame dataset data_frame dataframe",
        "y": "y endog Y target response outcome dependent",
        "X": "X exog x features predictors regressors design independent",
    }.items()
    for name in names.split()
}
"""What others name and we take by position."""

NOTHING = (
    Row("", r="alternative", others="tail tails sided two_sided one_sided side", note="tests and intervals are "
        "two-sided here; one side is half of p_value where the estimate points that way, and a posterior has "
        "posterior.probability(0)"),
    Row("", statsmodels="missing", r="na.action na.rm", pyfixest="drop_intercept",
        others="dropna nan_policy na_action skipna na missing_values drop_na handle_missing",
        note="rows of a table with a missing value are dropped and counted; arrays must be complete"),
    Row("", r="subset", pyfixest="split fsplit", others="filter query where mask", note="give the rows that are "
        "meant: table[table.x > 0]"),
    Row("", statsmodels="disp full_output callback", r="trace verbose quiet",
        scikit_learn="verbose copy_X warm_start n_jobs n_jobs_ precompute", pyfixest="copy_data store_data lean",
        others="progressbar progress_bar show_progress silent copy cores parallel print_level debug",
        note="nothing is printed and nothing copied unasked; leave it out"),
    Row("", scikit_learn="class_weight", others="balanced sampling_strategy pos_weight",
        note="weights that are no frequencies change the model: a likelihood has none; predicted probabilities can "
        "be cut where losses say"),
    Row("", statsmodels="start_params", r="start mustart etastart", scikit_learn="coef_init",
        others="init initial_params x0 initvals initial_values p0 start_values inits",
        note="solvers choose where to begin, and the maximum does not depend on it; leave it out"),
    Row("", statsmodels="family link", r="family link", pyfixest="family", others="distribution likelihood loss "
        "objective", note='the function is the family: st.ols, st.logistic, st.probit, st.poisson, '
        'st.negative_binomial, st.gamma, st.softmax; others are st.glm("y ~ x", table, family="beta", link="logit")'),
    Row("", r="contrasts", others="coding contrast_type", note='contrasts stand in the formula: C(g, contr.sum), '
        'C(g, contr.treatment("a"))'),
    Row("", statsmodels="re_formula vc_formula groups", r="random", others="random_effects mixed",
        note='groups stand in the formula of st.linear_mixed, st.logistic and others: "y ~ x + (x | g)"'),
    Row("", statsmodels="reml", r="REML", note="st.fit(model, reml=True) of st.linear_mixed"),
    Row("", scikit_learn="multi_class dual intercept_scaling positive", others="ovr",
        note="st.softmax is for more than two classes, st.one_vs_rest for separate ones; a coefficient has no bounds"),
    Row("", statsmodels="subset_ eval_env drop_cols", others="env", note="formulas know the columns of their table "
        "and nothing else"),
    Row("", pyfixest="fixef_rm fixef_tol i_ref1 collin_tol", others="absorb fe fixed_effects entity time_effects",
        note="fixed effects are columns of the formula: C(id)"),
)  # fmt: skip
"""Arguments that nothing of ours stands for."""

CALLS = {
    "fit": 'st.fit(st.ols("y ~ x", table))',
    "posterior": 'st.posterior(st.logistic("b ~ x", table), prior=st.Normal(0, 2.5))',
    "validate": "st.validate(fit)",
    "audit": "st.audit(results, table)",
    "compare": "st.compare(fit, smaller)",
    "explain": "st.explain(fit, results)",
    "reproduce": 'st.reproduce("table.csv", st.ols("y ~ x", table))',
    "likelihood_ratio": "st.likelihood_ratio(fit, smaller)",
    "score_test": "st.score_test(smaller, fit.model)",
    "held_out": "st.held_out(fit, data=new)",
    "bootstrap": "st.bootstrap(fit, draws=1000, seed=1)",
    "report": 'st.report(fit, to="report")',
    "report_table": "st.report_table(fit, smaller)",
    "confusion": "st.confusion(fit, new)",
    "separation": "st.separation(model)",
    "predictive_check": "st.predictive_check(posterior, np.mean)",
    "custom": "st.custom(loglik, start=[0.0])",
    "glm": 'st.glm("y ~ x", table, family="gamma")',
    "regression": 'st.regression("y ~ x", table, likelihood)',
    "fit_many": 'st.fit_many("y ~ x", table, by="g", model=st.ols)',
    "network": 'st.network("b ~ x", table, hidden=[8])',
    "rope_probability": "st.rope_probability(b, a, low=-0.01, high=0.01)",
    "Poisson": 'st.poisson("k ~ x", table)',
    "Probit": 'st.probit("b ~ x", table)',
    "Bernoulli": 'st.logistic("b ~ x", table)',
    "Binomial": "st.binomial(6, 10)",
    "Categorical": 'st.softmax("g ~ x", table)',
    "Gaussian": 'st.ols("y ~ x", table)',
    "GammaFamily": 'st.gamma("c ~ x", table)',
    "NegativeBinomial": 'st.negative_binomial("k ~ x", table)',
    "BetaBinomial": 'st.beta_binomial("k + m ~ x", table)',
    "ZeroInflated": 'st.zero_inflated("k ~ x", table)',
    "Hurdle": 'st.hurdle("k ~ x", table)',
    "ZeroTruncated": 'st.regression("k ~ x", table, st.ZeroTruncated())',
}
"""The right call of what is often called wrongly; of the class of a likelihood, the regression that was meant."""

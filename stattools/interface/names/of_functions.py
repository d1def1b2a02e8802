"""What others call our functions: the whole call of ours, then statsmodels, R, scikit-learn, pyfixest, others."""

from __future__ import annotations

from stattools.interface.names.of_fits import NO_MIXED, NO_ORDINAL, NO_SMOOTH
from stattools.interface.names.rows import Row

FUNCTIONS = (
    Row('st.fit(st.ols("y ~ x", table))', statsmodels="OLS WLS wls", r="lm", scikit_learn="LinearRegression",
        pyfixest="feols", others="linregress linear linear_regression lstsq least_squares regress reg "
        "polyfit leastsq linreg", note="the fit has the numbers"),
    Row('st.fit(st.logistic("b ~ x", table))', statsmodels="Logit logit", scikit_learn="LogisticRegression "
        "LogisticRegressionCV", pyfixest="feglm_logit", others="logit logreg logistic_regression logr "
        "binary_regression", note='of more than two classes st.softmax("g ~ x", table)'),
    Row('st.fit(st.probit("b ~ x", table))', statsmodels="Probit_regression", others="ProbitRegression "
        "probit_regression"),
    Row('st.fit(st.glm("k ~ x", table, family="poisson"))', statsmodels="GLM", r="bayesglm",
        scikit_learn="TweedieRegressor", pyfixest="feglm", others="generalized_linear_model GeneralizedLinearRegressor",
        note="or st.logistic, st.probit, st.poisson, st.gamma ...: the names of common families and links"),
    Row('st.fit(st.poisson("k ~ x", table))', statsmodels="PoissonRegression", scikit_learn="PoissonRegressor",
        pyfixest="fepois", others="poisson_regression ppml ppmlhdfe count_regression"),
    Row('st.fit(st.negative_binomial("k ~ x", table))', statsmodels="NegativeBinomialP GeneralizedPoisson",
        r="glm.nb", others="nbreg nbinom negbin nb negative_binomial_regression nb2"),
    Row('st.fit(st.gamma("c ~ x", table))', scikit_learn="GammaRegressor", others="gamma_regression GammaRegression"),
    Row('st.fit(st.softmax("g ~ x", table))', statsmodels="MNLogit mnlogit", r="multinom",
        others="mlogit multinomial_logit multinomial_regression multinomial_logistic softmax_regression"),
    Row('st.fit(st.one_vs_rest("g ~ x", table))', scikit_learn="OneVsRestClassifier OneVsOneClassifier",
        others="ovr ovo"),
    Row("st.fit(st.network(y, X, hidden=[8]), seed=1)", r="nnet neuralnet", scikit_learn="MLPClassifier MLPRegressor",
        others="mlp MLP nn neural_network Sequential dense keras torch"),
    Row('st.fit(st.ols("y ~ x", table), penalty=st.Ridge(1.0))', r="glmnet lm.ridge",
        scikit_learn="RidgeCV RidgeClassifier BayesianRidge", others="ridge ridge_regression l2"),
    Row('st.fit(st.logistic("b ~ x", table), penalty=st.Jeffreys())', r="brglm brglm_fit logistf",
        others="firth firth_logistic jeffreys"),
    Row('st.fit(st.glm("b ~ x", table, family="binomial", link="cloglog"))', others="cloglog cauchit "
        "complementary_log_log", note="links are words of st.glm: loglog, cauchit, sqrt, inverse ..."),
    Row('st.fit(st.ols("y ~ g", table)).test("g[T.b]")', statsmodels="ttest_ind CompareMeans", r="t.test",
        others="ttest t_test ttest_rel ttest_1samp welch two_sample_t independent_t students_t pairwise_tests tost",
        note='Welch: st.fit(st.normal("y ~ g", table)).test("mean[a] = mean[b]"); pairs: '
        'st.fit(st.ols("I(after - before) ~ 1", table)).table(); of one sample st.fit(st.normal(y)).test("mean = 0")'),
    Row('st.fit(st.ols("y ~ g", table)).anova()', statsmodels="anova_lm AnovaRM",
        r="aov anova Anova drop1 oneway.test", scikit_learn="f_classif",
        others="f_oneway anova_ manova ancova one_way_anova two_way_anova",
        note="of two fits st.likelihood_ratio(fit, smaller)"),
    Row("st.independence([[8, 2], [1, 5]])", statsmodels="SquareTable", r="chisq.test", scikit_learn="chi2",
        others="chi2_contingency chisquare chi2_test chi_squared_test g_test contingency_table crosstab_test",
        note='test="lr" or "exact"; of the shares of one row st.fit(st.multinomial([3, 5, 9])).table()'),
    Row("st.exact_test(st.odds_ratio([[8, 2], [1, 5]]))", r="fisher.test", others="fisher_exact fisher_test "
        "exact_conditional boschloo_exact barnard_exact fishers_exact", note="st.fit(st.odds_ratio(...)) has the odds "
        'ratio and its exact interval; larger tables are st.independence(table, test="exact")'),
    Row("st.fit(st.odds_ratio([[8, 2], [1, 5]]))", statsmodels="Table2x2 StratifiedTable", r="mantelhaen.test "
        "oddsratio epitools", others="mantel_haenszel mantelhaen cmh_test relative_risk", note="shares side by side: "
        'st.logistic("k + m ~ g", table); with a prior st.probability_greater'),
    Row("st.exact_test(st.binomial(9, 12))", r="mcnemar.test mcnemar", others="mcnemar_test cochrans_q sign_test",
        note="of the pairs that differ; st.fit(st.binomial(9, 12)) has the score test and the interval"),
    Row('st.fit(st.binomial(6, 10)).interval(0.95, kind="wilson")', statsmodels="proportion_confint "
        "proportions_ztest", r="binom.test", others="binomtest binom_test proportion proportion_test wilson "
        "prop_test proportion_ci binom_ci binomial_test"),
    Row("st.fit(st.poisson_rate([3, 5])).interval(0.95)", statsmodels="confint_poisson", r="poisson.test",
        others="rate_test poisson_test"),
    Row("st.fit(st.normal(y)).interval(0.95)", statsmodels="DescrStatsW", others="mean_confint norm_fit zconfint "
        "tconfint_mean mean_ci sem"),
    Row('st.fit(st.correlation("y ~ x", table))', r="cor cor.test", others="pearsonr corrcoef corr pearson "
        "partial_corr", note="of many columns there is no table of correlations here"),
    Row("st.likelihood_ratio(fit, smaller)", statsmodels="compare_lr_test", r="lrtest add1 step stepAIC",
        others="lr_test lrt likelihood_ratio_test lr_ratio"),
    Row("st.score_test(smaller, fit)", others="rao_test lm_test lagrange_multiplier"),
    Row('fit.test("x = 0")', statsmodels="wald_test f_test", r="linearHypothesis waldtest glht",
        others="wald lincom test_that"),
    Row("st.compare(fit, smaller)", r="AICcmodavg model.sel", others="compare_models model_comparison aic bic AIC "
        "BIC waic loo elpd"),
    Row("st.held_out(fit, data=new)", scikit_learn="log_loss train_test_split brier_score_loss mean_squared_error "
        "r2_score", others="rmse mse score"),
    Row("st.cross_validate(fit.model, seed=1)", r="cv.glm crossv_kfold", scikit_learn="cross_val_score GridSearchCV "
        "KFold cross_val_predict StratifiedKFold GroupKFold", others="cv crossval cross_validation kfold"),
    Row("st.confusion(fit)", r="confusionMatrix", scikit_learn="confusion_matrix accuracy_score "
        "classification_report precision_score recall_score f1_score", others="accuracy"),
    Row("fit.goodness().auc[0]", r="roc auc", scikit_learn="roc_auc_score roc_curve"),
    Row("fit.goodness()", others="gof"),
    Row("fit.goodness().deviance[0]", r="deviance"),
    Row("fit.r_squared", others="pseudo_r2"),
    Row("fit.check()", others="hosmer_lemeshow hoslem_test"),
    Row('st.bootstrap(fit, kind="parametric", draws=200, seed=1)', r="simulate bootMer",
        note="which draws outcomes from the fit and fits each again"),
    Row("fit.calibration()", r="val.prob", scikit_learn="calibration_curve CalibratedClassifierCV",
        others="calibration reliability"),
    Row("print(fit)", statsmodels="summary_", r="summary print.summary", pyfixest="summary",
        others="summarize describe show display results"),
    Row("fit.table()", r="tidy coeftest", pyfixest="tidy", others="table coefficients_table"),
    Row("fit.glance()", r="glance"),
    Row("fit.estimate", r="coef coefficients fixef", pyfixest="coef", others="params estimate"),
    Row("fit.interval(0.95)", statsmodels="conf_int", r="confint confint.default", pyfixest="confint",
        others="conf_interval confidence_interval ci"),
    Row("fit.covariance", statsmodels="cov_params", r="vcov", pyfixest="vcov", others="covariance"),
    Row('st.fit(model, cov="HC3")', statsmodels="cov_hc3 cov_hc0 cov_hc1 cov_hc2 sandwich_covariance",
        r="vcovHC sandwich vcovCL vcovHAC vcovPL", others="robust hc3 HC0 HC1 HC2 HC3 robust_se white hetero"),
    Row("st.fit(model, cov=st.Cluster(groups))", statsmodels="cov_cluster", r="cluster.vcov",
        others="clustered cluster_robust CRV1"),
    Row('st.fit(model, cov=st.Cluster(groups, kind="CR2"))', r="vcovCR lm_robust dfadjustSE",
        others="CRV2 CRV3 CR2 CR3 bell_mccaffrey summclust"),
    Row("st.fit(model, cov=st.HAC(lags=4))", statsmodels="cov_hac", r="NeweyWest kernHAC", others="newey_west NW"),
    Row("fit.residuals", r="residuals resid", pyfixest="resid", others="residual"),
    Row("fit.predict(new)", r="predict fitted fitted.values augment", scikit_learn="predict_proba",
        pyfixest="predict", others="predictions"),
    Row("fit.loglik", r="logLik", others="loglik log_likelihood"),
    Row("fit.n", r="nobs", others="n_obs"),
    Row("fit.leverage()", r="hatvalues", others="hat_values influence_plot leverage"),
    Row("fit.cooks_distance()", statsmodels="OLSInfluence GLMInfluence", r="cooks.distance influence "
        "influence.measures outlierTest", others="cooks_d"),
    Row("fit.model.rows.X", r="model.matrix model.frame", pyfixest="model_matrix",
        others="dmatrix dmatrices design_matrix"),
    Row("fit.marginal_effects()", r="margins avg_slopes slopes ggpredict marginaleffects",
        scikit_learn="permutation_importance partial_dependence", others="mfx margeff ame marginal_effects"),
    Row('fit.means("g", over="grid")', r="emmeans emmip lsmeans", others="estimated_marginal_means",
        note="without over= averages over the rows"),
    Row('fit.means("g")', r="avg_predictions", others="average_predictions adjusted_means"),
    Row('fit.contrasts("g", adjust="tukey")', statsmodels="pairwise_tukeyhsd MultiComparison", r="avg_comparisons "
        "comparisons TukeyHSD pairs contrast contrasts pairwise.t.test", others="tukey_hsd tukey pairwise",
        note="fit.anova() tests the factor as one term"),
    Row('fit.function(lambda b: -b["Intercept"] / b["x"])', r="deltaMethod dose.p", others="delta_method nlcom ed50"),
    Row('st.p_adjust([0.01, 0.04], "holm")', statsmodels="multipletests", r="p.adjust", others="fdr bonferroni holm "
        "benjamini_hochberg fdrcorrection false_discovery_control"),
    Row("st.report_table(fit)", statsmodels="summary_col", r="stargazer texreg modelsummary etable screenreg huxreg",
        pyfixest="etable", others="regtable outreg esttab Stargazer dtable"),
    Row("fit.plot()", r="plot ggplot", others="plots plot_fit figure"),
    Row('fit.plot("coefficients")', r="coefplot ggcoef_model", pyfixest="coefplot iplot", others="forest_plot"),
    Row('fit.plot("effect", "x")', r="plot_predictions allEffects", others="regplot lmplot scatter"),
    Row('fit.plot("residuals")', statsmodels="qqplot plot_regress_exog plot_partregress graphics", r="qqnorm"),
    Row('fit.plot("influence")', statsmodels="plot_leverage_resid2"),
    Row('st.report(fit, to="report")', pyfixest="panelview", others="to_report"),
    Row("st.validate(fit)", others="check verify test test_fit"),
    Row("st.audit(results, table)", others="check_fit audit_fit is_right"),
    Row("st.reproduce(claim, model)", others="replicate reverse_engineer which_conventions"),
    Row('fit.wild_bootstrap("x", seed=1)', r="boottest", pyfixest="wildboottest",
        others="wild_bootstrap wild_cluster_bootstrap", note="of a fit with cov=st.Cluster(groups)"),
    Row("st.bootstrap(fit, draws=200, seed=1)", r="boot Boot", scikit_learn="resample",
        others="boot_ci bootstrapping jackknife"),
    Row("st.to_arviz(fit)", others="from_dict to_inferencedata from_statsmodels InferenceData "
        "convert_to_inference_data from_pymc"),
    Row('st.posterior(st.ols("y ~ x", table))', statsmodels="BayesGaussMI", r="brm stan_glm stan_lm rstanarm "
        "MCMCregress stan brms bayes_lm", others="sample mcmc nuts NUTS MCMC bambi pymc bayes bayesian pm numpyro "
        "cmdstan infer inference bayesian_regression"),
    Row('st.posterior(st.logistic("b ~ x", table), method="laplace")', statsmodels="BinomialBayesMixedGLM",
        r="quap inla map2stan", others="fit_laplace laplace_approximation vi advi ADVI inla find_MAP map_"),
    Row("posterior.interval(0.94)", r="hdi posterior_interval p_direction describe_posterior",
        others="hdi eti hpd credible_interval"),
    Row("posterior.table()", r="posterior_summary", others="az_summary posterior_table"),
    Row("posterior.diagnostics", r="rhat ess_bulk neff_ratio", others="ess mcse r_hat effective_sample_size"),
    Row("st.predictive_check(posterior, np.mean)", r="pp_check", others="ppc posterior_predictive plot_ppc "
        "sample_posterior_predictive sample_prior_predictive"),
    Row("st.probability_greater(posterior, other)", r="bayes.t.test BESTmcmc", others="ab_test abtest "
        "prob_b_beats_a bayesian_ab best prob_greater"),
    Row("st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1))", others="beta_posterior conjugate beta_conjugate"),
    Row('st.fit_many("y ~ x", table, by="g", model=st.ols)', r="lmList nlme_lmList",
        others="group_fit fit_by groupby many by_group"),
    Row("st.fit(st.local_level(y))", statsmodels="UnobservedComponents RecursiveLS", r="StructTS dlmModPoly KFAS "
        "SSModel", others="structural_time_series unobserved_components kalman kalman_filter KalmanFilter "
        "state_space bsts Prophet prophet ucm"),
    Row("st.fit(st.exponential_smoothing(y))", statsmodels="SimpleExpSmoothing Holt HoltWinters ETSModel",
        r="HoltWinters ets ses holt", others="holt_winters exp_smoothing smoothing"),
    Row("st.hodrick_prescott(y, 1600)", statsmodels="hpfilter bkfilter cffilter", r="hpfilter", others="hp_filter hp"),
    Row("st.exponential_filter(y, 0.2)", others="ewm ewma ema lfilter exponential_moving_average moving_average"),
    Row("st.read_idx(path)", others="load_mnist mnist idx"),
    Row('st.load("fit")', r="readRDS", others="from_file read_fit load_fit load_pickle pickle"),
    Row('fit.save("fit")', r="saveRDS save", others="dump save_fit to_pickle"),
    Row('st.scan("rows.parquet")', others="scan_parquet read_big open_dataset biglm arrow dask"),
    Row("st.separation(model)", r="detect_separation", others="is_separated check_separation"),
    Row("st.custom(loglik, start=[0.0])", statsmodels="GenericLikelihoodModel", r="mle mle2 optim nlm maxLik",
        others="minimize maximize likelihood_model custom_likelihood maximum_likelihood MLE Potential"),
    Row("st.categories(labels)", others="category_counts"),
    Row('st.linear_mixed("y ~ x + (x | g)", table)', statsmodels="MixedLM mixedlm", r="lmer lme nlme lme4 blmer",
        others="mixed_model mixed random_effects hierarchical multilevel mixed_effects re PanelOLS RandomEffects "
        "xtreg LMM LinearMixedModel"),
    Row("fit.variance_components()", r="VarCorr", note="of a formula with (x | g)"),
    Row("fit.intraclass()", r="icc", note="of a formula with (x | g)"),
    Row('fit.random_effects("g")', r="ranef", note="of a formula with (x | g)"),
    Row('st.logistic("b ~ x + (1 | g)", table)', r="glmer glmmTMB glmmPQL", others="glmm GLMM melogit mepoisson "
        "GLMMadaptive", note="also in the formulas of st.poisson, st.negative_binomial, st.glm, st.ordinal and others"),
    Row("", statsmodels="GEE gee NominalGEE OrdinalGEE", r="geeglm gamm", note=NO_MIXED),
    Row('st.kaplan_meier("survival(time, died) ~ group", table)', statsmodels="SurvfuncRight", r="Surv survfit "
        "survdiff rmst", others="KaplanMeierFitter logrank_test NelsonAalenFitter survival event_table",
        note="its test() is the log-rank test"),
    Row('st.cox("survival(time, died) ~ x", table)', statsmodels="PHReg phreg", r="coxph", others="CoxPHFitter CoxPH "
        "proportional_hazards CoxTimeVaryingFitter survival_regression coxreg stcox", note="fit.proportional_hazards() "
        "is R's cox.zph; strata=, cluster= and id= stand beside the table"),
    Row('st.conditional_logit("case ~ dose", table, strata="set")', statsmodels="ConditionalLogit", r="clogit",
        others="conditional_logistic mclogit asclogit choice_model"),
    Row('st.aft("survival(time, died) ~ x", table)', r="survreg flexsurvreg", others="WeibullAFTFitter WeibullFitter "
        "LogNormalAFTFitter LogLogisticAFTFitter ExponentialFitter Weibull streg accelerated_failure_time psm",
        note='distribution="weibull", "lognormal", "loglogistic", "exponential" or "gamma"'),
    Row('st.fit(st.ordinal("k ~ x", table))', statsmodels="OrderedModel ordered_model",
        r="polr clm vglm ordinal_clm orm", scikit_learn="mord", others="ordered ordered_logit oprobit ologit "
        "ordered_probit ordinal_regression proportional_odds cumulative", note="thresholds are printed as they are"),
    Row('st.ordinal("k ~ x + (1 | g)", table)', r="clmm"),
    Row("", r="lrm", scikit_learn="OrdinalRidge", note=NO_ORDINAL),
    Row('st.fit(st.glm("y ~ s(x)", table, family="normal"))', statsmodels="GLMGam", r="gam bam s mgcv smooth.spline",
        others="LinearGAM pygam LogisticGAM GAM additive_model", note="s(x) stands in the formulas of st.logistic, "
        "st.poisson and most other regressions too"),
    Row("", statsmodels="BSplines", r="te ti loess lowess",
        scikit_learn="SplineTransformer GaussianProcessRegressor KernelRidge", others="spline splines lowess_ "
        "kernel_regression gaussian_process gp", note=NO_SMOOTH),
    Row("", statsmodels="ARIMA SARIMAX VAR AutoReg arma VECM DynamicFactor", r="arima auto.arima Arima VAR garch "
        "tslm", others="sarima auto_arima ar ARMA arch GARCH arima_model forecast_arima",
        note="there are no ARIMA models here; the nearest are st.local_level, st.local_linear_trend and "
        "st.exponential_smoothing"),
    Row("", statsmodels="acf pacf adfuller kpss acorr_ljungbox durbin_watson", r="acf pacf adf.test Box.test dwtest",
        others="ljungbox ljung_box autocorrelation unit_root", note="there are no tests of a bare series here; "
        'fit.check(order="time") looks at rows that follow each other, and '
        "fit.diagnostics() tests the one-step errors of st.local_level and its like"),
    Row("fit.check()", statsmodels="het_breuschpagan het_white linear_reset jarque_bera omni_normtest normal_ad",
        r="bptest ncvTest resettest dispersiontest check_model", others="breusch_pagan normaltest anderson "
        "homoscedasticity white_test overdispersion check_overdispersion"),
    Row("", r="shapiro.test ks.test ad.test", others="shapiro kstest levene bartlett ks_2samp",
        note="there is no such test of bare numbers here; fit.check() looks at the errors of a fit"),
    Row("fit.check()", statsmodels="variance_inflation_factor", r="vif alias kappa", others="vifs collinearity",
        note="columns that no fit can tell apart are an error that names them"),
    Row('st.power(fit, "x", rows=120, seed=1)', statsmodels="TTestIndPower NormalIndPower TTestPower "
        "tt_ind_solve_power FTestAnovaPower GofChisquarePower", r="power.t.test power.prop.test power.anova.test pwr "
        "pwr.t.test powerSim simr",
        others="sample_size power_analysis solve_power", note="of a model with coefficients= and rows=, and with "
        "target=0.8 the rows that it takes"),
    Row("", r="cohen.d", others="effect_size cohen_d cohens_d hedges_g eta_squared", note="effects here are "
        "coefficients, in the units of the outcome; divide by fit.scale for a standardized one"),
    Row('st.permutation_test("y ~ g", table)', statsmodels="mannwhitneyu rank_compare_2indep", r="wilcox.test "
        "kruskal.test friedman.test wilcox_test independence_test", others="wilcoxon mann_whitney ranksums rank_test "
        "permutation nonparametric kruskal friedman friedmanchisquare permutation_test_ perm_test ritest "
        "brunnermunzel", note='ranks by default; "I(after - before) ~ 1" is the signed rank test, within="block" '
        "Friedman's"),
    Row('st.permutation_test("y ~ x", table)', r="cor.test_spearman", others="spearmanr kendalltau spearman "
        "rank_correlation"),
    Row("", statsmodels="QuantReg quantreg RLM rlm", r="rq rlm lqs", scikit_learn="QuantileRegressor HuberRegressor "
        "RANSACRegressor TheilSenRegressor", pyfixest="quantreg", others="quantile_regression robust_regression "
        "huber lad", note='there is no regression of quantiles and no robust one here; the nearest is '
        'st.fit(st.ols(...), cov="HC3")'),
    Row("", statsmodels="GLS GLSAR gls FeasibleGLS", r="gls", others="generalized_least_squares fgls",
        note="there are no errors with a covariance of their own here; the nearest are precision= of st.ols and "
        "st.fit(model, cov=st.HAC(lags=4))"),
    Row("", statsmodels="IV2SLS IVGMM GMM", r="ivreg tsls", pyfixest="feols_iv", others="iv instrumental two_stage "
        "iv2sls LIML", note="there are no instrumental variables here"),
    Row("", r="plm felm feols_r fixest", pyfixest="event_study did2s lpdid SaturatedEventStudy bonjour demean",
        others="did difference_in_differences absorbing_ls AbsorbingLS fixed_effects twfe",
        note='fixed effects are columns of the formula here, C(id), and groups a covariance, st.Cluster("id")'),
    Row('st.fit(st.zero_inflated("k ~ x", table, zero="~ x"))', statsmodels="ZeroInflatedPoisson "
        "ZeroInflatedNegativeBinomialP ZeroInflatedGeneralizedPoisson", r="zeroinfl", others="zip zinb "
        "zero_inflation zero_inflated_poisson", note='with family="negative-binomial" for counts that vary more'),
    Row('st.fit(st.hurdle("k ~ x", table, zero="~ x"))', statsmodels="HurdleCountModel", others="hurdle_model "
        "two_part_model", note="zero: x are log odds of a zero, which pscl's hurdle has with the other sign"),
    Row("st.ZeroTruncated()", statsmodels="TruncatedLFPoisson "
        "TruncatedLFNegativeBinomialP", others="zerotrunc zero_truncated truncated_poisson",
        note="the likelihood of st.regression for counts of which zeros are not seen"),
    Row("", r="tobit", others="Tobit censored_regression truncated_regression", note="there are no censored "
        "regressions here"),
    Row('st.fit(st.glm("share ~ x", table, family="beta"))', statsmodels="BetaModel", r="betareg",
        others="beta_regression beta_reg", note="for shares of counts st.logistic and st.beta_binomial"),
    Row("", r="nls",
        others="nonlinear nonlinear_least_squares nls_ NonlinearLS curve_fit", note="there is no nonlinear "
        "regression with a formula; st.custom(loglik, start=...) takes any log-likelihood"),
    Row("", scikit_learn="Lasso ElasticNet LassoCV LassoLars Lars ElasticNetCV SGDClassifier",
        others="lasso elastic_net l1 elasticnet sparse", note="there is no penalty that sets coefficients to 0 "
        "here; the nearest is penalty=st.Ridge(1.0) of st.fit"),
    Row("", r="randomForest rpart xgboost gbm", scikit_learn="RandomForestClassifier RandomForestRegressor "
        "GradientBoostingClassifier DecisionTreeClassifier SVC SVR KNeighborsClassifier KMeans PCA GaussianMixture "
        "GaussianNB IsolationForest LinearDiscriminantAnalysis HistGradientBoostingClassifier",
        others="XGBClassifier lightgbm tree random_forest svm pca kmeans clustering cluster knn factor_analysis "
        "mixture", note="models here are likelihoods of an outcome; trees, kernels, clusters and components are not "
        "among them"),
    Row("", statsmodels="add_constant", scikit_learn="StandardScaler OneHotEncoder Pipeline make_pipeline "
        "ColumnTransformer PolynomialFeatures LabelEncoder SimpleImputer", others="standardize scale dummies "
        "get_dummies one_hot polynomial C factor poly bs categorical Categorical_ interaction",
        note='columns are made by the formula: "y ~ scale(x) + C(g) + poly(x, 2)"; arrays get an intercept unless '
        'intercept=False'),
    Row("", statsmodels="get_rdataset datasets", r="data read.csv", scikit_learn="load_iris fetch_openml "
        "load_diabetes", pyfixest="get_data", others="read_csv read_parquet read_excel read_table read DataFrame "
        "load_data dataset from_csv read_sql read_stata", note='tables come from pandas or Polars, '
        'pandas.read_csv("data.csv"), or st.scan("rows.parquet"), which stays on disk'),
    Row("", statsmodels="families family links genmod", r="quasi family gaussian quasipoisson quasibinomial",
        others="Family tweedie Tweedie InverseGaussian inverse_gaussian link links_ log_link",
        note='st.glm("y ~ x", table, family="inverse-gaussian", link="log"); quasi families are cov="quasi" of '
        'st.fit'),
    Row("", statsmodels="formula api smf sm tools tsa", r="library", scikit_learn="linear_model metrics "
        "preprocessing model_selection", others="stats models formula_api", note="there are no submodules to know: "
        "all names are st.*, st.ols, st.logistic, st.fit"),
    Row("", r="set.seed", others="seed random set_seed random_seed manual_seed", note="randomness enters by seed= "
        "of the call that draws"),
    Row("", others="norm t_dist expon uniform lognorm beta_dist HalfT LogNormal Lognormal Geometric DiscreteUniform "
        "VonMises LKJCholeskyCov Deterministic", note="priors are st.Normal, st.StudentT, st.Cauchy, st.Laplace, "
        "st.HalfNormal, st.HalfCauchy, st.Exponential, st.Gamma, st.Beta, st.Uniform"),
)  # fmt: skip

# pyright: reportCallIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
"""What a new user types in the first hour, and the name of ours that the answer must contain."""

import pytest

import stattools as st
from stattools.interface.names.answers import about_attribute, about_function, did_you_mean, noun_of, our_attribute
from tests.interface.names.scene import objects

OF_FITS = """
params coef coefficients coef_ intercept_ beta betas fixef -> fit.estimate
bse std_err stderr standard_errors std.error -> fit.se
llf loglikelihood log_likelihood logLik log_likelihood_ -> fit.loglik
nobs n_obs N -> fit.n
vcov cov_params cov_matrix variance_matrix_ -> fit.covariance
summary summary2 print_summary -> print(fit)
conf_int confint ci confidence_intervals_ -> fit.interval(0.95)
pvalues p_values pvalue tvalues tidy t_values zvalues summary_frame to_frame coeftest -> fit.table()
predict_proba -> fit.predict(new)
decision_function linear_predictor -> kind="link"
resid residual resids -> fit.residuals
resid_pearson rstandard -> fit.residuals_of("pearson")
resid_deviance -> fit.residuals_of("deviance")
fittedvalues fitted fitted_values yhat -> fit.predict()
rsquared r2 rsq prsquared pseudo_r2 r_sq -> fit.r_squared
score fit_statistics -> use fit.goodness();
rsquared_adj adj_r_squared -> fit.goodness().adjusted_r_squared[0]
accuracy -> fit.goodness().accuracy[0]
auc c_index -> fit.goodness().auc[0]
deviance residual.deviance -> use fit.goodness().deviance[0]
null.deviance null_deviance -> use smaller.goodness().deviance[0]
pearson_chi2 -> fit.goodness().pearson[0]
hosmer_lemeshow -> fit.check()
mae -> abs(fit.residuals).mean()
simulate -> use st.bootstrap(fit, kind="parametric"
influence get_influence cooks_d cooks.distance dffits -> fit.cooks_distance()
hatvalues hat_matrix_diag -> fit.leverage()
odds_ratios odds_ratio exp_coef irr hazard_ratio -> fit.table(exponentiate=True)
AIC -> fit.aic
BIC -> fit.bic
df_resid df_residual dof -> fit.df
compare_lr_test lrtest step -> st.likelihood_ratio
Anova_ drop1 joint_tests wald_test_terms -> fit.anova()
f_test t_test wald_test linearHypothesis -> fit.test(
fvalue f_pvalue llr_pvalue -> fit.test(list(
get_margeff margins avg_slopes ame -> fit.marginal_effects()
TukeyHSD pairs -> fit.contrasts(
emmeans lsmeans -> fit.means(
deltaMethod nlcom -> fit.function(
get_prediction -> fit.predict(new, interval=0.95)
get_robustcov_results cov_HC3 vcovHC -> cov="HC3"
formula -> fit.model.formula
model_matrix model.matrix exog -> fit.model.rows.X
endog -> fit.model.rows.y
classes_ -> fit.model.labels
n_iter_ niter nit -> fit.solution.steps
converged -> fit.solution.converged
mse_resid sigma2 -> fit.scale ** 2
ssr rss -> fit.residuals ** 2
sigma -> fit.scale
bootstrap -> st.bootstrap
wildboottest boottest -> fit.wild_bootstrap("x", seed=1)
posterior mcmc -> st.posterior(fit.model)
trace idata inference_data -> st.to_arviz(fit)
plot_diagnostics qqplot -> fit.plot("residuals")
coefplot -> fit.plot("coefficients")
to_latex as_latex -> format="latex"
to_markdown modelsummary stargazer -> st.report_table(fit)
to_csv -> to_csv("fit.csv")
to_dict -> fit.table().to_dict
pred_table confusion_matrix -> st.confusion(fit)
feature_names_in_ exog_names -> fit.names
fit update refit -> st.fit(
ranef blups -> fit.random_effects(
icc ICC -> fit.intraclass()
VarCorr cov_re -> fit.variance_components()
fe_params -> fit.estimate
baseline_hazard_ -> fit.baseline()
predict_survival_function -> fit.predict(new, kind="survival"
get_forecast -> another kind of fit has fit.forecast(12), of a series
estimat -> 'estimate'
residuls -> 'residuals'
cook_distances -> fit.cooks_distance()
intervall -> 'interval'
marginal_efects -> 'marginal_effects'
covarience -> 'covariance'
"""
OF_OTHERS = {
    "posterior": """
summary_frame -> has no
hdi conf_int credible_interval hpd -> posterior.interval(0.94)
eti -> kind="eti"
std stdev bse -> posterior.sd
var -> posterior.sd ** 2
params coef estimate -> posterior.mean
trace idata inference_data -> posterior.to_arviz()
samples chain get_samples -> posterior.draws
rhat ess divergences -> posterior.diagnostics
posterior_predictive sample_posterior_predictive -> kind="observation"
ppc plot_ppc -> posterior.check(
vcov cov -> posterior.covariance
waic -> st.compare(
plot_trace plot_posterior -> posterior.plot()
odds_ratios -> np.exp(posterior.draws)
nobs -> posterior.model.n
""",
    "exact": """
summary tidy describe -> posterior.table()
hdi credible_interval -> posterior.interval(0.94)
pdf -> posterior.density(
logpdf log_prob -> posterior.log_density(
ppf percentile -> posterior.quantile(
cdf sf -> posterior.probability(
rvs samples draws -> posterior.sample(1000, seed=1)
std -> posterior.sd
alpha -> posterior.a
beta -> posterior.b
map -> posterior.mode
evidence marginal_likelihood -> posterior.log_evidence
""",
    "model": """
fit fit_regularized train -> st.fit(model)
sample -> st.posterior(model)
exog X -> model.rows.X
endog y -> model.rows.y
exog_names -> model.names
family -> model.likelihood
params coef_ -> st.fit(model).estimate
summary -> print(st.fit(model))
predict -> st.fit(model).predict
nobs -> model.n
hessian -> model.information(
conf_int -> st.fit(model).interval(0.95)
""",
    "series": """
resid fittedvalues -> fit.innovations()
get_forecast -> fit.forecast(12)
smoothed_state -> fit.states()
simulate -> use st.simulate_states(fit
conf_int -> fit.interval(0.95)
""",
    "one_vs_rest": """
params -> fit.fits[0].estimate
conf_int -> fit.fits[0].interval(0.95)
pvalues -> fit.table()
""",
    "network": """
coefs_ weights state_dict -> fit.estimate
loss_curve_ -> fit.curve()
score evaluate -> fit.accuracy()
predict_proba -> fit.predict(new)
bse conf_int -> maximum is not unique
AIC -> maximum is not unique
""",
    "fits": """
params coef -> fits.estimate
bse -> fits.se
conf_int -> fits.interval(0.95)
tidy summary_frame -> fits.table()
predict resid -> fits.model_of(0)
errors -> fits.failed
""",
    "bootstrap": """
samples distribution t -> bootstrap.draws
conf_int percentile -> bootstrap.interval(0.95)
std bse -> bootstrap.se
""",
    "test": """
pvalue p p.value -> test.p_value
fvalue chi2 stat -> test.statistic
dof df_num -> test.df
df_denom -> test.df_residual
summary -> print(test)
""",
    "check": """
passed success -> check.ok
summary -> print(check)
message -> check.sentence
to_markdown -> check.markdown()
to_frame -> check.table()
""",
    "comparison": """
aic ranking to_frame -> comparison.table()
""",
    "interval": """
low lo left -> interval.lower
high hi right -> interval.upper
width -> interval.upper - interval.lower
to_numpy -> np.asarray(interval)
""",
}


def cases(text):
    lines = [line.partition(" -> ") for line in text.strip().splitlines()]
    return [(name, answer) for names, _, answer in lines for name in names.split()]


def said(thing, name):
    with pytest.raises(AttributeError) as caught:
        getattr(thing, name)
    return str(caught.value)


@pytest.mark.parametrize(("name", "answer"), cases(OF_FITS))
def test_a_guess_on_a_fit_is_answered_with_ours(name, answer):
    assert answer in said(objects()["smaller"][0], name)


@pytest.mark.parametrize(
    ("noun", "name", "answer"), [(noun, *case) for noun, text in OF_OTHERS.items() for case in cases(text)]
)
def test_a_guess_on_another_object_is_answered_with_ours(noun, name, answer):
    among = {"exact": ("posterior", 1), "series": ("fit", 2), "network": ("fit", 3), "one_vs_rest": ("fit", 5)}
    of, place = among.get(noun, (noun, 0))
    thing = objects()[of][place]
    assert answer in said(thing, name)


FUNCTIONS = """
lm OLS LinearRegression feols linregress -> st.ols(
Logit LogisticRegression -> st.logistic(
PoissonRegressor fepois -> st.poisson(
ttest t_test t.test ttest_ind -> st.ols("y ~ g"
aov f_oneway -> .anova()
chisq_test -> st.independence(
fisher fisher_exact -> st.exact_test(st.odds_ratio(
smooth -> s(x)
ordinal_logit -> st.ordinal(
mixed_logistic -> st.logistic("b ~ x + (1 | g)", table)
TOST equivalence -> fit.table(level=0.9)
mantelhaen -> within="id"
PanelOLS plm -> st.ols("y ~ x + C(id)", table)
brant -> fit.proportional_odds()
durbin_watson -> fit.check(order="time")
kendall -> no rank correlation of Kendall
structural -> st.local_level(
svyglm -> no sampling designs
mice -> no imputation
meta_analysis -> no meta-analysis
binom_test -> st.binomial(6, 10)
multinom MNLogit -> st.softmax(
MLPClassifier nnet -> st.network(
lmer mixedlm MixedLM lme -> st.linear_mixed(
ranef -> fit.random_effects(
glmer glmmTMB -> st.logistic("b ~ x + (1 | g)"
GEE -> effects of groups, (1 | g), are for st.linear_mixed(
coxph CoxPHFitter PHReg -> st.cox(
survreg WeibullAFTFitter -> st.aft(
Surv survfit KaplanMeierFitter -> st.kaplan_meier(
polr clm OrderedModel -> use st.fit(st.ordinal(
gam LinearGAM s -> use st.fit(st.glm("y ~ s(x)"
emmeans -> fit.means(
multipletests -> st.p_adjust(
summary -> print(fit)
confint -> fit.interval(0.95)
read_csv -> pandas.read_csv
add_constant -> the formula
stan_glm brm pymc -> st.posterior(
Lasso -> no penalty that sets coefficients to 0
train_test_split log_loss -> st.held_out(
etable stargazer -> st.report_table(
ARIMA -> there are no ARIMA models
logisitc -> 'logistic'
posterier -> 'posterior'
"""


@pytest.mark.parametrize(("name", "answer"), cases(FUNCTIONS))
def test_a_guess_of_a_function_is_answered_with_ours(name, answer):
    assert answer in said(st, name)


def test_there_are_many_guesses():
    texts = (OF_FITS, FUNCTIONS, *OF_OTHERS.values())
    assert sum(len(cases(text)) for text in texts) >= 250


def test_a_name_of_nobody_is_told_where_to_look():
    assert about_attribute(st.Fit, "xyzzy") == "Fit has no 'xyzzy'; dir(fit) lists what it has."
    assert about_function(("ols",), "xyzzy") == "stattools has no 'xyzzy'; dir(stattools) lists its names."


def test_the_noun_of_a_class():
    assert (noun_of(st.SeriesFit), noun_of(st.Beta), noun_of(st.EmpiricalBayes)) == (
        "fit",
        "posterior",
        "empirical_bayes",
    )
    assert (our_attribute("bse"), our_attribute("xyzzy")) == ("se", None)
    assert did_you_mean("xyzzy", ("weights",)) == ""

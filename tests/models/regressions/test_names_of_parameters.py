"""A column that is called as a parameter of the model is refused by both names, and so is what else has one name twice.

Tests, functions and priors find coefficients by their names.
"""

import numpy as np
import pytest
import scipy.stats

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.cases import REGRESSIONS

RNG = np.random.default_rng(44)
N = 80
TABLE = {
    "x": RNG.normal(size=N),
    "z": RNG.normal(size=N),
    "y": RNG.normal(size=N),
    "k": RNG.poisson(2.0, size=N),
    "u": RNG.uniform(0.1, 0.9, size=N),
    "t": RNG.exponential(size=N),
    "d": RNG.integers(0, 2, size=N),
    "g": np.array(list("abcd") * 20),
    "h": RNG.permutation(list("pq") * 40),
    "trials": np.full(N, 20),
}
GUMBEL = st.likelihood(scipy.stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})
SKEWED = st.likelihood(scipy.stats.skewnorm, parameters={"loc": "identity", "scale": "log", "a": "identity"})

MODELS = {
    "negative_binomial": (st.negative_binomial, "k ~ {}", {}),
    "zero_inflated": (st.zero_inflated, "k ~ {}", {}),
    "zero_inflated, of columns": (st.zero_inflated, "k ~ {}", {"zero": "~ z"}),
    "hurdle": (st.hurdle, "k ~ {}", {}),
    "gamma": (st.gamma, "t ~ {}", {}),
    "gamma, of columns": (st.glm, "t ~ {}", {"family": "gamma", "dispersion": "~ z"}),
    "inverse gaussian": (st.glm, "t ~ {}", {"family": "inverse gaussian"}),
    "beta": (st.glm, "u ~ {}", {"family": "beta"}),
    "beta_binomial": (st.beta_binomial, "k ~ {}", {"trials": "trials"}),
    "ordinal": (st.ordinal, "g ~ {}", {"levels": list("abcd")}),
    "ordinal, scaled": (st.ordinal, "g ~ {}", {"levels": list("abcd"), "scale": "~ z"}),
    "ordinal, not parallel": (st.ordinal, "g ~ {} + z", {"levels": list("abcd"), "nonparallel": ["z"]}),
    "softmax": (st.softmax, "g ~ {} + z", {}),
    "aft": (st.aft, "survival(t, d) ~ {}", {}),
    "aft, of columns": (st.aft, "survival(t, d) ~ {}", {"scale": "~ z"}),
    "own": (lambda formula, table: st.regression(formula, table, GUMBEL), "y ~ {}", {}),
    "own, of three": (lambda formula, table: st.regression(formula, table, SKEWED), "y ~ {}", {}),
    "mixed": (st.negative_binomial, "k ~ {} + (1 | g)", {}),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_column_called_as_a_parameter_is_refused(name):
    make, formula, options = MODELS[name]
    plain = make(formula.format("x"), TABLE, **options)
    others = [found for found in plain.names if found not in plain.terms]
    assert others
    for parameter in others:
        table = {key: TABLE["x"] if key == "x" else values for key, values in TABLE.items()} | {parameter: TABLE["x"]}
        with pytest.raises(DomainError, match="has a parameter called") as told:
            make(formula.format(f"x + `{parameter}`"), table, **options)
        assert repr(parameter) in str(told.value)
        with pytest.raises(DomainError, match="has a parameter called"):  # a factor of that name has other coefficients
            make(formula.format(f"x + `{parameter}`"), table | {parameter: TABLE["h"]}, **options)


@pytest.mark.parametrize("case", REGRESSIONS, ids=lambda case: case.name)
def test_every_regression_refuses_names_of_its_parameters(case):
    table = case.table()
    model = case.model("y ~ x + g", table)
    for one in model.parts if model.facts.is_separate else (model,):
        assert len(set(one.names)) == len(one.names)
    if model.facts.is_separate:
        return
    for parameter in set(model.names) - set(model.terms):
        with pytest.raises(DomainError, match="has a parameter called"):
            case.model(f"y ~ x + g + `{parameter}`", table.assign(**{parameter: table.x}))


def test_columns_of_arrays_are_refused_too():
    with pytest.raises(DomainError, match="has a parameter called 'log alpha'"):
        st.negative_binomial(TABLE["k"], np.c_[TABLE["x"], TABLE["z"]], names=["x", "log alpha"])


def test_files_are_refused_too(tmp_path):
    import pandas as pd

    pd.DataFrame({"k": TABLE["k"], "log alpha": TABLE["x"]}).to_parquet(tmp_path / "k.parquet")
    with pytest.raises(DomainError, match="has a parameter called 'log alpha'"):
        st.negative_binomial("k ~ `log alpha`", st.scan(tmp_path / "k.parquet"))


def test_an_interaction_and_a_column_of_its_name_are_refused():
    for name, values in (("g:x", TABLE["z"]), ("g[T.b]", TABLE["g"][::-1]), ("g[T.b]", TABLE["z"])):
        with pytest.raises(DomainError, match="makes two columns named"):
            st.ols(f"y ~ g * x + `{name}`", TABLE | {name: values})


@pytest.mark.parametrize(
    ("make", "formula", "column"),
    [
        (st.ols, "y ~ sigma", "sigma"),
        (st.negative_binomial, "k ~ alpha", "alpha"),
        (st.gamma, "t ~ dispersion", "dispersion"),
        (st.linear_mixed, "y ~ sigma + (1 | g)", "sigma"),
        (st.linear_mixed, "y ~ `sd(Intercept | g)` + (1 | g)", "sd(Intercept | g)"),
        (st.poisson, "k ~ `sd(Intercept | g)` + (1 | g)", "sd(Intercept | g)"),
        (st.poisson, "k ~ `u(Intercept | g[a])` + (1 | g)", "u(Intercept | g[a])"),
    ],
)
def test_a_posterior_has_no_two_parameters_of_one_name(make, formula, column):
    with pytest.raises(IncompatibleError, match="has two parameters named"):
        st.posterior(make(formula, TABLE | {column: TABLE["x"]}), draws=20, chains=1, tune=50)

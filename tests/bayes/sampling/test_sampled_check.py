"""Posteriors of rows in files: the draws in memory, with a check on the sample that knows what it does not know."""

import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as hs

import stattools as st
from stattools.bayes import posterior as bayes
from stattools.data.files import first_pass
from tests.data.files.test_scanned_rows import DATA, MODELS, model_of, write

SAMPLED = [case for case in MODELS if case[0] is not st.ols]


def sampled(folder, monkeypatch, held=500):
    monkeypatch.setattr(first_pass, "HELD", held)
    write(folder, DATA, [300], 130)
    return st.scan(folder)


@pytest.mark.slow
@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    case=hs.sampled_from(MODELS),
    prior=hs.sampled_from([None, st.Normal(0, 1), st.Laplace(0, 1)]),
    cuts=hs.lists(hs.integers(0, 500), max_size=4),
    group=hs.integers(40, 1000),
    held=hs.sampled_from([400, 10_000]),
)
def test_any_partition_gives_the_draws_in_memory(case, prior, cuts, group, held):
    make, formula, options, data = model_of(case, DATA)
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(first_pass, "HELD", held)
        write(folder, data, cuts, group)
        ours, reference = (
            st.posterior(make(formula, source, **options), prior=prior, method="laplace", draws=200, seed=3)
            for source in (st.scan(folder), data)
        )
    assert np.abs(ours.draws - reference.draws).max() <= 1e-5 * reference.sd.min()  # modes to 1e-6, as asked for
    assert [str(one) for one in ours.priors.why] == [str(one) for one in reference.priors.why]
    priors = (
        [float(value) for one in made.priors.each for value in vars(one).values() if value is not None]
        for made in (ours, reference)
    )
    np.testing.assert_allclose(*priors, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ours.priors.rows, reference.priors.rows, rtol=1e-10, atol=1e-12)
    assert abs(ours.pareto_k - reference.pareto_k) < 0.3  # of 800 draws, by a sample of half of the rows


def test_the_page_says_what_was_checked_on_how_many_rows(tmp_path, monkeypatch):
    posterior = st.posterior(st.logistic("y ~ x + z", sampled(tmp_path, monkeypatch)), method="laplace")
    check = posterior.sampled_check
    assert (check.of, check.points, check.draws) == (880, 32, 4000)
    assert 400 < check.rows < 880
    assert f"k-hat is from {check.rows} of them at 4,000 draws" in " ".join(str(posterior).split())
    assert f"all 880 rows ({check.reads} reads)" in " ".join(str(posterior).split())


def test_reads_are_counted(tmp_path, monkeypatch):
    model = st.logistic("y ~ x + z", sampled(tmp_path, monkeypatch))
    made = []
    monkeypatch.setattr(type(model.rows), "total", counting(type(model.rows).total, made))
    found = st.posterior(model, method="laplace", draws=100)
    assert found.sampled_check.reads == len(made) + 1  # the first is made with the model


def counting(method, calls):
    def counted(self, *given):
        calls.append(given)
        return method(self, *given)

    return counted


def rare(folder, events, n=6000):
    """A level with few rows, which a sample of a tenth hardly sees."""
    rng = np.random.default_rng(4)
    level = np.zeros(n)
    level[rng.choice(n, events, replace=False)] = 1.0
    x = rng.normal(size=n)
    y = (rng.uniform(size=n) < 1 / (1 + np.exp(-0.3 * x - 0.2 * level))).astype(int)
    table = {"y": y, "x": x, "level": level}
    pq.write_table(pa.table(table), folder / "a.parquet", row_group_size=1000)
    return table


def test_where_the_sample_does_not_know_all_rows_are_asked(tmp_path, monkeypatch):
    table = rare(tmp_path, 12)
    monkeypatch.setattr(first_pass, "HELD", 600)
    found = st.posterior(st.logistic("y ~ x + level", st.scan(tmp_path)), prior=st.Normal(0, 3), method="laplace")
    reference = st.posterior(st.logistic("y ~ x + level", table), prior=st.Normal(0, 3), method="laplace")
    assert found.sampled_check.gap > 0.1
    assert found.sampled_check.rows == found.sampled_check.of == 6000
    assert "k-hat is from all of them at 400 draws" in " ".join(str(found).split())
    assert abs(found.shift - reference.shift) < 0.1  # of 400 and of 4,000 draws


def test_a_posterior_that_is_not_normal_is_refused(tmp_path, monkeypatch):
    rare(tmp_path, 2)
    monkeypatch.setattr(first_pass, "HELD", 600)
    model = st.logistic("y ~ x + level", st.scan(tmp_path))
    with pytest.raises(st.ConvergenceError, match=r"Give narrower priors, merge rare levels"):
        st.posterior(model, prior=st.Normal(0, 50), method="laplace")


@pytest.mark.parametrize("method, words", [(None, "NUTS"), ("nuts", "NUTS"), ("importance", "weighed")])
def test_what_reads_all_rows_for_each_draw_is_refused(method, words, tmp_path, monkeypatch):
    model = st.poisson("c ~ x", sampled(tmp_path, monkeypatch))
    with pytest.raises(st.IncompatibleError, match=rf'{words}.* 880 rows x 2 columns .*method="laplace"'):
        st.posterior(model, method=method)


@pytest.mark.slow
def test_least_squares_need_one_read_whatever_the_method(tmp_path, monkeypatch):
    data = sampled(tmp_path, monkeypatch)
    for options in ({"draws": 100, "chains": 2}, {"method": "importance"}):
        a, b = (st.posterior(st.ols("t ~ x + g", source, weights="w"), seed=2, **options) for source in (data, DATA))
        np.testing.assert_allclose(a.mean, b.mean, atol=0.2 * b.sd.min())
    prior = st.NormalInverseGammaRegression(np.zeros(2), np.eye(2), 2.0, 1.0)
    a, b = (st.posterior(st.ols("t ~ x", source), prior=prior) for source in (data, DATA))
    np.testing.assert_allclose([*a.mean, a.scale, a.log_evidence], [*b.mean, b.scale, b.log_evidence], rtol=1e-10)


def test_a_sample_of_all_rows_is_the_rows_in_memory(tmp_path, monkeypatch):
    data = sampled(tmp_path, monkeypatch, 10_000)
    ours, reference = (st.posterior(st.logistic("y ~ x", source), draws=50, chains=2) for source in (data, DATA))
    np.testing.assert_allclose(ours.mean, reference.mean, atol=0.3 * reference.sd.min())
    assert ours.method == "nuts"
    assert "log_likelihood" in ours.to_arviz().children


def test_flat_priors_are_proper_where_the_sample_says_so(tmp_path, monkeypatch):
    data = sampled(tmp_path, monkeypatch)
    found = st.posterior(st.logistic("y ~ x", data), prior=st.Flat(), method="laplace")
    fit = st.fit(st.logistic("y ~ x", data))
    np.testing.assert_allclose(found.mode, fit.estimate, atol=1e-7)
    write(tmp_path, DATA.assign(y=(DATA.z > 3).astype(int)), [300], 100)
    with pytest.raises(st.IdentificationError, match=r"in a sample of \d+ of 900 rows the posterior .* improper"):
        st.posterior(st.logistic("y ~ z", st.scan(tmp_path)), prior=st.Flat(), method="laplace")


def test_a_datatree_has_all_but_single_rows(tmp_path, monkeypatch):
    model = st.negative_binomial("nb ~ x", sampled(tmp_path, monkeypatch))
    found = st.posterior(model, method="laplace", draws=25)
    tree = found.to_arviz()
    assert set(tree.children) == {"posterior", "log_prior", "prior"}
    assert tree["posterior"]["alpha"].shape == (1, 100)
    assert "in files" in tree.attrs["rows"]
    with pytest.raises(st.IncompatibleError, match="in files"):
        found.check(np.mean)


def test_nuts_is_refused_for_many_numbers_unless_asked_for(monkeypatch):
    monkeypatch.setattr(bayes, "MOST_CELLS", 1000)
    model = st.logistic("y ~ x", DATA)
    with pytest.raises(st.IncompatibleError, match=r'880 rows x 2 columns .*1,000 numbers.*method="laplace"'):
        st.posterior(model)
    assert st.posterior(model, method="nuts", draws=20, chains=1, tune=50).draws.shape == (1, 20, 2)

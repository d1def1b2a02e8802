"""Posteriors of rows in files are validated over all rows and on the sample, and wrong ones are found."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.data.files import first_pass
from tests.data.files.test_scanned_rows import DATA, MODELS, model_of, write
from tests.sizes import first


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 400)
    write(tmp_path, DATA, [300], 130)
    return st.scan(tmp_path)


@pytest.mark.parametrize("case", first(1, [MODELS[2], MODELS[5], MODELS[6], MODELS[7]]), ids=lambda case: case[1])
@pytest.mark.parametrize("prior", [None, pytest.param(st.StudentT(5, 0, 1), marks=pytest.mark.slow)])
def test_means_and_deviations_are_those_of_a_second_computation(case, prior, data):
    make, formula, options, _ = model_of(case, DATA)
    found = st.posterior(make(formula, data, **options), prior=prior, method="laplace", seed=2)
    check = st.validate(found)
    assert check.ok, check.sentence
    assert check.sentence.startswith(f"A second computation over all {found.sampled_check.of} rows, read again")
    assert "whose own posterior is less normal: " in check.sentence
    assert check.table()["term"].tolist() == list(found.names)


@pytest.mark.slow
def test_wrong_draws_are_found(data):
    found = st.posterior(st.poisson("c ~ x", data), method="laplace")
    middle = found.draws.mean(axis=1, keepdims=True)
    for wrong in (found.draws + 0.2 * found.sd, middle + 1.1 * (found.draws - middle)):
        check = st.validate(replace(found, draws=wrong))
        assert not check.ok
        assert "does not agree on mode and curvature" in check.sentence


def test_least_squares_are_validated_by_their_fit(data):
    found = st.posterior(st.ols("t ~ x", data), draws=200, chains=2)
    with pytest.raises(st.IncompatibleError, match=r"in files. Its sums are those of st\.validate\(st\.fit"):
        st.validate(found)
    assert np.isfinite(found.mean).all()

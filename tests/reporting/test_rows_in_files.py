"""Reports on rows in files say where these are, and what is of all rows and what of a sample."""

import pandas as pd
import pytest

import stattools as st
from stattools.data.files import first_pass
from stattools.reporting.provenance import data_hash
from tests.data.files.test_scanned_rows import DATA, MODELS, model_of, write
from tests.sizes import first


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 400)
    write(tmp_path, DATA, [300], 130)
    return st.scan(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("case", first(1, [MODELS[0], MODELS[3], MODELS[6], MODELS[7]]), ids=lambda case: case[1])
def test_a_report_says_what_is_of_a_sample(case, data, tmp_path):
    make, formula, options, _ = model_of(case, DATA)
    fit = st.fit(make(formula, data, **options))
    text = st.report(fit, st.validate(fit), to=tmp_path / "report").read_text()
    kept = len(fit.model.rows.X)
    for said in (
        "| files                           | 2 ",
        "SHA-256 of the files' footers",
        f"of the {kept} rows.",
        f"A second computation over all {kept} rows agrees",
        "rows, fitted alone: statsmodels",
        "A second computation",
    ):
        assert said in text


def test_a_report_on_a_posterior_says_what_was_checked(data, tmp_path):
    belief = st.posterior(st.logistic("y ~ x", data), method="laplace", draws=100)
    assert "k-hat is from" in st.report(belief, to=tmp_path / "report").read_text()


def test_the_hash_is_that_of_the_footers(tmp_path):
    write(tmp_path, DATA, [300], 130)
    first = data_hash(st.ols("t ~ x", st.scan(tmp_path)))
    assert first == data_hash(st.ols("t ~ x", st.scan(tmp_path)))
    assert first != data_hash(st.ols("t ~ z", st.scan(tmp_path)))
    write(tmp_path, DATA.assign(t=DATA.t + 1), [300], 130)
    assert first != data_hash(st.ols("t ~ x", st.scan(tmp_path)))


def test_rows_that_are_in_no_files_have_no_hash():
    dd = pytest.importorskip("dask.dataframe")
    frame = dd.from_pandas(pd.DataFrame({"y": [1.0, 3.0, 5.0, 8.0], "x": [0.0, 1.0, 2.0, 3.0]}), npartitions=2)
    with pytest.raises(st.IncompatibleError, match="in a Dask DataFrame, which has none"):
        data_hash(st.ols("y ~ x", frame))

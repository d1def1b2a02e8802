"""Averages over rows in files are those in memory."""

import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as hs

import stattools as st
from stattools.data.files import first_pass, scan
from tests.data.files.test_scanned_rows import DATA, MODELS, fitted, model_of, write

FLAGS = DATA.assign(flag=DATA.z > 3, d=(DATA.z > 3.5).astype(int))
CASES = [*MODELS, (st.logistic, "y ~ flag * x + d + C(k) + log(e)", {}), (st.probit, "y ~ x", {"offset": "e"})]


@pytest.mark.slow
@settings(max_examples=10, deadline=None, derandomize=True)
@given(
    case=hs.sampled_from(CASES),
    cuts=hs.lists(hs.integers(0, 500), max_size=4),
    group=hs.integers(40, 1000),
    batch=hs.integers(100, 2000),
    held=hs.sampled_from([300, 10_000]),
)
def test_any_partition_gives_effects_and_goodness_in_memory(case, cuts, group, batch, held):
    *model, data = model_of(case, FLAGS)
    discrete = {"discrete": ["d"]} if " d " in model[1] else {}
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(scan, "BATCH", batch)
        patch.setattr(first_pass, "HELD", held)
        write(folder, data, cuts, group)
        ours, reference = (fitted(*model, source) for source in (st.scan(folder), data))
        a, b = ours.marginal_effects(**discrete), reference.marginal_effects(**discrete)
        mine, theirs = ours.goodness(), reference.goodness()
    assert a.term.tolist() == b.term.tolist()
    # derivatives are differences with steps of 6e-6, which a batch chooses by its own values
    np.testing.assert_allclose(a[["estimate", "se"]], b[["estimate", "se"]], rtol=1e-7, atol=1e-10)
    assert set(theirs) - set(mine) <= {"auc"}
    np.testing.assert_allclose(mine, theirs[list(mine)], rtol=1e-9)


def test_contrasts_of_files_are_those_in_memory_in_one_read(tmp_path, monkeypatch):
    write(tmp_path, DATA, [300], 90)
    ours, reference = (st.fit(st.poisson("c ~ x + g", source)) for source in (st.scan(tmp_path), DATA))
    reads = []
    total = type(ours.model.source).total
    monkeypatch.setattr(type(ours.model.source), "total", lambda *given: reads.append(1) or total(*given))
    table = ours.contrasts("g")
    assert len(reads) == 1
    np.testing.assert_allclose(table.estimate, reference.contrasts("g").estimate, rtol=1e-7)  # fits within 1e-8 each


def test_what_is_not_averaged_over_files_is_refused(tmp_path):
    write(tmp_path, DATA, [], 90)
    fit = st.fit(st.logistic("y ~ z", st.scan(tmp_path)))
    for options, words in (
        ({"at": "mean"}, "in files.*data=, a table"),
        ({"discrete": ["z"]}, "00.parquet, row group 0: discrete= takes columns of 0 and 1"),
        ({"variables": ["q"]}, "no variable 'q'"),
    ):
        with pytest.raises(st.StattoolsError, match=words):
            fit.marginal_effects(**options)
    assert len(fit.marginal_effects(data=DATA[:50], at="mean")) == 1


def test_effects_need_no_sample_that_shows_the_values(tmp_path, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 200)
    write(tmp_path, FLAGS.assign(d=np.where(np.arange(len(FLAGS)) == 890, 7, FLAGS.d)), [], 300)
    with pytest.raises(st.DomainError, match=r"row group 2: .*'d' holds 7"):
        st.fit(st.ols("t ~ d", st.scan(tmp_path))).marginal_effects(discrete=["d"])


def test_steps_and_kinks_of_files_are_refused_and_values_compared(tmp_path):
    write(tmp_path, DATA, [300], 90)
    ours, reference = (st.fit(st.ols("t ~ x + I(z > 3)", source)) for source in (st.scan(tmp_path), DATA))
    with pytest.raises(st.IncompatibleError, match=r"'z' is a derivative.*'z > 3'"):
        ours.marginal_effects()
    options = {"values": [2, 3, 4.5]}
    a, b = ours.contrasts("z", **options), reference.contrasts("z", **options)
    assert a.contrast.tolist() == ["3 - 2", "4.5 - 2", "4.5 - 3"]
    np.testing.assert_allclose(a[["estimate", "se"]], b[["estimate", "se"]], rtol=1e-7, atol=1e-12)
    at_0 = DATA.assign(x=np.where(np.arange(len(DATA)) == 500, 0.0, DATA.x))
    (tmp_path / "kink").mkdir()
    write(tmp_path / "kink", at_0, [], 90)
    with pytest.raises(st.DomainError, match=r"row group 5: .*no derivative in 'x' in 1 of .*'abs\(x\)' breaks"):
        st.fit(st.ols("t ~ abs(x)", st.scan(tmp_path / "kink"))).marginal_effects()


def test_a_slope_beyond_float64_is_refused():
    """Far from all rows a rate is as large as float64 has numbers; its slope ended in a warning of NumPy."""
    g = np.random.default_rng(0)
    fit = st.fit(st.poisson("y ~ scale(x)", {"y": g.poisson(2.0, 30), "x": 1e-160 * g.normal(size=30)}))
    with pytest.raises(st.DomainError, match="the average slope in 'x' or its gradient"):
        fit.marginal_effects(at={"x": 1.0})

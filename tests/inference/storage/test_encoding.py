"""Labels keep their type, and what cannot be written is named."""

from dataclasses import replace

import pytest

import stattools as st
from stattools.inference.prediction.prediction import predict
from stattools.inference.storage.file import save
from stattools.inference.storage.loading import load
from tests.inference.storage.test_file import FRAME, NEW, contents, round_trip, saved, write


@pytest.mark.parametrize("labels", [(False, True), ("no", "yes"), (0, 1)], ids=str)
def test_labels_keep_their_type(labels, tmp_path):
    frame = NEW.assign(out=[labels[i % 2] for i in range(len(NEW))])
    fit = st.fit(st.logistic("out ~ x", frame))
    other = round_trip(fit, tmp_path)
    found = predict(other, other.model, frame, kind="class")
    assert found.dtype == predict(fit, fit.model, frame, kind="class").dtype
    assert other.model.labels == fit.model.labels


def test_parts_that_cannot_be_written_are_named(tmp_path):
    fit = st.fit(st.ols("y ~ x", FRAME))
    with pytest.raises(st.IncompatibleError, match="save cannot write DataFrame objects"):
        save(replace(fit, cov=FRAME), tmp_path / "a")
    assert not list(tmp_path.iterdir())


def test_forged_facts_do_not_replace_methods(tmp_path):
    saved(tmp_path)
    content, arrays = contents(tmp_path / "whole.stattools")
    content["fit"]["facts"]["table"] = "forged"
    write(tmp_path / "forged", content, arrays)
    with pytest.raises(st.DomainError, match="load cannot read"):
        load(tmp_path / "forged")

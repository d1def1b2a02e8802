"""Labels keep their type, and what cannot be written is named."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.data.rows.rows import Rows
from stattools.inference.prediction.predict import predict
from stattools.inference.storage.file import save
from stattools.inference.storage.walker import as_now
from stattools.models.predictor import Linear
from tests.inference.storage.test_file import FRAME, NEW, round_trip


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


ROWS = Rows(np.ones((2, 1)), np.array([0.0, 1.0]), weight=np.array([1.0, 2.0]), offset=np.zeros(2))


def test_fields_of_today_stay_as_they_are():
    fields = {"kind": "logistic", "rows": ROWS, "extras": {"weights": "w"}}
    assert as_now("Model", fields) == ("Model", fields)
    assert as_now("Linear", {"columns": 2}) == ("Linear", {"columns": 2})


@pytest.mark.parametrize(
    ("name", "old", "now"),
    [
        ("Linear", {"columns": 3, "width": 2, "extra": ()}, Linear(3, 2)),
        ("Dispersed", {"columns": 3, "extra": ("log alpha",)}, Linear(3, 2, ((),))),
    ],
)
def test_a_parameter_that_all_rows_share_is_one_of_the_predictor(name, old, now):
    made, fields = as_now(name, old)
    assert made == "Linear"
    assert Linear(**fields) == now


@pytest.mark.parametrize(
    ("offset", "exposure", "extras"),
    [
        (None, None, {"offset": None, "weights": None}),
        ("z", None, {"offset": "z", "weights": None}),
        (None, "time", {"exposure": "time", "weights": None}),
    ],
)
def test_columns_beside_x_are_kept_by_role(offset, exposure, extras):
    plain = {"kind": "poisson", "likelihood": st.Poisson(), "rows": ROWS}
    old = plain | {"offset_column": offset, "exposure_column": exposure}
    now = as_now("Model", old)
    assert now == ("Model", plain | {"extras": extras})
    assert old["offset_column"] == offset  # what was read is not changed


def test_a_model_had_the_index_of_its_rows():
    assert as_now("Model", {"kind": "ols", "index": None}) == ("Model", {"kind": "ols"})

"""Files that an earlier version wrote: they load, and say what they said."""

import json

import numpy as np
import pytest

import stattools as st
from tests.before import FOLDER, answers, path

SAID = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))


def test_every_file_has_its_answers():
    assert sorted(SAID) == sorted(file.stem for file in FOLDER.glob("*.stattools"))


@pytest.mark.parametrize("name", SAID)
def test_a_file_of_an_earlier_version_answers_as_it_did(name):
    said = answers(st.load(path(name)))
    assert said.keys() == SAID[name].keys()
    for question, then in SAID[name].items():
        now = said[question]
        if any(isinstance(part, str) for part in np.atleast_1d(np.asarray(then, dtype=object))):
            assert now == then
        else:  # sums of predictions end in other digits on other processors
            np.testing.assert_allclose(
                np.array(now, dtype=float), np.array(then, dtype=float), rtol=1e-9, atol=1e-12, err_msg=question
            )

"""All questions of fits to tables in extreme units."""

import math
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import stattools as st
from tests.fuzz.calls import Fault, World
from tests.fuzz.every_question import NAMES, VERBS, every_question, plain_scene
from tests.fuzz.regressions import REGRESSIONS
from tests.fuzz.scenes import Hand
from tests.fuzz.test_contract import EXAMPLES, Plain

FEWER = 100
"""An example asks tens of questions: so many times fewer are drawn than of single ones."""


@pytest.mark.slow
def test_every_question_has_an_answer_or_is_refused():
    @settings(max_examples=math.ceil(EXAMPLES / FEWER), suppress_health_check=list(HealthCheck))
    @given(some.data())
    def holds(data):
        with TemporaryDirectory() as folder, chdir(folder):
            world = World(Hand(data), Path(folder))
            every_question(world, world.hand.pick(NAMES, "name"))

    holds()


@pytest.mark.parametrize("name", NAMES)
def test_plain_tables_are_fitted(name, tmp_path):
    """Without extreme units there is a fit, so that there is something to ask."""
    regression = REGRESSIONS[name]
    scene = plain_scene(World(Plain(), tmp_path), name)
    formula = f"{regression.left} ~ {regression.right}".format(y="y", x="x", g="g")
    fit = st.fit(regression.make(formula, scene.table, **{key: key for key in regression.required}))
    assert all(np.isfinite(part.loglik) for part in getattr(fit, "fits", [fit]))


def test_a_hole_in_one_answer_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(st.Fit, "interval", lambda self: np.array([np.nan]))
    with pytest.raises(Fault, match=r"Fit\.interval  is nan"):
        every_question(World(Plain(), tmp_path), "ols")


def test_verbs_are_public():
    assert all(callable(getattr(st, verb)) for verb in VERBS)

"""Laws of recodings hold for ours, whatever the model, its data and the numbers of the recoding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stattools.qualification.exam import examination
from stattools.qualification.exam.examination import ADAPTERS, code, judged, numbers
from stattools.qualification.exam.harness import answer
from stattools.qualification.exam.laws import PREDICTED, PROBLEMS, RECODINGS, Law, offset, origin, scale, units

OURS = ADAPTERS["stattools"]

EXAMPLES = {"stattools": 20, "nightly": 10_000}[settings.get_current_profile_name()]
FACTORS = some.builds(lambda power, sign: sign * 10.0**power, some.floats(-4.0, 4.0), some.sampled_from([-1.0, 1.0]))
SHIFTS = some.floats(-1e4, 1e4)
DRAWN = {
    "scale": some.builds(scale, some.tuples(FACTORS, FACTORS, FACTORS)),
    "origin": some.builds(origin, some.tuples(SHIFTS, SHIFTS, SHIFTS)),
    "units of the outcome": some.builds(units, FACTORS.map(abs)),
    "offset": some.builds(offset, some.floats(-2.0, 2.0)),
}
"""Laws whose numbers are drawn too; the others have none."""


@some.composite
def questions(draw: some.DrawFn) -> tuple[Law, str, str]:
    """A law with numbers of its own, a model for which it is a theorem, and data of that model."""
    law = draw(some.sampled_from(RECODINGS).flatmap(lambda law: DRAWN.get(law.name, some.just(law))))
    model = draw(some.sampled_from([model for model in law.models if model in OURS.models]))
    slopes = [round(one, 3) for one in draw(some.tuples(*[some.floats(-1.0, 1.0)] * 3))]
    problem = PROBLEMS[model].replace("default_rng(7)", f"default_rng({draw(some.integers(0, 2**32))})")
    problem = problem.replace("[0.8, -0.5, 0.2]", str(slopes)).replace("0.8 * X", f"{slopes[0]} * X")
    return law, model, problem if "g = np" in problem else problem.replace("240", str(draw(some.integers(80, 400))))


@pytest.mark.slow
def test_ours_follows_whatever_is_drawn():
    @settings(max_examples=EXAMPLES)
    @given(questions())
    def follows(question):
        law, model, problem = question
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(examination.PROBLEMS, model, problem)
            before = answer(code(OURS, model, predictions=law.predictions))
            after = answer(code(OURS, model, law))
        assert ("error" in before) == ("error" in after), (before, after)
        if "error" not in before:
            mark = judged(law, model, before, after, numbers(after["se"]))
            assert mark.outcome == "right", (mark, code(OURS, model, law))

    follows()


def test_what_is_no_theorem_is_not_asked():
    models = {law.name: law.models for law in RECODINGS}
    assert "cloglog" not in models["complement"]
    assert not {"Cox", "linear", "ridge"} & set(models["duplicated rows"])
    assert not any(model.startswith("mixed") for model in models["duplicated rows"])
    assert "ridge" in models["origin"]
    assert "ridge" not in models["scale"]
    assert not {"local level", "autoregression"} & set(models["row order"])
    assert set(models["time reversed"]) == {"local level", "autoregression"}
    assert all("Cox" not in law.models for law in PREDICTED)


def test_numbers_of_a_recoding_are_in_its_lines_and_in_what_follows():
    b, se = scale((2.0, -4.0, 1.0)).expect("linear", [1.0, 2.0, 4.0, 3.0], [1.0, 1.0, 1.0, 1.0])  # pyright: ignore
    assert b.tolist() == [1.0, 1.0, -1.0, 3.0]
    assert se.tolist() == [1.0, 0.5, 0.25, 1.0]
    assert "[2.0, -4.0, 1.0]" in scale((2.0, -4.0, 1.0)).lines("linear")
    assert units(3.0).lines("Cox") == "time = 3.0 * time"
    assert np.isnan(units(3.0).expect("Weibull", [1.0, 2.0], [0.1, 0.2])[0][0])  # pyright: ignore

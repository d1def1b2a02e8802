"""Random tables, dtypes, names and options through every public name: a right answer, or an error of ours.

`Fault` says what else happened, with the calls that led there. CI draws the same 500 examples each time; for the
10,000 of a night see CONTRIBUTING.md.
"""

import inspect
import math
import resource
import sys
import warnings
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import stattools as st
from stattools.bayes.conjugate.beta_binomial import BetaBinomialPredictive, BetaNegativeBinomial
from stattools.bayes.conjugate.dirichlet import DirichletMultinomial
from stattools.bayes.conjugate.gamma_poisson import GammaPoisson, Lomax
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.normal_inverse_gamma_regression import RowPredictions
from stattools.bayes.conjugate.normal_inverse_wishart import MultivariateT
from tests.fuzz.answers import VERBS
from tests.fuzz.calls import ENTRIES, INSIDE, RECORDS, Fault, World, is_method, parameters, questions
from tests.fuzz.every_question import NAMES, every_question, plain_scene
from tests.fuzz.every_question import VERBS as ASKED
from tests.fuzz.examples import compare, example
from tests.fuzz.parameters import POOL, pool
from tests.fuzz.regressions import REGRESSIONS, made
from tests.fuzz.scenes import Hand
from tests.fuzz.soundness import DOCUMENTED, faults_of_message, holes, holes_of_text

EXAMPLES = {"stattools": 500, "nightly": 10_000}[settings.get_current_profile_name()]
REGRESSION = 6
"""A regression is drawn so many times as often as another name: tables have more ways to be hostile than options."""
TURNS = {name: REGRESSION if name in REGRESSIONS else 1 for name in ENTRIES}
FEWER = 100
"""An example of every question asks tens of questions: so many times fewer are drawn than of single ones."""
ROOM = 6 * 2**30
"""Bytes that an example may take beside what the process has: a size that nobody refused ends in MemoryError."""


@pytest.fixture
def little_memory():
    if sys.platform != "linux":
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + ROOM, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.slow
@pytest.mark.parametrize("name", ENTRIES)
def test_right_or_refused(name, little_memory):
    @settings(
        max_examples=math.ceil(EXAMPLES * TURNS[name] / sum(TURNS.values())),
        suppress_health_check=list(HealthCheck),
    )
    @given(some.data())
    def holds(data):
        with TemporaryDirectory() as folder, chdir(folder):
            example(World(Hand(data), Path(folder)), name)

    holds()


@pytest.mark.slow
def test_every_question_has_an_answer_or_is_refused(little_memory):
    @settings(max_examples=math.ceil(EXAMPLES / FEWER), suppress_health_check=list(HealthCheck))
    @given(some.data())
    def holds(data):
        with TemporaryDirectory() as folder, chdir(folder):
            world = World(Hand(data), Path(folder))
            every_question(world, world.hand.pick(NAMES, "name"))

    holds()


class Plain(Hand):
    """Always the first choice, and nothing hostile."""

    def __init__(self) -> None:
        super().__init__(None)
        self.seeds = iter(range(100))

    def random(self):
        return np.random.default_rng(next(self.seeds))

    def pick(self, options, label=""):
        return next(iter(options))

    def chance(self, of, label=""):
        return False

    def whole(self, low, high, label=""):
        return low


@pytest.mark.parametrize("name", REGRESSIONS)
def test_plain_tables_are_fitted(name, tmp_path):
    """Without hostility there is an answer, so that the examples above are not all refused."""
    world = World(Plain(), tmp_path)
    here = made(world.hand, name)
    model = world.ask(name, here.regression.make, *here.args, **here.options)
    assert model is not None, world.transcript
    if name != "network":
        compare(world, st.fit(model), here)


@pytest.mark.parametrize("name", NAMES)
def test_tables_in_plain_units_are_fitted(name, tmp_path):
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


WITHOUT_A_NAME = {
    BetaBinomialPredictive,
    BetaNegativeBinomial,
    DirichletMultinomial,
    GammaPoisson,
    Improper,
    Lomax,
    MultivariateT,
    RowPredictions,
}
"""Classes of answers that have no public name."""


def test_every_parameter_has_something_to_be_given():
    """A new public name, question or option has a row in POOL, or a name that others have too."""
    for name in ENTRIES:
        if name not in REGRESSIONS:
            for parameter in parameters(getattr(st, name)):
                pool(name, parameter.name)
    classes = {cls for name in st.__all__ if inspect.isclass(cls := getattr(st, name))}
    for cls in classes | WITHOUT_A_NAME:
        for question in questions(cls):
            if is_method(cls, question):
                for parameter in parameters(getattr(cls, question)):
                    pool(f"{cls.__name__}.{question}", parameter.name)


def test_every_option_of_a_regression_is_drawn():
    own = {"formula_or_y", "data_or_X", "names", "intercept", "reference", "family", "link", "dispersion", "scale"}
    own |= {"zero", "formula", "data", "id"}  # persons are drawn for `cox`
    for name, regression in REGRESSIONS.items():
        if name != "network":
            options = (
                set(inspect.signature(regression.make).parameters) - own - ({"exposure"} if name == "glm" else set())
            )
            assert options == set(regression.beside) | set(regression.said) - own, name


def test_tables_name_what_there_is():
    public = set(st.__all__)
    assert public >= RECORDS
    assert {*ASKED, *(name for verbs in VERBS.values() for name in verbs)} <= set(ENTRIES)
    assert public | {"Improper", "MarginalMaximum", "MixedMaximum", "OwnLikelihood"} >= set(INSIDE)
    assert {key.split(".")[0] for key in POOL if key[0].isupper() and "." in key} <= {
        *public,
        "Contrast",
        "MixedFit",
        "OneVsRestFit",
    }
    assert all(reason for _, _, reason in DOCUMENTED)


class TestTheOracle:
    """What the suite must notice, planted."""

    def ask(self, answer, tmp_path):
        return World(Plain(), tmp_path).ask("planted", answer if callable(answer) else lambda: answer)

    @pytest.mark.parametrize(
        "answer",
        [
            np.nan,
            np.array([1.0, np.inf]),
            pd.DataFrame({"a": [1.0, np.nan]}),
            {"a": [1.0, float("-inf")]},
            st.Interval(0.0, np.nan, 0.95, "wald"),
        ],
        ids=repr,
    )
    def test_numbers_with_holes(self, answer, tmp_path):
        with pytest.raises(Fault):
            self.ask(answer, tmp_path)

    def test_foreign_exceptions_warnings_and_panics(self, tmp_path):
        class Panic(BaseException):
            pass

        def raises(error):
            raise error

        def warns():
            warnings.warn("a warning", RuntimeWarning, stacklevel=1)

        for error in (ValueError("x"), KeyError("x"), MemoryError(), Panic(), np.linalg.LinAlgError("x")):
            with pytest.raises(Fault, match=type(error).__name__):
                self.ask(lambda error=error: raises(error), tmp_path)
        with pytest.raises(Fault, match="RuntimeWarning"):
            self.ask(warns, tmp_path)

    def test_ours_and_interrupts_pass(self, tmp_path):
        def raises(error):
            raise error

        assert self.ask(lambda: raises(st.DomainError("st.ols needs numbers; got text.")), tmp_path) is None
        with pytest.raises(KeyboardInterrupt):
            self.ask(lambda: raises(KeyboardInterrupt()), tmp_path)

    @pytest.mark.parametrize(
        "message",
        ["", "rises for ever; . The other 3", "got <built-in method title of str>.", "a\x1b[31m red word here", "no"],
    )
    def test_messages(self, message):
        assert faults_of_message(message)

    def test_texts(self):
        assert holes_of_text("estimate nan")
        assert holes_of_text("called None")
        assert not holes_of_text("estimate 1.0")
        assert not holes(np.array([1.0, 2.0]))

    def test_hangs(self, tmp_path, monkeypatch):
        monkeypatch.setattr("tests.fuzz.calls.PATIENCE", 0.05)

        def hangs():
            while True:
                pass

        with pytest.raises(Fault, match="Hang"):
            self.ask(hangs, tmp_path)

    def test_changed_arguments(self, tmp_path):
        given = np.zeros(3)
        with pytest.raises(Fault, match="changed"):
            World(Plain(), tmp_path).ask("planted", lambda a: a.fill(1.0), given)

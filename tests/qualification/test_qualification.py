import pytest

from stattools.errors import DomainError
from stattools.qualification.installation import Inspection
from stattools.qualification.qualification import Qualification, checks, qualify, run
from stattools.qualification.reading import Measured, PromisedDigits


def check(measure, model="a model"):
    return PromisedDigits("reference", model, "data", "other", measure)


def refuse(effort):
    raise DomainError("no such column")


def test_an_error_of_the_package_is_a_failed_check_with_its_message():
    told = []
    good, bad = run([check(lambda effort: Measured(12.0)), check(refuse)], advance=told.append)
    assert (good.ok, bad.ok) == (True, False)
    assert told == ["a model, data"] * 2
    found = Qualification((), (good, bad), "usual")
    assert not found.ok
    assert found.failures == ("a model, data, against other: no such column",)


def test_a_bad_installation_fails():
    found = Qualification(
        (Inspection("Is it there?", False, "it is not"),), run([check(lambda effort: Measured(12.0))]), "usual"
    )
    assert found.failures == ("Is it there?: no, it is not",)


def test_effort_reaches_the_check():
    seen = []

    def measure(effort):
        seen.append(effort)
        return Measured(12.0)

    run([check(measure)], effort=10.0)
    assert seen == [10.0]


MODELS = """linear logistic probit softmax rest poisson negative beta-binomial coin binomial rates normal multinomial
multivariate level trend seasonal smoothing network own hac clusters hc3 weights precision ridge jeffreys gamma
dirichlet nuts"""


@pytest.mark.parametrize("model", MODELS.split())
def test_every_model_of_the_package_has_a_check(model):
    assert any(model in one.model.lower() for one in checks())


@pytest.mark.slow
def test_quick_has_no_simulations_and_says_what_it_measured():
    found = qualify("quick")
    assert found.ok, found.failures
    assert {one.check.subject for one in found.findings} == {"accuracy", "reference", "closed form"}
    told = found.for_machines()
    assert told["ok"] is True
    assert len(told["checks"]) == len(found.findings) > 40
    assert "linear algebra" in told["environment"]

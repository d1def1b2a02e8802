from dataclasses import replace

from stattools.qualification.dossier.procedure import Observation, Procedure, Requirement
from stattools.qualification.dossier.qualifying import Dossier, procedures, qualified
from tests.qualification.dossier.tiny import REQUIREMENTS, dossier
from tests.qualification.dossier.tiny import procedures as tiny


def test_what_holds_passes():
    found = dossier()
    assert found.ok
    assert [one.verdict for one in found.matrix] == ["pass"] * 3
    assert found.for_machines()["tests"][1]["numbers"] == {"mean": 2.0, "spread": 0.5}


def test_a_test_that_fails_is_a_deviation_in_words():
    found = dossier(tiny(good=False))
    assert not found.ok
    assert found.deviations == ("answer: mean: as it is.",)
    assert [one.verdict for one in found.matrix] == ["pass", "fail", "pass"]


def test_a_requirement_without_a_test_is_a_deviation():
    more = (*REQUIREMENTS, Requirement("operation", "More", "More is more.", ("answer: more",)))
    found = dossier(requirements=more)
    assert found.deviations == ("Requirement 4 has no test that ran: More is more.",)


def test_a_quick_qualification_says_what_it_leaves_out():
    drawn = Requirement("performance", "Draws", "Draws follow.", ("draws: coin, NUTS, 6 of 10",))
    found = replace(dossier(requirements=(*REQUIREMENTS, drawn)), extent="quick")
    assert found.ok
    assert found.matrix[-1].verdict == "not tested"
    assert not any(one.simulates for one in procedures("quick"))
    assert any(one.simulates for one in procedures("usual"))


def test_the_effort_of_an_extent_reaches_the_tests():
    seen, told = [], []
    one = Procedure("a", "operation", lambda effort: Observation(not seen.append(effort), ""))
    found = qualified([one], "full", advance=told.append)
    assert isinstance(found, Dossier)
    assert (seen, told) == ([10.0], ["a"])


def test_what_could_not_be_tested_is_neither_passed_nor_a_deviation():
    first, *rest = tiny()
    found = dossier([replace(first, run=lambda effort: Observation(None, "no list of files")), *rest])
    assert found.ok
    assert [one.verdict for one in found.matrix] == ["not tested", "pass", "pass"]

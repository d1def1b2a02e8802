import hashlib
from functools import partial
from pathlib import Path

import pytest

from stattools.qualification import installation
from stattools.qualification.dossier import installed
from stattools.qualification.dossier.procedure import Procedure, run
from stattools.qualification.qualification import checks


def test_versions_stand_beside_their_bounds():
    found = installed.dependencies()
    assert found["arviz"].endswith("(<2,>=1.3)") or found["arviz"].endswith("(>=1.3,<2)")
    assert installed.version("nonesuch-of-all") == "not installed"
    assert installed.surroundings().keys() > {"stattools", "python", "platform", "numpy", "linear algebra"}


def test_every_file_of_the_package_has_its_hash():
    found = installed.code()
    name = "qualification/dossier/requirements.toml"
    assert found[name] == hashlib.sha256((installed.ROOT / name).read_bytes()).hexdigest()
    assert len(found) > 500


def test_data_are_the_files_that_they_are_read_from(tmp_path):
    assert list(installed.data(("fair", "couples", "simulated", "6 of 10"))) == ["fair/fair.csv", "fair/fair_pt.csv"]
    Path(tmp_path, "Wampler1.dat").write_text("1 2\n")
    assert len(installed.data(("NIST Wampler1",), tmp_path)) == 1
    assert installed.data(("NIST Wampler1",)) == {}


SIMULATED = ("simulated", "20 trials", "6 of 10", "16 labels", "three counts", "four measurements")


@pytest.mark.parametrize("name", sorted({check.data for check in checks()}))
def test_every_data_set_of_a_check_is_known(name):
    made = name in SIMULATED or name.startswith(("Wampler", "whole numbers", "two groups"))
    assert made != bool(installed.files_of(name)), name


def test_every_inspection_is_a_test():
    assert installed.procedures()[2].run(1.0).ok
    assert len(installed.procedures()) == len(installed.installation.QUESTIONS)


def test_where_there_is_no_list_of_files_nothing_was_tested():
    found = run(Procedure("a", "installation", partial(installed.observe, lambda: (True, installation.EDITABLE))))
    assert (found.verdict, found.observation.words) == ("not tested", installation.EDITABLE)
    assert installed.observe(lambda: (True, "12 files, all as shipped")).ok is True
    assert installed.observe(lambda: (False, "changed")).ok is False

from pathlib import Path

from stattools.cli.paper import again


def test_data_are_named_from_the_folder_of_the_report():
    words = again(["stattools", "report"], Path("data/a b.csv"), "y ~ x", {"compare": ["y ~ 1"]}, ("out", Path("r")))
    assert words == "stattools report '../data/a b.csv' 'y ~ x' --compare 'y ~ 1' --out ."
    assert again(
        ["stattools", "fit", "ols"], Path("-"), "y ~ x", {"html": True, "cov": None}, ("report", Path("r"))
    ) == ("stattools fit ols - 'y ~ x' --html --report .")
    assert again(["stattools", "fit", "ols"], Path("d/a.csv"), "y ~ x", {}, ("report", None)) == (
        "stattools fit ols a.csv 'y ~ x'"
    )

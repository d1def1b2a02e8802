"""The command line, one command per file: `stattools fit`, `report`, `compare`, `posterior`, `predict`, ...

Exit codes: 0 good; 1 the analysis failed or a check did, with a message; 2 wrong usage.
"""

from stattools.cli.application import app as app
from stattools.cli.application import main as main

"""`python -m stattools` is the command line."""

from stattools.cli import main

if __name__ == "__main__":
    main()

"""What the figures of a fit show: frames made from the fit, which `stattools/figures` draws. Reports draw the same."""

"""What a fit with smooth curves is asked: the curves with their bands, and whether they are flat or straight."""

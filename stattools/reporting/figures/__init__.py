"""The figures of the reports: functions that take arrays and return a Matplotlib figure; none touches pyplot."""

from stattools.reporting.figures.curves import bars as bars
from stattools.reporting.figures.curves import densities as densities
from stattools.reporting.figures.curves import likelihood as likelihood
from stattools.reporting.figures.curves import posterior as posterior
from stattools.reporting.figures.curves import profile as profile
from stattools.reporting.figures.fits import coefficients as coefficients
from stattools.reporting.figures.fits import convergence as convergence
from stattools.reporting.figures.fits import frequencies as frequencies
from stattools.reporting.figures.fits import means as means
from stattools.reporting.figures.fits import residuals as residuals
from stattools.reporting.figures.house_style import WIDTH as WIDTH
from stattools.reporting.figures.house_style import plain as plain
from stattools.reporting.figures.house_style import png as png
from stattools.reporting.figures.house_style import style as style
from stattools.reporting.figures.house_style import svg as svg
from stattools.reporting.figures.predictions import calibration as calibration
from stattools.reporting.figures.predictions import probabilities as probabilities

"""Figures in the house style: functions that take arrays and return a Matplotlib figure; none touches pyplot.

Those that a fit draws take `on`, a caller's axes to draw on.
"""

from stattools.figures.curves import bars as bars
from stattools.figures.curves import densities as densities
from stattools.figures.curves import fall as fall
from stattools.figures.curves import likelihood as likelihood
from stattools.figures.curves import posterior as posterior
from stattools.figures.curves import profile as profile
from stattools.figures.draws import accumulation as accumulation
from stattools.figures.draws import funnel as funnel
from stattools.figures.draws import histograms as histograms
from stattools.figures.draws import replicated as replicated
from stattools.figures.draws import sensitivity as sensitivity
from stattools.figures.draws import shrinkage as shrinkage
from stattools.figures.draws import traces as traces
from stattools.figures.effects import caterpillar as caterpillar
from stattools.figures.effects import effect_curves as effect_curves
from stattools.figures.effects import effect_levels as effect_levels
from stattools.figures.effects import smooth as smooth
from stattools.figures.fits import agreement as agreement
from stattools.figures.fits import coefficients as coefficients
from stattools.figures.fits import convergence as convergence
from stattools.figures.fits import frequencies as frequencies
from stattools.figures.fits import influence as influence
from stattools.figures.fits import means as means
from stattools.figures.fits import offsets as offsets
from stattools.figures.fits import residuals as residuals
from stattools.figures.fits import rootogram as rootogram
from stattools.figures.house_style import WIDTH as WIDTH
from stattools.figures.house_style import pdf as pdf
from stattools.figures.house_style import plain as plain
from stattools.figures.house_style import png as png
from stattools.figures.house_style import style as style
from stattools.figures.house_style import svg as svg
from stattools.figures.predictions import calibration as calibration
from stattools.figures.predictions import calibrations as calibrations
from stattools.figures.predictions import probabilities as probabilities
from stattools.figures.ratios import ratios as ratios
from stattools.figures.series import fan as fan
from stattools.figures.series import gain as gain
from stattools.figures.series import gaps as gaps
from stattools.figures.series import innovations as innovations
from stattools.figures.series import level as level
from stattools.figures.series import levels as levels
from stattools.figures.series import products as products
from stattools.figures.series import states as states
from stattools.figures.survival import over_time as over_time
from stattools.figures.survival import survival as survival
from stattools.figures.training import activations as activations
from stattools.figures.training import pictures as pictures
from stattools.figures.training import training as training

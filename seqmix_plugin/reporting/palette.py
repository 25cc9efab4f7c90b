"""
The colours and shapes that stand for methods.

Colours are those of Okabe and Ito's palette, which colour-blind readers can tell apart; where one is too pale for a
light background or too dark for a dark one, its hue is kept and its lightness changed. Shapes say the same again.

References: Okabe and Ito, Color Universal Design, 2008.
"""

from typing import Tuple

BACKGROUNDS = ("#ffffff", "#16191d")
"""Of the light and of the dark page."""

COLOURS = (
    ("#0072b2", "#3f9fdc"),  # blue
    ("#d55e00", "#e8722a"),  # vermillion
    ("#009e73", "#009e73"),  # bluish green
    ("#b95f93", "#cc79a7"),  # reddish purple
    ("#b07800", "#e69f00"),  # orange
    ("#2b93cc", "#7cc8f2"),  # sky blue
    ("#333333", "#e0e0e0"),  # black
    ("#8a8000", "#f0e442"),  # yellow
)
"""Each on a light and on a dark background."""

SHAPES = (
    "M-.85,0A.85,.85,0,1,1,.85,0A.85,.85,0,1,1,-.85,0Z",  # circle
    "M-.75,-.75H.75V.75H-.75Z",  # square
    "M0,-.95L.95,.75H-.95Z",  # triangle
    "M0,-1.05L.85,0L0,1.05L-.85,0Z",  # diamond
    "M-.3,-.95H.3V-.3H.95V.3H.3V.95H-.3V.3H-.95V-.3H-.3Z",  # cross
    "M0,.95L.95,-.75H-.95Z",  # triangle that stands on its tip
    "M-.75,-.95L.95,0L-.75,.95Z",  # triangle to the right
)
"""SVG paths in a box from -1 to 1, one fewer than colours: so the two together repeat after 56 methods only."""


def look(position: int) -> Tuple[str, str]:
    """The colour, as a variable of the page's style sheet, and the shape of the method at a position."""
    return f"var(--c{position % len(COLOURS)})", SHAPES[position % len(SHAPES)]

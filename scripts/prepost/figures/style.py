"""How every figure looks: palette, type, a canvas measured in points, and SVG that is the same twice.

A figure is 400 points wide with text of 14 points and more, so that on a phone (375 pixels less the page's margins)
the smallest text is still 12 pixels. Everything is stacked: names stand above what they name, never beside it in a
narrow column, and so long names of modules and questions wrap instead of shrinking.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.textpath import text_to_path

# Government Analysis Function, "Data visualisation: colours in charts" (2022): categorical palette and its duo.
NAVY, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
BEFORE, AFTER = ORANGE, NAVY
INK, GREY, RULE, PALE = "#1D1D1D", "#4A4A4A", "#A6A6A6", "#E4E6E8"
WIDTH, TEXT = 400.0, 14.0
EDGE = 4.0
LEADING = 1.32
LAID_OUT_IN = "DejaVu Sans"  # ships with matplotlib, so every machine breaks lines at the same words
# What browsers show. The faces before DejaVu Sans are narrower than it, so what fits in the layout fits on screen.
STACK = "'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
SYNTHETIC = "Synthetic data"
PUBLISHED = "From published figures"  # by others than this study: never synthetic
_width: ContextVar[float] = ContextVar("width", default=WIDTH)  # of every canvas begun from now on


class Drawing(NamedTuple):
    """A figure, its title (the finding) and its alternative text (the finding with its numbers)."""

    figure: Figure
    title: str
    alt: str


@contextmanager
def as_wide_as(width: float) -> Iterator[None]:
    """Draw wider than for a phone, in points: on paper the same text can stand in a wider and lower figure."""
    before = _width.set(width)
    try:
        yield
    finally:
        _width.reset(before)


def tint(colour: str, share: float) -> str:
    """Return the colour mixed with white: share 1 is the colour itself, 0 is white."""
    return to_hex([1 - share * (1 - part) for part in to_rgb(colour)])


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2, "relative luminance"), 0 black to 1 white."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, "contrast ratio"), 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """Return white or black, whichever reads better on the colour; the better one has always 4.5:1 or more."""
    return max(("#FFFFFF", "#000000"), key=lambda ink: contrast(ink, colour))


@lru_cache(maxsize=16384)
def text_width(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Return the width of one line of text in points."""
    font = FontProperties(family=LAID_OUT_IN, size=size, weight=weight)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]


def wrap(text: str, width: float, *, size: float = TEXT, weight: str = "normal", most: int | None = None) -> list[str]:
    """Break text at blanks into lines that fit a width.

    Parameters
    ----------
    text : str
        Any text; runs of blanks count as one.
    width : float
        Points.
    size : float
        Points.
    weight : {"normal", "bold"}
        Bold is wider.
    most : int, optional
        Most lines; the last one ends in an ellipsis where text is left over.

    Returns
    -------
    list of str
        At least one line; a word wider than the width stands alone on its line.
    """
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size, weight) > width:
            lines.append(line)
            longer = word
        line = longer
    lines.append(line)
    if most and len(lines) > most:
        lines = lines[:most]
        while text_width(lines[-1] + "…", size, weight) > width and " " in lines[-1]:
            lines[-1] = lines[-1].rsplit(" ", 1)[0]
        lines[-1] = lines[-1].rstrip(" ,.;:") + "…"
    return lines


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers from at or below `low` to at or above `high`, at most `most` + 1 of them."""
    high = high if high > low else low + max(abs(low), 1.0)
    span = high - low
    power = 10 ** math.floor(math.log10(span / most))
    step = next(power * k for k in (1, 2, 2.5, 5, 10, 20) if span / (power * k) <= most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [index * step for index in range(first, last + 1)]


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Move labels apart, each as little as possible, so that neighbours are at least `gap` points from each other."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for _ in range(50):
        for one, two in zip(order, order[1:], strict=False):
            short = gap - (moved[two] - moved[one])
            if short > 1e-6:
                moved[one] -= short / 2
                moved[two] += short / 2
    return moved


class Canvas:
    """A sheet of paper, filled from the top; `y` is where the next thing goes, in points.

    Parameters
    ----------
    title : str
        The finding: the caption on the page, and the title that the SVG carries.
    subtitle : str
        What is shown, of whom, in which unit.
    synthetic : bool
        Adds the line "Synthetic data" at the foot.
    """

    def __init__(self, title: str, subtitle: str, *, synthetic: bool) -> None:
        self.title, self.synthetic = title, synthetic
        self.width = _width.get()
        self.left, self.right = EDGE, self.width - EDGE
        self.y = 2.0
        self._marks: list[Callable] = []
        if subtitle:  # the title is the caption on the page and the SVG's <title>: drawn here it would stand twice
            self.paragraph(subtitle, colour=GREY)
        self.y += 12

    def text(self, x, y, text, *, size=TEXT, weight="normal", colour=INK, align="left", style="normal") -> None:
        """Write one line; `y` is its baseline."""
        self._marks.append(
            lambda ax: ax.text(
                x, y, text, fontsize=size, fontweight=weight, color=colour, ha=align, va="baseline",
                fontstyle=style, parse_math=False, fontfamily=LAID_OUT_IN,
            )
        )  # fmt: skip

    def paragraph(
        self, text, *, size=TEXT, weight="normal", colour=INK, x=None, width=None, most=None, leading=LEADING
    ) -> None:
        """Write wrapped text and move down."""
        x = self.left if x is None else x
        for line in wrap(text, width or self.right - x, size=size, weight=weight, most=most):
            self.y += size * leading
            self.text(x, self.y - size * (leading - 1), line, size=size, weight=weight, colour=colour)

    def line(self, x0, y0, x1, y1, *, colour=RULE, width=1.0, dash=None, cap="butt") -> None:
        """Draw a straight line."""
        style = (0, dash) if dash else "solid"
        self._marks.append(
            lambda ax: ax.add_line(
                Line2D([x0, x1], [y0, y1], color=colour, linewidth=width, linestyle=style,
                       solid_capstyle=cap, dash_capstyle=cap, clip_on=False)
            )
        )  # fmt: skip

    def box(self, x, y, width, height, *, fill=PALE, edge="none", line=0.0, hatch=None) -> None:
        """Draw a rectangle from its upper left corner."""
        self._marks.append(
            lambda ax: ax.add_patch(
                Rectangle((x, y), width, height, facecolor=fill, edgecolor=edge, linewidth=line, hatch=hatch,
                          clip_on=False)
            )
        )  # fmt: skip

    def dot(self, x, y, *, colour=NAVY, radius=5.0, open_=False) -> None:
        """Draw a disc, or a ring."""
        fill = "#FFFFFF" if open_ else colour
        self._marks.append(
            lambda ax: ax.add_patch(
                Circle((x, y), radius, facecolor=fill, edgecolor=colour, linewidth=2.0, clip_on=False)
            )
        )

    def diamond(self, x, y, *, colour=ORANGE, radius=6.0, open_=False) -> None:
        """Draw a diamond, the second shape where two things are compared."""
        corners = [(x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius)]
        fill = "#FFFFFF" if open_ else colour
        self.polygon(corners, fill=fill, edge=colour, line=2.0)

    def polygon(self, corners, *, fill, edge="none", line=0.0) -> None:
        """Draw a closed shape."""
        self._marks.append(
            lambda ax: ax.add_patch(
                Polygon(corners, closed=True, facecolor=fill, edgecolor=edge, linewidth=line, clip_on=False)
            )
        )

    def note(self, text: str) -> None:
        """Write a foot note and move down."""
        self.y += 5
        self.paragraph(text, colour=GREY)

    def drawing(self, alt: str) -> Drawing:
        """Put everything on a matplotlib figure."""
        if self.synthetic:
            self.note(SYNTHETIC)
            alt = f"{alt} {SYNTHETIC}."
        height = self.y + 8
        figure = Figure(figsize=(self.width / 72, height / 72), dpi=72, facecolor="#FFFFFF")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        for order, mark in enumerate(self._marks):  # later things lie above earlier ones
            mark(axes).set_zorder(order)
        axes.set_xlim(0, self.width)
        axes.set_ylim(height, 0)
        return Drawing(figure, self.title, alt)


def nothing(subject: str, why: str, *, synthetic: bool) -> Drawing:
    """Return the plain panel that stands where there is nothing to draw.

    Parameters
    ----------
    subject : str
        What would have been shown: "Change in each outcome".
    why : str
        The reason, as the end of a sentence: "no matched pairs".
    synthetic : bool
        As in `Canvas`.
    """
    title = f"{subject}: no figures to show"
    canvas = Canvas(title, "", synthetic=synthetic)
    canvas.box(canvas.left, canvas.y, canvas.right - canvas.left, 54, fill="#F5F6F7", edge=RULE, line=0.8)
    canvas.y += 14
    canvas.paragraph(f"No figures to show: {why}.", colour=GREY, x=canvas.left + 12, width=370, most=2)
    canvas.y += 18
    return canvas.drawing(f"{title}: {why}.")


def to_svg(drawing: Drawing) -> str:
    """Return the SVG, with title and description, the same text for the same figure.

    Notes
    -----
    matplotlib salts its ids at random and writes the date and a link to a DTD; the salt is fixed and the rest is
    taken out. Text stays text; its face is a stack of system faces that the page's own text uses too.
    """
    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "prepost", "svg.fonttype": "none", "hatch.linewidth": 1.0}):
        drawing.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)
    svg = re.sub(r"\s*<!--.*?-->", "", svg, flags=re.S)
    svg = svg.replace(f"'{LAID_OUT_IN}'", STACK)
    words = f"<title>{escape(drawing.title)}</title>\n <desc>{escape(drawing.alt)}</desc>"
    svg = re.sub(r"(<svg [^>]*)>", lambda m: f'{m[1]} role="img">\n {words}', svg, count=1)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + svg

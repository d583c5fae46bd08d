"""From a chart to a picture. Only the PNG needs what the extra `charts` installs."""

from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import Final

from dexter_mcp.charts import bars, lines
from dexter_mcp.charts.model import BarChart, Chart
from dexter_mcp.charts.svg import FONT
from dexter_mcp.charts.theme import THEMES, Name

EXTRA: Final = "pip install 'dexter-mcp[charts]'"
_ZOOM: Final = 1.5
"""Sharp on most screens, and still small for a model that pays by the pixel."""


def svg(chart: Chart, theme: Name) -> str:
    """Draw a chart that is not empty."""
    colours = THEMES[theme]
    if isinstance(chart, BarChart):
        return bars.draw(chart, colours)
    return lines.draw(chart, colours)


def can_make_png() -> bool:
    """Tell whether the extra is installed, without importing it."""
    return find_spec("resvg_py") is not None


def png(drawn: str) -> bytes:
    """Turn an SVG of ours into a PNG.

    The font comes along, because a bare server has none. What it lacks, such as Chinese, is taken
    from the system's fonts where there are any. Loading these takes a moment: call it in a thread.

    Raises:
        ImportError: The extra is not installed; see `can_make_png`.
    """
    import resvg_py  # noqa: PLC0415 - only whoever draws pays for it

    with as_file(files("dexter_mcp.charts") / "font" / "DexterSans.ttf") as font:
        return resvg_py.svg_to_bytes(
            svg_string=drawn,
            zoom=_ZOOM,
            font_files=[str(font)],
            font_family=FONT,
            sans_serif_family=FONT,
        )

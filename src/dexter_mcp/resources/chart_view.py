"""The interactive view of a chart, for hosts that show views (MCP Apps)."""

import base64
import hashlib
from collections.abc import Collection
from importlib.resources import files

from mcp.server.apps import APP_MIME_TYPE, Apps
from mcp.server.mcpserver.resources import FunctionResource

URI = "ui://dexter/chart"
_TOOL = "render_chart"


def views(offered: Collection[str]) -> list[Apps]:
    """Offer the views of the tools that are on offer."""
    if _TOOL not in offered:
        return []
    apps = Apps()
    apps.add_resource(
        FunctionResource.from_function(
            page,
            uri=URI,
            name="chart",
            title="Chart",
            description="The interactive view of render_chart, for hosts that show views.",
            mime_type=APP_MIME_TYPE,
            meta={"ui": {"csp": {}, "prefersBorder": False}},
        )
    )
    return [apps]


def page() -> str:
    """Put the view together in one file, which may run and fetch nothing but what is in it."""
    parts = files("dexter_mcp.resources") / "chart"
    html, css, js = (
        (parts / f"chart.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    told = {"css": css, "js": js, "style": _digest(css), "script": _digest(js)}
    for place, text in told.items():
        html = html.replace(f"{{{place}}}", text, 1)
    return html


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

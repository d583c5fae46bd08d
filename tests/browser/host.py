"""A host for the interactive view: a page that shows it in a sandbox and talks to it.

It plays the part that the specification of MCP Apps gives to hosts: the view in a frame of its
own, under the strictest policy that the view may meet, and JSON-RPC over messages. Calls of tools
are passed on to a real server.
"""

from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; connect-src 'none'"
)
"""What a host enforces for a view that declares nothing."""

_PAGE: Final = """<!doctype html><title>host</title><link rel="icon" href="data:,">
<style>body { margin: 20px } iframe { border: 0; width: 720px; height: 10px }</style>
<iframe id="view" sandbox="allow-scripts"></iframe>
<script>
const view = document.getElementById("view");
const heard = [];
const tell = (message) => view.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
window.addEventListener("message", async ({ source, data }) => {
  if (source !== view.contentWindow) return;
  heard.push(data);
  if (data.method === "ui/initialize") tell({ id: data.id, result: CONTEXT });
  if (data.method === "ui/notifications/initialized") {
    const { arguments: given, result } = await (await fetch("/first")).json();
    tell({ method: "ui/notifications/tool-input", params: { arguments: given } });
    tell({ method: "ui/notifications/tool-result", params: result });
  }
  if (data.method === "ui/notifications/size-changed") {
    view.style.height = data.params.height + "px";
  }
  if (data.method === "tools/call") {
    const answer = await fetch("/call", { method: "POST", body: JSON.stringify(data.params) });
    tell({ id: data.id, result: await answer.json() });
  }
});
view.src = "/view";  // only now, so that its first word is heard
</script>
"""


class Host:
    """What the host shows, and what the view asked of it."""

    def __init__(self, html: str) -> None:
        self.html, self.url = html, ""
        self.begin()

    def begin(self) -> None:
        """Forget what was."""
        self.first: dict[str, object] = {}
        self.again: dict[str, object] = {}
        self.calls: list[object] = []
        self.context = '{"hostCapabilities":{"serverTools":{}},"hostContext":{"theme":"light"}}'

    def page(self, _: Request) -> HTMLResponse:
        page = _PAGE.replace("CONTEXT", self.context)
        return HTMLResponse(page)

    def view(self, _: Request) -> HTMLResponse:
        return HTMLResponse(self.html, headers={"Content-Security-Policy": POLICY})

    def shown(self, _: Request) -> JSONResponse:
        return JSONResponse(self.first)

    async def call(self, request: Request) -> JSONResponse:
        self.calls.append(await request.json())
        return JSONResponse(self.again)


@contextmanager
def serving(host: Host) -> Generator[Host]:
    """Serve a host's pages on a port of their own."""
    routes = [
        Route("/", host.page),
        Route("/view", host.view),
        Route("/first", host.shown),
        Route("/call", host.call, methods=["POST"]),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    sockets = [config.bind_socket()]
    sockets[0].listen()
    thread = Thread(target=server.run, args=(sockets,), daemon=True)
    thread.start()
    host.url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/"
    try:
        yield host
    finally:
        server.should_exit = True
        thread.join()

"""What goes wrong in Storefront, a React shop in all the browsers of the world."""

from collections.abc import Iterator
from dataclasses import replace

from dexter_mcp.simulator.sample.frames import Tracer, excerpts, javascript
from dexter_mcp.simulator.sample.incidents import tell
from dexter_mcp.simulator.sample.notation import incidents
from dexter_mcp.simulator.sample.settings import Setting, library
from dexter_mcp.simulator.telling.story import Json, Story

_LOCALES = {"nb-NO": 33, "sv-SE": 22, "de-DE": 19, "fi-FI": 12, "da-DK": 9, "en-GB": 5}

STOREFRONT = Setting(
    project="storefront",
    platform="javascript",
    tracer=Tracer(excerpts("storefront"), javascript),
    mechanism="auto.browser.global_handlers.onerror",
    sdk=library("sentry.javascript.react", "10.20.0"),
    contexts={
        "react": {"version": "19.1.1"},
        "culture": {"type": "culture", "timezone": "Europe/Oslo"},
    },
    crumbs=(
        "navigation: / → /products/wool-socks",
        "navigation: /search → /products/trail-tent-3",
        "navigation: /products/enamel-mug → /cart",
        "ui.click: button.add-to-cart > span",
        'ui.click: nav > a.cart-link[href="/cart"]',
        "ui.click: ul.gallery > li > img",
        'ui.input: input#search[name="q"]',
        "fetch: GET https://shop.acme.test/api/cart 200",
        "fetch: GET https://search.acme.test/suggest?q=tent 200",
        "fetch: GET https://shop.acme.test/api/products/trail-tent-3 304",
        "xhr: POST https://metrics.acme.test/v1/batch 202",
        "console: [vite] preloaded 4 chunks",
        'warning: Image with src "/img/mug.webp" has no width',
    ),
    vary={
        "browser": {
            "Chrome 141": 46,
            "Mobile Safari 18.6": 24,
            "Firefox 143": 10,
            "Edge 141": 9,
            "Samsung Internet 28": 7,
            "Safari 18.6": 4,
        },
        "locale": _LOCALES,
    },
    pace=3.5,
    operation="pageload",
    host="shop.acme.test",
    audience=0.8,
)


def _browsing(name: str, version: str, system: str, agent: str) -> Setting:
    contexts: Json = {
        "browser": {"type": "browser", "name": name, "version": version},
        "os": {"type": "os", "name": system},
    }
    return replace(
        STOREFRONT,
        contexts=STOREFRONT.contexts | contexts,
        headers={"User-Agent": agent},
        vary={"locale": _LOCALES},
    )


ON_IPHONE = _browsing(
    "Mobile Safari",
    "18.6",
    "iOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
)
ON_CHROME = _browsing(
    "Chrome",
    "141.0.0",
    "Windows",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
)
REJECTED = replace(STOREFRONT, mechanism="auto.browser.global_handlers.onunhandledrejection")


def stories() -> Iterator[Story]:
    """Tell all of them."""
    for name, setting in (
        ("storefront", STOREFRONT),
        ("storefront-promises", REJECTED),
        ("storefront-iphone", ON_IPHONE),
        ("storefront-chrome", ON_CHROME),
    ):
        yield from (tell(setting, incident) for incident in incidents(name))

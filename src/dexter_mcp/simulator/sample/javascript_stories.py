"""What goes wrong in Storefront, a React shop in all the browsers of the world."""

from collections.abc import Iterator
from dataclasses import replace

from dexter_mcp.simulator.sample.frames import Tracer, excerpts, javascript
from dexter_mcp.simulator.sample.incidents import Incident, Logged, Raised, tell
from dexter_mcp.simulator.sample.settings import Setting, library
from dexter_mcp.simulator.story import Json, Story

_LOCALES = {"nb-NO": 33, "sv-SE": 22, "de-DE": 19, "fi-FI": 12, "da-DK": 9, "en-GB": 5}

STOREFRONT = Setting(
    project="storefront",
    platform="javascript",
    tracer=Tracer(excerpts("storefront"), javascript),
    mechanism="auto.browser.global_handlers.onerror",
    sdk=library("sentry.javascript.react", "10.20.0"),
    contexts={"react": {"version": "19.1.1"}, "culture": {"type": "culture", "timezone": "Europe/Oslo"}},
    crumbs=(
        "navigation: / → /products/wool-socks",
        "navigation: /search → /products/trail-tent-3",
        "navigation: /products/enamel-mug → /cart",
        "ui.click: button.add-to-cart > span",
        "ui.click: nav > a.cart-link[href=\"/cart\"]",
        "ui.click: ul.gallery > li > img",
        "ui.input: input#search[name=\"q\"]",
        "fetch: GET https://shop.acme.test/api/cart 200",
        "fetch: GET https://search.acme.test/suggest?q=tent 200",
        "fetch: GET https://shop.acme.test/api/products/trail-tent-3 304",
        "xhr: POST https://metrics.acme.test/v1/batch 202",
        "console: [vite] preloaded 4 chunks",
        "warning: Image with src \"/img/mug.webp\" has no width",
    ),
    vary={
        "browser": {"Chrome 141": 46, "Mobile Safari 18.6": 24, "Firefox 143": 10, "Edge 141": 9, "Samsung Internet 28": 7, "Safari 18.6": 4},
        "locale": _LOCALES,
    },
    pace=3.5,
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

_EVERYWHERE = (
    Incident("/cart", Raised("TypeError", "Cannot read properties of undefined (reading 'total')", "*react → CartPage > cart.total")),
    Incident("/cart", Raised("TypeError", "Cannot read properties of null (reading 'estimate')", "*react → CartPage > shipping.estimate")),
    Incident("/cart", Raised("TypeError", "Cannot read properties of undefined (reading 'url')", "*react → CartLines > images[0].url")),
    Incident("/cart", Raised("TypeError", "lines is not iterable", "*react → CartLines > lines.slice()")),
    Incident("/cart", Raised("RangeError", "Invalid currency code : kr", "*react → CartPage > formatMoney → formatMoney > new Intl.NumberFormat")),
    Incident("/checkout/payment", Raised("TypeError", "Cannot read properties of undefined (reading 'id')", "*react → PaymentForm > methods[0].id")),
    Incident("/checkout/payment", Raised("TypeError", "provider.mount is not a function", "*react-commit → PaymentForm > provider.mount")),
    Incident("/checkout/address", Raised("TypeError", "Cannot read properties of undefined (reading 'fields')", "*react-event → onCountryChange > format.fields"), ("ui.click: select#country",)),
    Incident("/checkout/address", Raised("TypeError", "Cannot read properties of undefined (reading 'map')", "*react-event → onCountryChange > regions.map"), ("ui.click: select#country",)),
    Incident("/products/{slug}", Raised("TypeError", "Cannot read properties of undefined (reading 'amount')", "*react → ProductPage > price.amount")),
    Incident("/products/{slug}", Raised("TypeError", "Cannot read properties of null (reading 'average')", "*react → ProductPage > rating.average")),
    Incident("/search", Raised("SyntaxError", "Invalid regular expression: /(socks (wool)/gi: Unterminated group", "*react → highlight > new RegExp"), ("ui.input: input#search[name=\"q\"]",)),
    Incident("/account/orders", Raised("TypeError", "Cannot read properties of undefined (reading 'carrier')", "*react → OrderRow > parcel.carrier")),
    Incident("/account/orders", Raised("RangeError", "Invalid time value", "*react → OrderRow > DateTimeFormat")),
)

_UNAWAITED = (
    Incident("/cart", Raised("TypeError", "Cannot read properties of null (reading 'lines')", "mergeGuestCart > stored.lines"), ("navigation: /login → /cart",)),
    Incident("/cart", Raised("SyntaxError", "Unexpected token '<', \"<!doctype \"... is not valid JSON", "*query → applyCoupon > response.json()"), ("fetch: POST https://shop.acme.test/api/cart/coupon 502",)),
    Incident("/checkout/payment", Raised("OrderRejected", "409 {\"error\":\"cart changed\"}", "handleSubmit > placeOrder( → placeOrder > OrderRejected"), ("ui.click: button#pay", "fetch: POST https://shop.acme.test/api/orders 409")),
    Incident("/checkout/payment", Raised("ZodError", "[{\"code\":\"invalid_type\",\"expected\":\"number\",\"path\":[\"total\",\"minor\"]}]", "handleSubmit > placeOrder( → placeOrder > orderSchema.parse → *zod"), ("ui.click: button#pay",)),
    Incident("/checkout/payment", Raised("TimeoutError", "Request timed out after 15000 ms: POST /orders", "handleSubmit > placeOrder( → placeOrder > api.post"), ("ui.click: button#pay", "fetch: POST https://shop.acme.test/api/orders -")),
    Incident("/checkout/thanks", Raised("TypeError", "analytics.track is not a function", "handleSubmit > analytics.track")),
    Incident("/products/{slug}", Raised("TypeError", "Failed to fetch dynamically imported module: https://shop.acme.test/assets/ProductPage-Bq3xT9.js", "*router → lazyRoute > await load() → *vite"), ("console: [vite] unable to preload CSS for /assets/ProductPage-Bq3xT9.css",)),
    Incident("/products/{slug}", Raised("RangeError", "Invalid time value", "*query → loadReviews > toISOString()")),
    Incident("/products/{slug}", Raised("TypeError", "Cannot read properties of undefined (reading 'map')", "*query → loadReviews > items.map"), ("fetch: GET https://shop.acme.test/api/products/MUG-0042/reviews?page=1 204",)),
    Incident("/search", Raised("TypeError", "Failed to fetch (search.acme.test)", "*query → fetchSuggestions > await fetch("), ("fetch: GET https://search.acme.test/suggest?q=lan -",), level="warning"),
    Incident("/search", Raised("TypeError", "Cannot read properties of undefined (reading 'hits')", "*query → fetchSuggestions > body.hits")),
    Incident("/login", Raised("TypeError", "Cannot read properties of undefined (reading 'map')", "signIn > decodeSession( → decodeSession > claims.roles.map"), ("fetch: POST https://shop.acme.test/api/session 201",)),
    Incident("/login", Raised("InvalidCharacterError", "Failed to execute 'atob' on 'Window': The string to be decoded is not correctly encoded.", "signIn > decodeSession( → decodeSession > atob(payload)"), ("fetch: POST https://shop.acme.test/api/session 201",)),
    Incident("/", Raised("ChunkLoadError", "Loading locale nn-NO failed: ./locales/nn-NO.json", "*router → loadMessages > await import"), tags={"locale": "nn-NO"}),
    Incident("/", Raised("SecurityError", "Failed to register a ServiceWorker: The operation is insecure.", "updateWorker > serviceWorker.register"), level="info"),
    Incident("/", Logged("console", "Slow page: LCP of %s ms on %s", ("6120", "/products/trail-tent-3")), level="warning"),
)

_IPHONE = (
    Incident("/products/{slug}", Raised("TypeError", "undefined is not an object (evaluating 'event.touches[0].clientX')", "*react-event → onSwipe > clientX")),
    Incident("/login", Raised("QuotaExceededError", "The quota has been exceeded.", "signIn > sessionStorage.setItem")),
    Incident("/", Raised("QuotaExceededError", "The quota has been exceeded.", "flush > localStorage.setItem")),
    Incident("/search", Raised("SecurityError", "Attempt to use history.pushState() more than 100 times per 10 seconds", "*react-event → toggleFacet > pushState"), ("ui.click: label.facet > input[type=\"checkbox\"]",)),
)

_CHROME = (
    Incident("/", Raised("NotFoundError", "Failed to execute 'removeChild' on 'Node': The node to be removed is not a child of this node.", "*react-commit → *extension"), level="warning"),
    Incident("/products/{slug}", Raised("TypeError", "Cannot destructure property 'bids' of 'e' as it is undefined.", "*adtag"), level="info"),
    Incident("/", Raised("Error", "Hydration failed because the server rendered text didn't match the client.", "*react-hydrate → Banner > toLocaleTimeString"), tags={"locale": "de-DE"}),
    Incident("/", Raised("Error", "ResizeObserver loop completed with undelivered notifications."), level="info"),
)


def stories() -> Iterator[Story]:
    """Tell all of them."""
    for setting, incidents in (
        (STOREFRONT, _EVERYWHERE),
        (REJECTED, _UNAWAITED),
        (ON_IPHONE, _IPHONE),
        (ON_CHROME, _CHROME),
    ):
        yield from (tell(setting, incident) for incident in incidents)

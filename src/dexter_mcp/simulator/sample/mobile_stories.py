"""What goes wrong in the app: on Android, on iOS, and in the JavaScript that both share."""

from collections.abc import Iterator
from dataclasses import replace

from dexter_mcp.simulator.sample.frames import Tracer, cocoa, excerpts, javascript, jvm
from dexter_mcp.simulator.sample.incidents import Incident, Logged, Raised, tell
from dexter_mcp.simulator.sample.settings import Setting, library, runtime
from dexter_mcp.simulator.story import Story

_CODE = excerpts("mobile-app")
_APP = {"app": {"type": "app", "app_identifier": "test.acme.shop", "app_name": "Acme Shop", "in_foreground": True}}

ANDROID = Setting(
    project="mobile-app",
    platform="java",
    tracer=Tracer(_CODE, jvm),
    mechanism="UncaughtExceptionHandler",
    sdk=library("sentry.java.android.react-native", "8.23.0"),
    contexts=_APP | {"os": {"type": "os", "name": "Android"}, "device": {"type": "device", "family": "Android", "memory_size": 5_905_580_032, "low_memory": False}},
    crumbs=(
        "navigation: HomeScreen → ProductScreen",
        "navigation: ProductScreen → CartScreen",
        "ui.click: test.acme.shop:id/add_to_cart",
        "ui.lifecycle: MainActivity resumed",
        "app.lifecycle: foreground",
        "device.event: BATTERY_CHANGED, 41 %",
        "network.event: WIFI lost, now CELLULAR",
        "http: GET https://api.acme.test/v1/cart 200",
        "http: GET https://img.acme.test/tent-3p-grn.webp?w=1080 200",
        "warning: frame took 212 ms",
    ),
    vary={
        "device": {"Pixel 9": 18, "Pixel 7a": 14, "SM-S921B": 26, "SM-A546B": 22, "CPH2621": 9, "moto g84": 11},
        "os": {"Android 16": 31, "Android 15": 38, "Android 14": 19, "Android 12": 12},
    },
    level="fatal",
    pace=6,
    environments={"production": 97, "staging": 3},
    audience=0.9,
)

IOS = replace(
    ANDROID,
    platform="cocoa",
    tracer=Tracer(_CODE, cocoa),
    mechanism="mach",
    sdk=library("sentry.cocoa.react-native", "8.56.1"),
    contexts=_APP | {"os": {"type": "os", "name": "iOS"}, "device": {"type": "device", "family": "iPhone", "arch": "arm64e"}},
    vary={
        "device": {"iPhone17,1": 30, "iPhone16,2": 28, "iPhone14,5": 30, "iPhone12,8": 12},
        "os": {"iOS 26.0.1": 44, "iOS 18.6.2": 47, "iOS 17.7": 9},
    },
)

HERMES = replace(
    ANDROID,
    platform="javascript",
    tracer=Tracer(_CODE, javascript),
    mechanism="onerror",
    sdk=library("sentry.javascript.react-native", "7.2.0"),
    contexts=_APP | runtime("hermes", "0.81.4"),
    vary={"os": {"Android 16": 20, "Android 15": 27, "iOS 26.0.1": 25, "iOS 18.6.2": 28}},
    level="error",
)

_ANDROID = (
    Incident("CartScreen", Raised("java.lang.NullPointerException", "Attempt to read from field 'Money Discount.amount' on a null object reference", "*coroutine → applyCoupon > discount!!"), ("ui.click: test.acme.shop:id/apply_coupon", "http: POST https://api.acme.test/v1/cart/coupon 200")),
    Incident("CartScreen", Raised("java.util.NoSuchElementException", "Key EEK is missing in the map.", "*coroutine → sync > prices.getValue → *kotlin-map")),
    Incident("CartScreen", Raised("android.database.sqlite.SQLiteFullException", "database or disk is full (code 13 SQLITE_FULL)", "*coroutine → sync > dao.replaceAll → *sqlite")),
    Incident("ScannerActivity", Raised("java.lang.StringIndexOutOfBoundsException", "begin 0, end 13, length 8", "*android-main → onFrame > substring"), ("ui.lifecycle: ScannerActivity resumed",)),
    Incident("ScannerActivity", Raised("java.lang.RuntimeException", "Unable to start activity ComponentInfo{test.acme.shop/.scan.ScannerActivity}", "*android-main → *android-launch → onCreate > setContentView", cause=Raised("android.view.InflateException", "Binary XML file line #34: Error inflating class ToggleButton", "*android-launch → onCreate > setContentView → *android-inflate", cause=Raised("android.content.res.Resources.NotFoundException", "Drawable test.acme.shop:drawable/torch with resource ID #0x7f0801a4", "*android-inflate"))), tags={"os": "Android 12"}),
    Incident("ScannerActivity", Raised("java.lang.SecurityException", "Permission Denial: opening camera requires android.permission.CAMERA", "*android-main → *android-launch → onCreate > CameraController")),
    Incident("PushService", Raised("kotlinx.serialization.json.internal.JsonDecodingException", "Unexpected JSON token at offset 71: Encountered an unknown key 'carrier' at path: $", "*push → onMessageReceived > decodeFromString → *kotlin-json")),
    Incident("PushService", Raised("java.lang.IllegalArgumentException", "test.acme.shop: Targeting S+ requires that one of FLAG_IMMUTABLE or FLAG_MUTABLE be specified", "*push → onMessageReceived > PendingIntent.getActivity")),
    Incident("ProductScreen", Raised("java.lang.OutOfMemoryError", "Failed to allocate a 48771084 byte allocation with 16777216 free bytes and 37MB until OOM", "*coroutine → decode > val full → *bitmap"), ("http: GET https://img.acme.test/tent-3p-grn.webp?w=4096 200",)),
    Incident("MainActivity", Raised("java.lang.IllegalStateException", "Migration didn't properly handle: cart_line(test.acme.shop.data.CartLine)", "*android-main → open > writableDatabase → *room")),
    Incident("MainActivity", Raised("ApplicationNotResponding", "Application Not Responding for at least 5000 ms.", "*android-main → warmUp > commit() → *prefs"), ("ui.lifecycle: MainActivity started",)),
    Incident("PaymentScreen", Raised("java.util.NoSuchElementException", "Key order-58213 is missing in the map.", "*android-main → confirm > sheets.getValue → *kotlin-map")),
    Incident("OrdersScreen", Raised("java.net.SocketTimeoutException", "failed to connect to api.acme.test/203.0.113.80 (port 443) after 10000ms", "*coroutine → orders > client.get → *okhttp"), level="warning"),
    Incident("OrdersScreen", Raised("javax.net.ssl.SSLHandshakeException", "Chain validation failed", "*coroutine → orders > client.get → *okhttp", cause=Raised("java.security.cert.CertPathValidatorException", "Certificate not valid until Sun Feb 15 00:00:00 GMT 2026", "*okhttp")), level="warning"),
)

_IOS = (
    Incident("CartViewController", Raised("EXC_BREAKPOINT", "Unexpectedly found nil while unwrapping an Optional value", "*swift-task → CartViewModel.apply(coupon:) > discount! → *swift-trap"), ("touch: ApplyCouponButton", "http: POST https://api.acme.test/v1/cart/coupon 200")),
    Incident("ProductViewController", Raised("EXC_BREAKPOINT", "Index out of range", "*uikit → *collection → GalleryController.collectionView(_:cellForItemAt:) > photos[path.item] → *swift-trap")),
    Incident("OrdersViewController", Raised("DecodingError.keyNotFound", "No value associated with key CodingKeys(stringValue: \"eta\") at items[0].shipment", "*swift-task → OrderDecoder.decode(_:) > decoder.decode"), level="error"),
    Incident("SyncEngine", Raised("NSInternalInconsistencyException", "This NSPersistentStoreCoordinator has no persistent stores (device locked).", "*swift-task → SyncEngine.merge(_:into:) > context.save → *coredata")),
    Incident("PaymentViewController", Raised("EXC_BREAKPOINT", "Can't remove first element from an empty collection", "*swift-task → ApplePayHandler.authorize(_:) > removeFirst → *swift-trap"), ("touch: ApplePayButton",)),
    Incident("MainViewController", Raised("App Hanging", "App hanging between 2.0 and 3.4 seconds.", "*uikit → OrderDecoder.decode(_:) > page.items.filter"), level="warning"),
)

_HERMES = (
    Incident("OrderScreen", Raised("TypeError", "Cannot read property 'expectedAt' of undefined", "*fabric → OrderScreen > shipments[0]")),
    Incident("OrderScreen", Raised("TypeError", "Cannot read property 'name' of null", "*fabric → OrderScreen > order.courier")),
    Incident("HomeScreen", Raised("Error", "The action 'NAVIGATE' with payload {\"name\":\"Campaign\"} was not handled by any navigator.", "*hermes → renderTile > navigation.navigate"), ("touch: Tile (HomeScreen)",)),
    Incident("DraftScreen", Raised("TypeError", "Cannot read property 'updatedAt' of null", "*hermes → readDraft > draft.updatedAt")),
    Incident("OrderScreen", Raised("SyntaxError", "JSON Parse error: Unexpected character: <", "*hermes → request > response.json()"), ("http: GET https://api.acme.test/v1/orders/58213 502",)),
    Incident("HomeScreen", Logged("react-native", "VirtualizedList: You have a large list that is slow to update: %s ms", ("743",)), level="warning"),
)


def stories() -> Iterator[Story]:
    """Tell all of them."""
    for setting, incidents in ((ANDROID, _ANDROID), (IOS, _IOS), (HERMES, _HERMES)):
        yield from (tell(setting, incident) for incident in incidents)

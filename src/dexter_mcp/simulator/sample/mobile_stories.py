"""What goes wrong in the app: on Android, on iOS, and in the JavaScript that both share."""

from collections.abc import Iterator
from dataclasses import replace

from dexter_mcp.simulator.sample.frames import Tracer, cocoa, excerpts, javascript, jvm
from dexter_mcp.simulator.sample.incidents import tell
from dexter_mcp.simulator.sample.notation import incidents
from dexter_mcp.simulator.sample.settings import Setting, library, runtime
from dexter_mcp.simulator.telling.story import Story

_CODE = excerpts("mobile-app")
_APP = {
    "app": {
        "type": "app",
        "app_identifier": "test.acme.shop",
        "app_name": "Acme Shop",
        "in_foreground": True,
    }
}

_TALK = (
    "navigation: HomeScreen → ProductScreen",
    "navigation: ProductScreen → CartScreen",
    "app.lifecycle: foreground",
    "http: GET https://api.acme.test/v1/cart 200",
    "http: GET https://img.acme.test/tent-3p-grn.webp?w=1080 200",
)

ANDROID = Setting(
    project="mobile-app",
    platform="java",
    tracer=Tracer(_CODE, jvm),
    mechanism="UncaughtExceptionHandler",
    sdk=library("sentry.java.android.react-native", "8.23.0"),
    contexts=_APP
    | {
        "os": {"type": "os", "name": "Android"},
        "device": {
            "type": "device",
            "family": "Android",
            "memory_size": 5_905_580_032,
            "low_memory": False,
        },
    },
    crumbs=(
        *_TALK,
        "ui.click: test.acme.shop:id/add_to_cart",
        "ui.lifecycle: MainActivity resumed",
        "device.event: BATTERY_CHANGED, 41 %",
        "network.event: WIFI lost, now CELLULAR",
        "warning: frame took 212 ms",
    ),
    vary={
        "device": {
            "Pixel 9": 18,
            "Pixel 7a": 14,
            "SM-S921B": 26,
            "SM-A546B": 22,
            "CPH2621": 9,
            "moto g84": 11,
        },
        "os": {"Android 16": 31, "Android 15": 38, "Android 14": 19, "Android 12": 12},
    },
    operation="ui.load",
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
    contexts=_APP
    | {
        "os": {"type": "os", "name": "iOS"},
        "device": {"type": "device", "family": "iPhone", "arch": "arm64e"},
    },
    crumbs=(
        *_TALK,
        "touch: AddToCartButton",
        "ui.lifecycle: ProductViewController viewDidAppear",
        "device.orientation: portrait",
        "device.event: LOW_POWER_MODE on",
    ),
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
    crumbs=(
        *_TALK,
        "touch: Tile (HomeScreen)",
        "touch: BackButton",
        'console: Running "AcmeShop" with {"rootTag":11}',
        "warning: Require cycle: app/lib/api.ts -> app/lib/session.ts -> app/lib/api.ts",
    ),
    vary={"os": {"Android 16": 20, "Android 15": 27, "iOS 26.0.1": 25, "iOS 18.6.2": 28}},
    level="error",
)


def stories() -> Iterator[Story]:
    """Tell all of them."""
    for name, setting in (
        ("android", ANDROID),
        ("ios", IOS),
        ("hermes", HERMES),
    ):
        yield from (tell(setting, incident) for incident in incidents(name))

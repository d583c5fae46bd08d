"""Profiles in the shapes of SDKs and of speedscope, made from the spans of transactions.

While a span runs, so do the functions that belong to its operation; between spans, those of the
transaction's own code.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from dexter_mcp.simulator.memory.spans import Span
from dexter_mcp.simulator.telling.story import Json

T = TypeVar("T")

Frame = tuple[str, str, str, int, bool]
"""Function, module, file, line, and whether it is the application's own."""
Stack = tuple[Frame, ...]
"""Outermost first."""

_STEP: Final = 0.01
"""Seconds between two samples."""
_THREAD: Final = "259"
_NANOSECONDS: Final = 1e9

_SERVER: Final[Stack] = (
    (
        "WSGIHandler.__call__",
        "django.core.handlers.wsgi",
        "django/core/handlers/wsgi.py",
        124,
        False,
    ),
    ("inner", "django.core.handlers.exception", "django/core/handlers/exception.py", 55, False),
)
_TASK: Final[Stack] = (("trace_task", "celery.app.trace", "celery/app/trace.py", 453, False),)
_OWN: Mapping[str, Stack] = MappingProxyType(
    {
        "/api/checkout": (
            ("checkout", "shop.checkout.views", "shop/checkout/views.py", 61, True),
            ("price_cart", "shop.pricing.rules", "shop/pricing/rules.py", 118, True),
        ),
        "/api/orders/{order_id}/pay": (
            ("pay", "shop.payments.views", "shop/payments/views.py", 40, True),
        ),
        "reports.tasks.exports.export_orders": (
            ("export_orders", "reports.tasks.exports", "reports/tasks/exports.py", 33, True),
            ("write_rows", "reports.writers.sheet", "reports/writers/sheet.py", 87, True),
        ),
    }
)
_INSIDE: Mapping[str, Stack] = MappingProxyType(
    {
        "db": (
            ("fetch", "shop.storage.queries", "shop/storage/queries.py", 29, True),
            ("execute", "django.db.backends.utils", "django/db/backends/utils.py", 79, False),
        ),
        "http": (
            ("call", "shop.partners.client", "shop/partners/client.py", 52, True),
            ("send", "requests.sessions", "requests/sessions.py", 703, False),
            ("read", "ssl", "ssl.py", 1104, False),
        ),
        "cache": (("get", "django.core.cache.backends.redis", "cache/redis.py", 181, False),),
    }
)
_CHARGE: Final[Frame] = ("charge", "shop.payments.nordpay", "shop/payments/nordpay.py", 74, True)


@dataclass(slots=True)
class _Places(Generic[T]):
    """Numbers for things, in the order in which they are first met."""

    known: dict[T, int]

    def of(self, thing: T) -> int:
        return self.known.setdefault(thing, len(self.known))


def profile_json(root: Span, spans: Sequence[Span], profile: str, project: int) -> Json:
    """Shape the profile of a transaction."""
    begun = root.at
    moments = [(at - begun, stack) for at, stack in _moments(root, spans)]
    sampled = _sampled(moments)
    for sample in sampled["samples"]:
        sample["elapsed_since_start_ns"] = round(sample.pop("timestamp") * _NANOSECONDS)
    return {
        "event_id": profile,
        "profile_id": profile,
        "project_id": project,
        "version": "1",
        "platform": "python",
        "release": root.release,
        "environment": root.environment,
        "transaction": {
            "id": root.segment,
            "name": root.name,
            "trace_id": root.trace,
            "active_thread_id": _THREAD,
        },
        "profile": sampled,
    }


def chunk_json(roots: Iterable[tuple[Span, Sequence[Span]]], profiler: str, project: int) -> Json:
    """Shape what a profiler that runs all the time saw."""
    shown = list(roots)
    moments = [each for root, spans in shown for each in _moments(root, spans)]
    return {
        "chunk": {
            "chunk_id": profiler,
            "profiler_id": profiler,
            "project_id": project,
            "version": "2",
            "platform": "python",
            "release": shown[0][0].release if shown else "",
            "environment": shown[0][0].environment if shown else "",
            "profile": _sampled(moments),
        }
    }


def flamegraph_json(roots: Iterable[tuple[Span, Sequence[Span]]], project: int) -> Json:
    """Lay the profiles of transactions over one another."""
    weights = Counter[Stack]()
    for root, spans in roots:
        weights.update(stack for _, stack in _moments(root, spans))
    frames = _Places[Frame]({})
    samples = [[frames.of(frame) for frame in stack] for stack in weights]
    durations = [round(count * _STEP * _NANOSECONDS) for count in weights.values()]
    graph: Json = {
        "type": "sampled",
        "name": "",
        "threadID": 0,
        "isMainThread": True,
        "unit": "nanoseconds",
        "startValue": 0,
        "endValue": sum(durations),
        "samples": samples,
        "weights": durations,
        "sample_counts": list(weights.values()),
        "sample_durations_ns": durations,
    }
    return {
        "activeProfileIndex": 0,
        "platform": "python",
        "projectID": project,
        "transactionName": "",
        "metadata": {},
        "profiles": [graph],
        "shared": {"frames": [_shared(frame) for frame in frames.known], "profiles": []},
    }


def _moments(root: Span, spans: Sequence[Span]) -> Iterator[tuple[float, Stack]]:
    """Sample a transaction: what runs at each moment."""
    own = (*(_TASK if root.op.endswith("task") else _SERVER), *_own(root))
    count = max(int(root.duration / 1000 / _STEP), 2)
    for number in range(count):
        at = root.at + number * _STEP
        inner = next((s for s in spans if s.at <= at < s.at + s.duration / 1000), None)
        yield at, (*own, *(_inside(inner) if inner else ()))


def _own(root: Span) -> Stack:
    module, _, function = root.name.replace("/", " ").strip().rpartition(".")
    file = f"{module.replace('.', '/') or 'shop/views'}.py"
    return _OWN.get(root.name, ((function, module or "shop.views", file, 20, True),))


def _inside(span: Span) -> Stack:
    stack = _INSIDE.get(span.op.partition(".")[0], ())
    return (_CHARGE, *stack) if "nordpay" in span.description else stack


def _sampled(moments: Sequence[tuple[float, Stack]]) -> Json:
    frames, stacks = _Places[Frame]({}), _Places[tuple[int, ...]]({})
    samples: list[Json] = []
    for at, stack in moments:
        innermost_first = tuple(frames.of(frame) for frame in reversed(stack))
        samples.append(
            {"timestamp": at, "stack_id": stacks.of(innermost_first), "thread_id": _THREAD}
        )
    return {
        "frames": [_sdk_frame(frame) for frame in frames.known],
        "stacks": list(stacks.known),
        "samples": samples,
        "thread_metadata": {_THREAD: {"name": "MainThread"}},
    }


def _sdk_frame(frame: Frame) -> Json:
    function, module, file, line, in_app = frame
    told = {"function": function, "module": module, "filename": file}
    return {**told, "lineno": line, "in_app": in_app}


def _shared(frame: Frame) -> Json:
    told = _sdk_frame(frame)
    return {
        "name": told["function"],
        "image": told["module"],
        "file": told["filename"],
        "line": told["lineno"],
        "is_application": told["in_app"],
    }

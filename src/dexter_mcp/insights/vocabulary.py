"""What Sentry documents of the fields and functions of each data set, and what they mean.

https://docs.sentry.io/concepts/search/searchable-properties/ and the field lists of Discover and
Explore, in our own words. The words after a name are those by which somebody might look for it.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from dexter_mcp.sentry.event_fields import Documented


def _read(kind: str, text: str) -> tuple[Documented, ...]:
    """Read lines of a name and its meaning, parted by a colon."""
    pairs = (line.partition(": ") for line in text.strip().splitlines())
    return tuple(Documented(name.strip(), kind, meaning) for name, _, meaning in pairs)


_SHARED: Final = (
    *_read(
        "string",
        """
id: identifier of the event or span
trace: trace id that ties events, spans and logs together
project: slug of the project, service, application
environment: production, staging, stage
release: version, deploy, build of the application
platform: programming language
transaction: endpoint, route, page, operation, task
user: user, customer, person, who
user.id: identifier of the user
user.email: mail address of the user
user.username: login name of the user
user.ip: address of the user
geo.country_code: country, where
geo.city: city, place, where
geo.region: region, where
browser.name: browser, client
browser.version: version of the browser, client
os.name: operating system
os.version: version of the operating system
device.family: device, phone, model
device.class: device speed, low, medium, high
sdk.name: SDK that sent it
sdk.version: version of the SDK that sent it
""",
    ),
    *_read("date", "timestamp: when it happened, time"),
)
_ERRORS: Final = (
    *_SHARED,
    *_read(
        "string",
        """
title: what broke, headline, name of the error
message: text of the event, message
issue: short id of the issue, group
level: severity, fatal, error, warning, info
culprit: function or route that broke, where
location: file, where
dist: distribution of the release
event.type: error, default, csp, transaction
error.type: class of the exception, kind of error
error.value: text of the exception, reason
error.mechanism: how the exception was caught, integration
stack.filename: file in the stack trace
stack.function: function in the stack trace
stack.module: module in the stack trace
stack.abs_path: path in the stack trace
stack.package: library in the stack trace
http.method: verb of the request, GET, POST
http.url: address of the request, url
url: address of the page or request
http.status_code: status of the response
http.referer: page that led there
server_name: host, machine, server, pod, instance
logger: logger that wrote it
runtime.name: interpreter, runtime
device.arch: architecture of the device, processor
device.brand: maker of the device, phone
device.model_id: model of the device, phone
app.in_foreground: whether the app was in front
replay_id: session replay, recording
profile.id: profile
user.display: best name of the user, who
""",
    ),
    *_read(
        "boolean",
        """
error.handled: whether the exception was caught
error.unhandled: crash, not caught
error.main_thread: whether the main thread broke
stack.in_app: whether a frame is of the application
""",
    ),
    *_read(
        "number",
        """
issue.id: number of the issue
project.id: number of the project
stack.lineno: line in the stack trace
""",
    ),
    *_read(
        "date",
        """
timestamp.to_hour: hour in which it happened, per hour
timestamp.to_day: day on which it happened, per day, daily
""",
    ),
)
_SPANS: Final = (
    *_SHARED,
    *_read(
        "string",
        """
span.op: kind of work, operation, db, http.client, cache
span.description: what was done, statement, sql, query, url
span.name: name of the span
span.status: outcome, ok, internal_error, failure
span.category: group of the operation, db, http, cache
span.domain: table or host, domain
span.action: verb, SELECT, GET
parent_span: span above it
transaction.span_id: span at the root of the transaction
transaction.method: verb of the request, GET, POST
http.request.method: verb of the request, GET, POST
http.response.status_code: status of the response, error code
url.full: address of the request, url
server.address: host that was called, domain
db.system: database, postgresql, mysql, redis
db.operation: verb of the statement, SELECT
messaging.destination.name: queue, topic
cache.hit: whether the cache had it
gen_ai.request.model: language model, ai, llm
gen_ai.operation.name: kind of call to a language model, ai, llm
server_name: host, machine, server, pod, instance
replay.id: session replay, recording
profile.id: profile
""",
    ),
    *_read(
        "number",
        """
span.duration: how long it took, slow, latency, response time, performance, speed
span.self_time: time in the span itself, without those below it, slow
http.response_content_length: bytes of the response, size
gen_ai.usage.total_tokens: tokens of a language model, ai, llm, cost
measurements.lcp: largest contentful paint, page load, web vital, slow
measurements.fcp: first contentful paint, page load, web vital
measurements.inp: interaction to next paint, web vital, responsiveness
measurements.cls: layout shift, web vital
measurements.ttfb: time to first byte, web vital, server latency
""",
    ),
    *_read("boolean", "is_transaction: root of a service's work, request, transaction"),
)
_LOGS: Final = (
    *_SHARED,
    *_read(
        "string",
        """
message: text of the line, body
severity: level, fatal, error, warn, info, debug
span_id: span in which it was written
server.address: host, machine, server, pod, instance
""",
    ),
    *_read("number", "severity_number: level as a number"),
    *_read("date", "timestamp_precise: when it was written, to the nanosecond"),
)
_METRICS: Final = (
    *_SHARED,
    *_read(
        "string",
        """
metric.name: which metric
metric.type: counter, gauge, distribution
metric.unit: unit of the value
span_id: span in which it was recorded
""",
    ),
    *_read("number", "value: what was measured"),
)
_COMMON: Final = _read(
    "function",
    """
count(): how many, number of events, volume, frequency
count_unique(field): how many different, users affected, distinct
count_if(field,op,value): how many of a kind; op is equals, notEquals, less, greater, lessOrEquals, greaterOrEquals
min(field): least
max(field): most, latest
avg(field): average, mean
sum(field): total, all together
p50(field): median, typical
p75(field): percentile
p90(field): percentile, slow
p95(field): percentile, slow, latency, performance
p99(field): percentile, slowest, tail latency
p100(field): slowest, worst
eps(): events per second, rate, throughput
epm(): events per minute, rate, throughput
failure_rate(): share that failed, error rate
failure_count(): how many failed
""",  # noqa: E501 - a line an entry
)
_OF_ERRORS: Final = (
    *_COMMON,
    *_read(
        "function",
        """
any(field): one of the values, example
last_seen(): when it happened last
latest_event(): id of the latest event, example
percentile(field,0.5): any percentile, from 0 to 1
apdex(ms): satisfaction of users
user_misery(ms): dissatisfaction of users
""",
    ),
)
_OF_SPANS: Final = (
    *_COMMON,
    *_read(
        "function",
        """
http_response_rate(5): share of responses with a status such as 5xx, errors
cache_miss_rate(): share that the cache did not have
time_spent_percentage(): share of all time, where time goes
performance_score(measurements.score.lcp): score of a web vital
apdex(span.duration,ms): satisfaction of users
""",
    ),
)
_OF_METRICS: Final = (
    *_COMMON,
    *_read("function", "sum(value,name,type,unit): total of one metric; others likewise"),
)

_FIELDS: Final[Mapping[str, tuple[Documented, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(("errors", "discover", "transactions"), _ERRORS),
        **dict.fromkeys(("spans", "spansIndexed"), _SPANS),
        **dict.fromkeys(("logs", "ourlogs"), _LOGS),
        "tracemetrics": _METRICS,
    }
)
_FUNCTIONS: Final[Mapping[str, tuple[Documented, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(("errors", "discover", "transactions"), _OF_ERRORS),
        **dict.fromkeys(("spans", "spansIndexed"), _OF_SPANS),
        **dict.fromkeys(("logs", "ourlogs"), _COMMON),
        "tracemetrics": _OF_METRICS,
    }
)


def fields(dataset: str) -> tuple[Documented, ...]:
    """Name the fields that are documented of a data set; none of one that is not."""
    return _FIELDS.get(dataset, ())


def functions(dataset: str) -> tuple[Documented, ...]:
    """Name the functions that are documented of a data set."""
    return _FUNCTIONS.get(dataset, _COMMON)


def meaning(known: Sequence[Documented], search: str) -> tuple[Documented, ...]:
    """Find what is called or means as many of the words as possible; the best come first.

    Without words, that is everything.
    """
    words = search.lower().replace(",", " ").split()
    scored = [(_score(each, words), each) for each in known]
    most = max((count for (count, _), _ in scored), default=0)
    best = [(score, each) for score, each in scored if score[0] == most and (most or not words)]
    return tuple(each for _, each in sorted(best, key=lambda pair: pair[0], reverse=True))


def _score(each: Documented, words: list[str]) -> tuple[int, int]:
    """Count the words that are meant, and of those the ones that stand in the name."""
    meant = f"{each.name} {each.meaning}".lower()
    named = each.name.lower()
    return sum(word in meant for word in words), sum(word in named for word in words)

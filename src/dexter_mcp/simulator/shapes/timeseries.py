"""Series in the shapes of today's and of the old endpoint."""

from datetime import datetime, timedelta

from dexter_mcp.simulator.discover.series import Series, Slots
from dexter_mcp.simulator.telling.story import Json

_DELAY = timedelta(seconds=90)
"""How long Sentry may take to count an event."""


def series_json(series: Series, slots: Slots, now: datetime, *, sampled: bool) -> Json:
    """Shape one line of `/events-timeseries/`; times are in milliseconds."""
    settled = (now - _DELAY).timestamp()
    meta = {
        "interval": slots.width * 1000,
        "valueType": series.column.type,
        "valueUnit": series.column.unit,
        "order": series.order,
        "isOther": series.is_other,
        "dataScanned": "full",
    }
    points = [
        _point(series, place, start, incomplete=start + slots.width > settled)
        | (_sampling(series.samples[place]) if sampled else {})
        for place, start in enumerate(slots.starts())
    ]
    groups = [{"key": key, "value": value} for key, value in series.group.items()]
    shown: Json = {"groupBy": groups} if groups else {}
    return {"yAxis": series.axis, "values": points, "meta": meta} | shown


def _point(series: Series, place: int, start: int, *, incomplete: bool) -> Json:
    point: Json = {
        "timestamp": start * 1000,
        "value": series.values[place],
        "incomplete": incomplete,
    }
    if incomplete:
        point["incompleteReason"] = "INCOMPLETE_BUCKET"
    if series.before:
        point["comparisonValue"] = series.before[place]
    return point


def _sampling(samples: int) -> Json:
    return {
        "sampleCount": samples,
        "sampleRate": 1.0 if samples else None,
        "confidence": "high" if samples else None,
    }


def stats_json(series: Series, slots: Slots) -> Json:
    """Shape one line of `/events-stats/`; times are in seconds, every figure is a `count`."""
    data = [
        [start, [{"count": series.values[place]} | _compared(series, place)]]
        for place, start in enumerate(slots.starts())
    ]
    return {
        "data": data,
        "order": series.order,
        "start": slots.first,
        "end": slots.first + slots.width * slots.count,
        "isMetricsData": False,
        "meta": {
            "fields": {series.axis: series.column.type},
            "units": {series.axis: series.column.unit},
            "isMetricsData": False,
            "datasetReason": "unchanged",
        },
    }


def _compared(series: Series, place: int) -> Json:
    return {"comparisonCount": series.before[place]} if series.before else {}

"""Aggregates that SQLite has not got."""

import math
import sqlite3
from typing import Any


class _Quantile:
    """`quantile(value, fraction)`: what lies at a fraction of the sorted values, interpolated."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.fraction = 0.5

    def step(self, value: Any, fraction: float = 0.5) -> None:
        if value is not None:
            self.values.append(value)
            self.fraction = fraction

    def finalize(self) -> Any:
        if not self.values:
            return None
        self.values.sort()
        place = self.fraction * (len(self.values) - 1)
        low, part = int(place), place % 1
        high = min(low + 1, len(self.values) - 1)
        return self.values[low] + (self.values[high] - self.values[low]) * part


class _Variance:
    """`variance(value)`: of a sample, by Welford's method."""

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0
        self.squares = 0.0

    def step(self, value: Any) -> None:
        if value is None:
            return
        self.count += 1
        off = value - self.mean
        self.mean += off / self.count
        self.squares += off * (value - self.mean)

    def finalize(self) -> Any:
        return self.squares / (self.count - 1) if self.count > 1 else None


class _Deviation(_Variance):
    """`deviation(value)`: the root of the variance."""

    def finalize(self) -> Any:
        variance = super().finalize()
        return None if variance is None else math.sqrt(variance)


def teach(database: sqlite3.Connection) -> None:
    """Let a database know `quantile`, `variance` and `deviation`."""
    database.create_aggregate("quantile", 2, _Quantile)
    database.create_aggregate("variance", 1, _Variance)
    database.create_aggregate("deviation", 1, _Deviation)

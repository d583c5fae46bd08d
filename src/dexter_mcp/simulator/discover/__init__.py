"""Sentry's query engine: fields, functions, conditions and series over events and spans."""

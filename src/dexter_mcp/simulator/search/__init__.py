"""Sentry's search: its grammar, and what each term finds."""

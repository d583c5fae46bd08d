"""The catalogue: every operation of Sentry's API, to be found, checked and read by its name."""

from dexter_mcp.sentry.catalogue.operations import Operation, Parameter, operations
from dexter_mcp.sentry.catalogue.orders import Order
from dexter_mcp.sentry.catalogue.questions import Question, given, question
from dexter_mcp.sentry.catalogue.reading import Catalogue, Reading

__all__ = [
    "Catalogue",
    "Operation",
    "Order",
    "Parameter",
    "Question",
    "Reading",
    "given",
    "operations",
    "question",
]

"""The variables of a frame, as the Python SDK shows them."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from types import MappingProxyType

from dexter_mcp.simulator.telling.story import Json

_PARAMETER = re.compile(r"(\w+)(?:: ([\w.\[\], ]+))?")
_ASSIGNED = re.compile(r"^\s+(\w+) = ")

_KNOWN = MappingProxyType(
    {
        "address": "<Address: 1120 Fjordgata 8, 7010 Trondheim>",
        "amount": "Money(minor=12990, currency='EUR')",
        "card": "CardToken(token='tok_test_8c1f', last4='4242')",
        "cart": "<Cart: 3 lines, 129.90 EUR>",
        "change": {"sku": "'MUG-0042'", "quantity": "2"},
        "code": "'SPRING10'",
        "country": "'NO'",
        "coupon": "<Coupon: SPRING10>",
        "currency": "'EUR'",
        "customer": "Customer(number='K-20417')",
        "day": "'2026-02-11'",
        "invoice": "Invoice('2026-004417')",
        "language": "'nb'",
        "line": "<Line: 2 x MUG-0042>",
        "month": "'2026-01'",
        "number": "'2026-004417'",
        "order": "<Order: 58213>",
        "order_id": "58213",
        "parcel": "Parcel(weight_grams=1840, longest_side_mm=420)",
        "payment": "<Payment: np_8841 authorized>",
        "provider": "<NordPay: production>",
        "quantity": "2",
        "reference": "'58213-1'",
        "reply": "{'id': 'np_8841', 'status': 'pending'}",
        "sku": "'MUG-0042'",
        "template": "<Template 'receipt.nb.html'>",
        "tenant": "'fjord-outdoor'",
        "total": "Money(minor=12990, currency='EUR')",
        "zone": "<Zone: NO-1>",
    }
)


def shown(lines: Sequence[str], until: str) -> Json:
    """Show the parameters of the function in `lines`, and what it set before the line `until`."""
    return {name: _KNOWN.get(name) or _object(name, kind) for name, kind in _names(lines, until)}


def _names(lines: Sequence[str], until: str) -> Iterator[tuple[str, str]]:
    for line in lines:
        if line.lstrip().startswith("def "):
            signature = line.partition("(")[2].rpartition(")")[0]
            for parameter in re.split(r", (?=\w+(?::|,|$)|\*)", signature):
                if match := _PARAMETER.match(parameter):
                    yield match[1], match[2] or match[1].capitalize()
        if until in line:
            return
        if match := _ASSIGNED.match(line):
            yield match[1], match[1].capitalize()


def _object(name: str, kind: str) -> str:
    if kind in {"str", "bytes"}:
        return f"'{name}-1'"
    if kind in {"HttpRequest", "Request"}:
        return "<WSGIRequest: POST>"
    address = int(sha256(f"{name}{kind}".encode()).hexdigest()[:8], 16)
    return f"<{kind} object at 0x7f3a{address:08x}>"

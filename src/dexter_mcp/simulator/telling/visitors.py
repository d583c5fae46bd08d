"""End users of the world's applications, invented by number."""

from dexter_mcp.simulator.telling.story import Json

_FIRST = (
    *("ana", "bo", "chiara", "dmitri", "eun", "fatima", "goran", "hana", "ines", "jonas"),
    *("kwame", "lena", "marek", "nadia", "oscar", "priya", "quentin", "rosa", "sami", "tove"),
    *("uma", "viktor", "wen", "ximena", "yuki", "zofia"),
)
_LAST = (
    *("adler", "bakker", "costa", "dahl", "ekwueme", "farkas", "grimm", "haddad", "ito"),
    *("juric", "kaya", "lund", "moreau"),
)
_PLACES = (
    ("NO", "Bergen"),
    ("DE", "Leipzig"),
    ("US", "Tulsa"),
    ("BR", "Recife"),
    ("JP", "Sendai"),
    ("IN", "Pune"),
    ("FR", "Nantes"),
)


def visitor(key: str) -> Json:
    """Tell who stands behind a user key such as `id:1042`, as an SDK's `user` object."""
    number = int(key.removeprefix("id:"))
    first, last = _FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)]
    country, city = _PLACES[number % len(_PLACES)]
    return {
        "id": str(number),
        "email": f"{first}.{last}{number}@shopper.test",
        "username": f"{first}{number}",
        "ip_address": f"203.0.113.{number % 254 + 1}",
        "geo": {"country_code": country, "city": city},
    }

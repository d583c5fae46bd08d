"""Who the token is, what it may do, and where it reaches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dexter_mcp.sentry.identity import Identity
from dexter_mcp.sentry.organizations import Organization
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.status import Known, server
from dexter_mcp.views.untrusted import name

_URL = 200
_MOST = 20


@dataclass(frozen=True)
class Access:
    """What a token reaches. `regions` maps names to base URLs; `failed` names what did not come."""

    identity: Identity
    kind: str
    url: str
    regions: Mapping[str, str]
    organizations: Page[Organization]
    default_org: str
    default_project: str
    failed: tuple[Failed, ...]
    server: Known = ()


def whoami(access: Access) -> Answer:
    """Say whose token it is, its scopes, and the organizations and regions that it reaches."""
    data = {
        "identity": access.identity,
        "kind": access.kind,
        "url": access.url,
        "regions": dict(access.regions),
        "organizations": access.organizations.items,
    }
    return Answer("\n".join([*_lines(access), *failures(access.failed)]), data)


def _lines(access: Access) -> Iterator[str]:
    yield f"{_owner(access)} at {name(access.url, limit=_URL)}"
    scopes = sorted(name(scope) for scope in access.identity.auth.scopes)
    yield f"scopes: {', '.join(scopes) or 'none known'}"
    yield f"organizations: {_organizations(access)}"
    if told := server(access.server):
        yield f"server: {told}"
    if len(access.regions) > 1:
        yield "regions: " + ", ".join(
            f"{name(region)} {name(url, limit=_URL)}" for region, url in access.regions.items()
        )
    defaults = {"org": access.default_org, "project": access.default_project}
    told = [f"{key}={name(slug)}" for key, slug in defaults.items() if slug]
    if told:
        yield f"defaults: {', '.join(told)}"


def _owner(access: Access) -> str:
    user = access.identity.user
    kind = "token of an unknown kind" if access.kind == "unknown" else f"{name(access.kind)} token"
    if user is None:
        return kind
    address = f" <{name(user.email)}>".replace("<", "(").replace(">", ")") if user.email else ""
    return f"{kind} of {name(user.called)}{'' if user.called == user.email else address}"


def _organizations(access: Access) -> str:
    page = access.organizations
    shown = [f"{name(each.slug)} ({name(each.name)})" for each in page.items[:_MOST]]
    more = len(page.items) > _MOST or bool(page.next_cursor)
    return ", ".join([*shown, *(["… more (`list_organizations`)"] if more else [])]) or "none"

"""What an organization is connected to, on one page, and one connection on its own."""

from collections.abc import Sequence
from typing import Final, Literal

from dexter_mcp.insights import facets, missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.facets import Facet, Facets
from dexter_mcp.sentry.errors import Invalid, NotFound, Refused
from dexter_mcp.sentry.integrations import Integration, Provider
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.workflows import Workflow
from dexter_mcp.views import integrations as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.integrations import App
from dexter_mcp.views.listing import echo
from dexter_mcp.views.untrusted import name

Part = Literal["installed", "apps", "providers", "repositories", "code_mappings", "forwarding"]
IntegrationPart = Literal["settings", "repositories", "code_mappings", "alerts"]
_USUAL: Final[tuple[Part, ...]] = ("installed", "apps")
_OF_PROVIDERS: Final = frozenset({"installed", "providers"})
_USED_FOR: Final = frozenset({"alert-rule", "incident-management", "issue-basic"})
"""Features through which alerts act."""
_ROWS: Final = 50
_FEW: Final = 8


async def list_integrations(
    desk: Desk, *, org: str, provider: str, include: Sequence[Part], cursor: str
) -> Answer:
    """Answer with what is connected; `cursor` goes on with a part that is asked for alone.

    Raises:
        Invalid: A cursor came without a single part, or `provider` with a part that has none.
        SentryError: None of the parts came, for this reason.
    """
    facets.alone(include, cursor)
    wanted = include or (("installed",) if provider else _USUAL)
    if provider and not _OF_PROVIDERS.issuperset(wanted):
        raise Invalid("`provider` narrows installed and providers only: leave out other parts.")
    home, provider = await desk.org(org), provider.strip().lower()
    asked = {"org": home, "provider": provider}
    link = f"{desk.sentry.url}/settings/{home}/integrations/"
    with missing.organization(home):
        return await facets.answer(
            desk,
            [f"integrations, {echo(**asked)}", link],
            _connected(desk, home, provider, cursor),
            wanted,
            thing=("asked", asked),
            bare=True,
        )


def _connected(desk: Desk, org: str, provider: str, cursor: str) -> Facets:
    sentry, now = desk.sentry, desk.now()
    return {
        "installed": Facet(
            lambda: sentry.integrations.list(org, provider=provider, per_page=_ROWS, cursor=cursor),
            lambda page: view.installed(page, now),
        ),
        "apps": Facet(lambda: _apps(desk, org, cursor), view.apps),
        "providers": Facet(lambda: _providers(desk, org, provider), view.providers),
        "repositories": Facet(
            lambda: sentry.repositories.list(org, per_page=_ROWS, cursor=cursor), view.repositories
        ),
        "code_mappings": Facet(
            lambda: sentry.integrations.code_mappings(org, per_page=_ROWS, cursor=cursor),
            view.code_mappings,
        ),
        "forwarding": Facet(lambda: sentry.integrations.forwarders(org), view.forwarding),
    }


async def _providers(desk: Desk, org: str, wanted: str) -> tuple[Provider, ...]:
    """Pick from all that there are, because Sentry says of an unknown one only that it failed."""
    known = await desk.sentry.integrations.providers(org)
    return tuple(each for each in known if wanted in {"", each.key, each.name.lower()})


async def _apps(desk: Desk, org: str, cursor: str) -> Page[App]:
    """Join what is installed with what the organization made, of which more is known."""
    apps = desk.sentry.sentry_apps
    page = await apps.installations(org, per_page=_ROWS, cursor=cursor)
    made = {each.slug: each for each in await apps.owned(org)}
    there = [App(each.app.slug, each.status, made.get(each.app.slug)) for each in page.items]
    slugs = {each.slug for each in there}
    is_whole = not (cursor or page.next_cursor)
    idle = [App(slug, known=app) for slug, app in made.items() if slug not in slugs]
    items = [*there, *(idle if is_whole else [])]
    return Page[App](items=items, next_cursor=page.next_cursor)


async def get_integration(
    desk: Desk, *, org: str, integration: str, include: Sequence[IntegrationPart], cursor: str
) -> Answer:
    """Answer with one integration, or with one app.

    Raises:
        Invalid: It could be several, or a cursor came without a single part.
        NotFound: There is none.
    """
    facets.alone(include, cursor)
    home = await desk.org(org)
    it = await _named(desk, home, integration)
    if it is None:
        return await _app(desk, home, integration)
    provider, shown = it.provider.key, {*include, *_telling(it)}
    link = f"{desk.sentry.url}/settings/{home}/integrations/{provider}/{it.id}/"
    return await facets.answer(
        desk,
        view.heading(it, link=link, now=desk.now()),
        {name: part for name, part in _parts(desk, home, it, cursor).items() if name in shown},
        include or _telling(it),
        thing=("integration", it),
    )


async def _named(desk: Desk, org: str, named: str) -> Integration | None:
    """Settle which integration is meant; none if nothing is called so."""
    wanted = named.strip()
    match await desk.sentry.integrations.matching(org, wanted):
        case [only]:
            return await desk.sentry.integrations.get(org, only.id)
        case []:
            return await _numbered(desk, org, wanted) if wanted.isdecimal() else None
        case several:
            raise ambiguous(repr(named[:80]), several)


async def _numbered(desk: Desk, org: str, number: str) -> Integration | None:
    """Read one that the list is too long to hold."""
    try:
        return await desk.sentry.integrations.get(org, number)
    except NotFound:
        return None


async def _app(desk: Desk, org: str, named: str) -> Answer:
    try:
        found = await desk.sentry.sentry_apps.get(named.strip())
    except (NotFound, Refused) as error:
        nothing = NotFound(f"No integration or app {named[:80]!r} is visible in {org!r}.")
        nothing.advice = "`list_integrations` names them."
        raise nothing from error
    return view.one_app(found, link=f"{desk.sentry.url}/settings/{org}/sentry-apps/{found.slug}/")


def ambiguous(named: str, several: Sequence[Integration]) -> Invalid:
    """Say which integrations a name could mean."""
    known = ", ".join(
        f"{each.id} ({name(each.provider.key)} {name(each.name)})" for each in several[:_FEW]
    )
    return Invalid(f"{named} could be {known}. Give the id.")


def _telling(it: Integration) -> Sequence[IntegrationPart]:
    """Pick the parts that an integration of its kind has."""
    features = set(it.provider.features)
    code: Sequence[IntegrationPart] = ("repositories", "code_mappings")
    return (
        "settings",
        *(code if "commits" in features else ()),
        *(("alerts",) if features & _USED_FOR else ()),
    )


def _parts(desk: Desk, org: str, it: Integration, cursor: str) -> Facets:
    sentry = desk.sentry
    return {
        "settings": Facet(lambda: _itself(it), lambda known: view.settings(known.settings)),
        "repositories": Facet(
            lambda: sentry.repositories.list(org, integration=it.id, per_page=_ROWS, cursor=cursor),
            view.repositories,
        ),
        "code_mappings": Facet(
            lambda: sentry.integrations.code_mappings(
                org, integration=it.id, per_page=_ROWS, cursor=cursor
            ),
            view.code_mappings,
        ),
        "alerts": Facet(
            lambda: _alerts(desk, org, it.id, cursor), lambda page: view.alerts(page.items, it.id)
        ),
    }


async def _itself(it: Integration) -> Integration:
    return it


async def _alerts(desk: Desk, org: str, integration: str, cursor: str) -> Page[Workflow]:
    """Keep of a page of alerts those that act through an integration."""
    page = await desk.sentry.workflows.list(org, cursor=cursor)
    used = [
        each
        for each in page.items
        if any(action.integration_id == integration for action in each.actions)
    ]
    return Page[Workflow](items=used, next_cursor=page.next_cursor)


async def list_repositories(
    desk: Desk, *, org: str, query: str, repository: str, limit: int, cursor: str
) -> Answer:
    """List repositories, or the commits of one.

    Raises:
        Invalid: Both a query and a repository came, or the repository could be several.
    """
    if query and repository:
        raise Invalid("`query` searches repositories, `repository` names one: give one of them.")
    home, repos = await desk.org(org), desk.sentry.repositories
    if not repository:
        page = await repos.list(home, query=query, per_page=limit, cursor=cursor)
        asked = {"org": home, "query": query}
        return view.repository_list(page, asked={k: v for k, v in asked.items() if v})
    found = await repos.resolve(home, repository)
    made = await repos.commits(home, found.id, per_page=limit, cursor=cursor)
    return view.commits(found, made, fence=desk.fence(), now=desk.now())

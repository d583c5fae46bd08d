"""Organizations: what everything else in Sentry belongs to."""

import json
from datetime import datetime

import anyio
from pydantic import Field, ValidationError

from dexter_mcp.sentry import cursors, deadline, trail
from dexter_mcp.sentry.api import HOUR, MINUTE, Api
from dexter_mcp.sentry.errors import Invalid, SentryError, Unreachable
from dexter_mcp.sentry.identifiers import slug
from dexter_mcp.sentry.reply import Page, Reply, adapter
from dexter_mcp.sentry.wire import QueryValue, path, query_string

PER_PAGE = 100


class Status(Reply):
    """Whether an organization is active, or about to go."""

    id: str = ""
    name: str = ""


class Links(Reply):
    """Where an organization is shown, and where its data lives."""

    organization_url: str = ""
    region_url: str = ""


class Organization(Reply):
    """An organization as it is listed."""

    id: str
    slug: str
    name: str = ""
    date_created: datetime | None = None
    status: Status = Status()
    links: Links = Links()


class Quota(Reply):
    """How much an organization takes in; 0 and absent mean no limit of its own."""

    max_rate: int | None = None
    max_rate_interval: int = 60
    account_limit: int = 0
    project_limit: int = 0
    """Percent of the rate that a single project may use up."""


class OrganizationDetails(Organization):
    """An organization with its settings, as far as the token may see them.

    What an older server does not tell is `None`, which is neither on nor off.
    """

    features: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    require_2fa: bool | None = Field(default=None, alias="require2FA")
    has_auth_provider: bool | None = None
    is_early_adopter: bool | None = None
    allow_member_invite: bool | None = None
    allow_member_project_creation: bool | None = None
    open_membership: bool | None = None
    events_member_admin: bool | None = None
    alerts_member_write: bool | None = None
    default_role: str = ""
    data_scrubber: bool | None = None
    data_scrubber_defaults: bool | None = None
    scrub_ip_addresses: bool | None = Field(default=None, alias="scrubIPAddresses")
    sensitive_fields: tuple[str, ...] = ()
    safe_fields: tuple[str, ...] = ()
    quota: Quota | None = None


class Relay(Reply):
    """A trusted relay that sent events on. Its public key is no secret."""

    relay_id: str
    version: str = ""
    public_key: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None


class Organizations:
    """What one can ask about organizations."""

    def __init__(self, api: Api, default: str = "") -> None:
        self._api, self._default = api, default

    async def list(
        self,
        *,
        query: str = "",
        owner: bool | None = None,
        sort_by: str = "",
        per_page: int = PER_PAGE,
        cursor: str = "",
    ) -> Page[Organization]:
        """List the organizations that the token can see, in all regions side by side.

        A cursor holds one position for each region that goes on, or that failed while another
        answered. Of several, one that is silent for half of the time left has failed.
        https://docs.sentry.io/api/users/list-your-organizations/

        Raises:
            Invalid: The cursor belongs to another query.
            SentryError: As `errors` draws them.
        """
        regions = await self._api.regions.list(self._api)
        narrowed: dict[str, QueryValue] = {
            "query": query or None,
            "owner": owner,
            "sortBy": sort_by or None,
            "per_page": per_page,
        }
        bound_to = query_string(narrowed)
        start = _positions(cursor, bound_to) if cursor else dict.fromkeys(regions, "")
        pages: dict[str, Page[Organization]] = {}
        failures: dict[str, SentryError] = {}

        patience = deadline.left() / 2 if len(start) > 1 else None

        async def ask(region: str, base: str) -> None:
            try:
                with anyio.fail_after(patience):
                    pages[region] = await self._page(base, start[region], narrowed)
            except SentryError as failure:
                failures[region] = failure
            except TimeoutError:
                failures[region] = Unreachable("It did not answer in time.")

        async with anyio.create_task_group() as group:
            for region, base in regions.items():
                if region in start:
                    group.start_soon(ask, region, base)
        if failures and not pages:
            raise next(iter(failures.values()))
        onward = {region: page.next_cursor for region, page in pages.items() if page.next_cursor}
        onward |= {region: start[region] for region in failures}
        return Page(
            items=[item for region in sorted(pages) for item in pages[region].items],
            next_cursor=cursors.seal(json.dumps(onward), bound_to) if onward else "",
            failed=tuple(f"Region {region}: {error}" for region, error in failures.items()),
        )

    async def _page(
        self, base: str, cursor: str, narrowed: dict[str, QueryValue]
    ) -> Page[Organization]:
        page = await self._api.page(
            Organization,
            path("organizations"),
            base=base,
            cursor=cursor,
            fresh_for=HOUR,
            bucket="",
            envelope="",
            **narrowed,
        )
        for organization in page.items:
            self._api.regions.place(organization.slug, base)
        return page

    async def get(self, org: str, *, detailed: bool | None = None) -> OrganizationDetails:
        """Read one organization, by slug or id; without its settings where `detailed` is false.

        https://docs.sentry.io/api/organizations/retrieve-an-organization/
        """
        return await self._api.get(
            OrganizationDetails, path("organizations", org), fresh_for=HOUR, detailed=detailed
        )

    async def relays(self, org: str) -> tuple[Relay, ...]:
        """List the trusted relays that were seen in use. Servers without the feature say 404.

        https://docs.sentry.io/api/organizations/list-an-organizations-trusted-relays/
        """
        return await self._api.get(
            tuple[Relay, ...],
            path("organizations", org, "relay_usage"),
            fresh_for=MINUTE,
            absent_for=HOUR,
        )

    async def resolve(self, named: str) -> str:
        """Settle which organization is meant: the one named, the default, or the only one.

        Raises:
            Invalid: None was named, and the token reaches none or several.
        """
        if named or self._default:
            return slug(named or self._default, "organization")
        with trail.remembering():
            page = await self.list()
        match [organization.slug for organization in page.items]:
            case [only] if not page.failed:
                return only
            case [] if not page.failed:
                raise Invalid("The token reaches no organization. Use a token of a member.")
            case reachable:
                known = ", ".join(reachable[:20]) or "its slug"
                raise Invalid(" ".join([f"Say which `org` is meant: {known}.", *page.failed]))


def _positions(cursor: str, bound_to: str) -> dict[str, str]:
    try:
        return adapter(dict[str, str]).validate_json(cursors.unseal(cursor, bound_to))
    except ValidationError:
        raise Invalid("That is no cursor of this list. Leave `cursor` out to begin anew.") from None

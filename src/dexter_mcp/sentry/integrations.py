"""Integrations: the services that an organization installed, and those that it could.

Members of the organization name them. What is typed into their settings may be a secret, so only
what was chosen there is read.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import model_validator

from dexter_mcp.sentry.api import HOUR, MINUTE, Api
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.wire import path

TRACKS: Final = "issue-basic"
"""The feature of those that make tickets and link issues to them."""
MOST_CHANNELS: Final = 1_000
"""How many channels of a chat Sentry ever tells."""
_MOST: Final = 100


class ProviderAbout(Reply):
    """What a provider says of itself; Markdown."""

    description: str = ""


class Provider(Reply):
    """A kind of service, such as `github`."""

    key: str = ""
    slug: str = ""
    name: str = ""
    can_add: bool = True
    can_disable: bool = False
    features: tuple[str, ...] = ()
    metadata: ProviderAbout = ProviderAbout()


class Providers(Reply):
    """What could be installed."""

    providers: tuple[Provider, ...] = ()


class Setting(Reply):
    """A field of an integration's settings and what it is set to, in words."""

    label: str
    value: str = ""


class Integration(Reply):
    """An installed service.

    `status` is that of the installation, `organization_integration_status` whether this
    organization may use it; an empty one was not told. After `grace_period_end` it stops.
    """

    id: str
    name: str = ""
    domain_name: str = ""
    account_type: str = ""
    scopes: tuple[str, ...] = ()
    out_of_date: bool = False
    status: str = ""
    provider: Provider = Provider()
    organization_integration_status: str = ""
    grace_period_end: datetime | None = None
    settings: tuple[Setting, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _settled(cls, told: Any) -> Any:
        """Read the settings from the form and what was filled in."""
        if not is_object(told):
            return told
        form, filled = told.get("configOrganization"), told.get("configData")
        if not (is_array(form) and is_object(filled)):
            return told
        return {**told, "settings": list(_settings(form, filled))}

    @property
    def standing(self) -> str:
        """Say whether it works: `active`, or what Sentry says instead."""
        told = (self.status, self.organization_integration_status)
        return next((each for each in told if each not in {"", "active"}), "active")

    @property
    def tracks(self) -> bool:
        """Tell whether issues can be linked to tickets in it."""
        return TRACKS in self.provider.features


class Channel(Reply):
    """A channel of a chat, and how it is written there; `type` is such as `public`, `private`."""

    id: str
    name: str = ""
    display: str = ""
    type: str = ""

    @property
    def called(self) -> str:
        """Call it as people do."""
        return self.display or self.name or self.id


class Channels(Reply):
    """The channels of a chat."""

    results: tuple[Channel, ...] = ()


class CodeMapping(Reply):
    """Where the code of a project is: what a frame's path begins with, and what with there."""

    id: str
    project_slug: str = ""
    repo_id: str = ""
    repo_name: str = ""
    integration_id: str = ""
    stack_root: str = ""
    source_root: str = ""
    default_branch: str = ""


class ForwardedProject(Reply):
    """A project, as what forwards its events refers to it."""

    slug: str = ""


class Forwarder(Reply):
    """What passes events on to another service. Its configuration holds keys and is not read."""

    id: str
    provider: str = ""
    is_enabled: bool = True
    enroll_new_projects: bool = False
    enrolled_projects: tuple[ForwardedProject, ...] = ()


class Integrations:
    """What one can ask about integrations."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        *,
        provider: str = "",
        features: Sequence[str] = (),
        per_page: int = 50,
        cursor: str = "",
    ) -> Page[Integration]:
        """List what is installed, without its settings, which Sentry may have to ask for there.

        `provider` is the key of one, `features` such as `issue-basic` or `alert-rule`.
        https://docs.sentry.io/api/integrations/list-an-organizations-available-integrations/
        """
        return await self._api.page(
            Integration,
            path("organizations", org, "integrations"),
            cursor=cursor,
            fresh_for=MINUTE,
            providerKey=provider or None,
            features=features,
            includeConfig=False,
            per_page=per_page,
        )

    async def get(self, org: str, integration: str) -> Integration:
        """Read one installed integration with its settings, by its id.

        https://docs.sentry.io/api/integrations/retrieve-an-integration-for-an-organization/
        """
        return await self._api.get(
            Integration, path("organizations", org, "integrations", integration), fresh_for=MINUTE
        )

    async def matching(self, org: str, named: str) -> Sequence[Integration]:
        """Find what somebody means: by id, name, domain or the key of its provider.

        One that is called exactly so is preferred to all others.
        """
        known = (await self.list(org, per_page=_MOST)).items
        wanted = named.strip().lower()
        exact = [each for each in known if wanted in {each.id, each.name.lower()}]
        return exact or [each for each in known if wanted in _names(each)]

    async def channels(self, org: str, integration: str) -> tuple[Channel, ...]:
        """List where Slack, Teams or Discord can be written to, by the installation's id.

        Sentry asks the chat, and tells at most `MOST_CHANNELS`, none where the chat did not answer,
        and private ones only where it was invited. Unpublished; Sentry's own pages use it.

        Raises:
            NotFound: The server is too old to tell.
        """
        found = await self._api.get(
            Channels,
            path("organizations", org, "integrations", integration, "channels"),
            fresh_for=MINUTE,
        )
        return found.results

    async def providers(self, org: str, *, provider: str = "") -> tuple[Provider, ...]:
        """List what could be installed, or one of it.

        https://docs.sentry.io/api/integrations/get-integration-provider-information/

        Raises:
            NotFound: There is no such provider.
        """
        found = await self._api.get(
            Providers,
            path("organizations", org, "config", "integrations"),
            fresh_for=HOUR,
            providerKey=provider or None,
        )
        return found.providers

    async def code_mappings(
        self,
        org: str,
        *,
        integration: str = "",
        project: str = "",
        per_page: int = 50,
        cursor: str = "",
    ) -> Page[CodeMapping]:
        """List where projects' code is; `integration` and `project` are numbers.

        Unpublished; Sentry's own pages use it.
        """
        return await self._api.page(
            CodeMapping,
            path("organizations", org, "code-mappings"),
            cursor=cursor,
            fresh_for=MINUTE,
            integrationId=integration or None,
            project=project or None,
            per_page=per_page,
        )

    async def forwarders(self, org: str) -> tuple[Forwarder, ...]:
        """List what passes events on to other services.

        https://docs.sentry.io/api/integrations/
        """
        return await self._api.get(
            tuple[Forwarder, ...], path("organizations", org, "forwarding"), fresh_for=MINUTE
        )


def _names(it: Integration) -> set[str]:
    return {it.domain_name.lower(), it.provider.key.lower(), it.provider.name.lower()} - {""}


def _settings(form: Sequence[Any], filled: dict[str, Any]) -> Iterator[Setting]:
    """Say what each field is set to, as far as that can't be a secret."""
    for field in form:
        if is_object(field) and (label := field.get("label") or field.get("name")):
            yield Setting(label=str(label), value=_said(field, filled.get(str(field.get("name")))))


def _said(field: dict[str, Any], value: Any) -> str:
    """Tell flags, what was chosen from a list, and how much a table holds; no text typed in."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if is_array(value) or is_object(value):
        return f"{len(value)} {'entry' if len(value) == 1 else 'entries'}"
    if value in (None, ""):
        return "not set"
    return _choices(field.get("choices")).get(str(value), "set")


def _choices(told: Any) -> dict[str, str]:
    pairs = [each for each in told if is_array(each)] if is_array(told) else []
    return {str(each[0]): str(each[-1]) for each in pairs if each}

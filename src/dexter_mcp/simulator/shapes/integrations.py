"""Integrations, apps, repositories and tickets in the shapes of Sentry's API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dexter_mcp.simulator.memory.integrations import (
    App,
    Channel,
    CodeMapping,
    Integration,
    Repository,
    Ticket,
)
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that could be installed."""

    name: str
    features: Sequence[str]
    about: str
    can_disable: bool = False


_CODE = ("codeowners", "commits", "issue-basic", "stacktrace-link")
_CHAT = ("alert-rule", "chat-unfurl")
_ON_CALL = ("alert-rule", "incident-management")

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "bitbucket": Provider("Bitbucket", _CODE, "Tie commits and issues to Bitbucket."),
        "discord": Provider("Discord", _CHAT, "Tell a Discord server of issues."),
        "github": Provider("GitHub", _CODE, "Tie commits, code and issues to GitHub."),
        "gitlab": Provider("GitLab", _CODE, "Tie commits, code and issues to GitLab."),
        "jira": Provider("Jira", ("issue-basic", "issue-sync"), "Keep issues and Jira in step."),
        "msteams": Provider("Microsoft Teams", _CHAT, "Tell Teams channels of issues."),
        "opsgenie": Provider("Opsgenie", _ON_CALL, "Raise alerts in Opsgenie."),
        "pagerduty": Provider("PagerDuty", _ON_CALL, "Raise incidents in PagerDuty."),
        "slack": Provider("Slack", _CHAT, "Tell Slack channels of issues.", can_disable=True),
        "vercel": Provider("Vercel", ("deployment",), "Link Vercel deployments to releases."),
        "vsts": Provider("Azure DevOps", (*_CODE, "issue-sync"), "Tie code and work to Azure."),
    }
)


def provider_json(key: str) -> Json:
    """Shape a provider as it stands inside other things."""
    it = PROVIDERS[key]
    return {
        "key": key,
        "slug": key,
        "name": it.name,
        "canAdd": True,
        "canDisable": it.can_disable,
        "features": sorted(it.features),
    }


def catalogue_json(key: str) -> Json:
    """Shape a provider as the list of what could be installed has it.

    https://docs.sentry.io/api/integrations/get-integration-provider-information/
    """
    it = PROVIDERS[key]
    return provider_json(key) | {
        "metadata": {
            "description": it.about,
            "features": [{"description": it.about, "featureGate": each} for each in it.features],
            "author": "The Sentry Team",
            "noun": "Installation",
            "issue_url": "https://issues.example/new",
            "source_url": "https://source.example/integrations",
            "aspects": {},
        },
        "setupDialog": {"url": f"/setup/{key}/", "width": 600, "height": 600},
    }


def base_json(it: Integration) -> Json:
    """Shape an integration without what this organization made of it."""
    return {
        "id": it.id,
        "name": it.name,
        "icon": None,
        "domainName": it.domain or None,
        "accountType": it.account or None,
        "scopes": list(it.scopes) or None,
        "outOfDate": it.out_of_date,
        "status": it.status,
        "provider": provider_json(it.provider) | {"aspects": {}},
    }


def integration_json(world: World, it: Integration, *, with_config: bool = True) -> Json:
    """Shape an installed integration.

    https://docs.sentry.io/api/integrations/list-an-organizations-available-integrations/
    """
    config: Json = {"configOrganization": list(it.settings), "configData": dict(it.config)}
    return {
        **base_json(it),
        **(config if with_config else {}),
        "externalId": f"ext-{it.id}",
        "organizationId": int(world.organizations[it.org].id),
        "organizationIntegrationStatus": it.standing,
        "gracePeriodEnd": iso(it.grace_ends) if it.grace_ends else None,
    }


def channel_json(it: Channel, provider: str) -> Json:
    """Shape a channel of a chat. Unpublished."""
    sign = "" if provider == "msteams" else "#"
    return {"id": it.id, "name": it.name, "display": f"{sign}{it.name}", "type": it.kind}


def repository_json(it: Repository) -> Json:
    """Shape a repository.

    https://docs.sentry.io/api/organizations/list-an-organizations-repositories/
    """
    return {
        "id": it.id,
        "name": it.name,
        "url": it.url,
        "provider": _repository_provider(it),
        "status": it.status,
        "dateCreated": iso(it.added),
        "integrationId": it.integration or None,
        "externalSlug": it.name,
        "externalId": f"r{it.id}",
    }


def _repository_provider(it: Repository) -> Json:
    known = PROVIDERS.get(it.provider)
    if not (known and it.integration):
        return {"id": "unknown", "name": "Unknown Provider"}
    return {"id": f"integrations:{it.provider}", "name": known.name}


def code_mapping_json(world: World, it: CodeMapping, repository: Repository) -> Json:
    """Shape where a project's code is. Unpublished."""
    return {
        "id": it.id,
        "projectId": str(it.project),
        "projectSlug": world.projects[it.project].slug,
        "repoId": repository.id,
        "repoName": repository.name,
        "integrationId": repository.integration or None,
        "provider": provider_json(repository.provider),
        "stackRoot": it.stack_root,
        "sourceRoot": it.source_root,
        "defaultBranch": it.branch,
        "automaticallyGenerated": False,
    }


def installation_uuid(it: App) -> str:
    """Name the installation of an app, which has another number than the app."""
    return f"5e{it.uuid[2:]}"


def installation_json(it: App, org: str) -> Json:
    """Shape how an app stands in an organization.

    https://docs.sentry.io/api/integration/list-an-organizations-integration-platform-installations/
    """
    pending = it.installed[org] == "pending"
    return {
        "uuid": installation_uuid(it),
        "status": it.installed[org],
        "app": {"uuid": it.uuid, "slug": it.slug, "sentryAppId": it.id},
        "organization": {"slug": org},
        **({"code": f"grant-{it.uuid[:8]}"} if pending else {}),
    }


def app_json(world: World, it: App) -> Json:
    """Shape an app.

    https://docs.sentry.io/api/integration/retrieve-a-custom-integration-by-id-or-slug/
    """
    owner = world.organizations.get(it.org)
    return {
        "name": it.name,
        "slug": it.slug,
        "uuid": it.uuid,
        "status": it.status,
        "author": it.author or None,
        "overview": it.overview or None,
        "scopes": sorted(it.scopes),
        "events": list(it.events),
        "webhookEvents": [f"{each}.created" for each in it.events],
        "webhookHeaders": [],
        "webhookUrl": f"https://hooks.acme.test/{it.slug}?key=whk-{it.uuid[:8]}",
        "redirectUrl": None,
        "isAlertable": it.alerts,
        "isDisabled": it.disabled,
        "verifyInstall": it.status != "internal",
        "allowedOrigins": [],
        "avatars": [],
        "featureData": [],
        "metadata": "",
        "schema": "",
        "popularity": 1,
        "clientId": f"client-{it.uuid}",
        "clientSecret": f"s3cr3t-{it.uuid}",
        "owner": {"id": int(owner.id) if owner else 1, "slug": it.org},
        **it.settings,
    }


def ticket_json(it: Ticket) -> Json:
    """Shape a ticket as the integration that holds it tells of it. Unpublished."""
    return {
        "id": it.id,
        "key": it.key,
        "url": it.url,
        "title": it.title,
        "description": it.description,
        "displayName": it.key,
    }


def made_json(it: Ticket) -> Json:
    """Shape a ticket that was made or linked just now; its numbers are numbers.

    https://docs.sentry.io/api/integration/create-an-external-issue/
    """
    return {
        "id": int(it.id),
        "key": it.key,
        "url": it.url,
        "integrationId": int(it.source),
        "displayName": it.key,
    }


def linked_json(it: Ticket, where: Integration) -> Json:
    """Shape a ticket in an integration as the issue tells of it, without its address.

    https://docs.sentry.io/api/events/retrieve-an-issue/
    """
    told = {name: value for name, value in ticket_json(it).items() if name != "url"}
    return told | {"integrationKey": where.provider, "integrationName": where.name}


def app_ticket_json(it: Ticket) -> Json:
    """Shape a ticket that an app linked.

    https://docs.sentry.io/api/integration/retrieve-custom-integration-issue-links-for-the-given-sentry-issue/
    """
    return {
        "id": it.id,
        "issueId": str(it.issue),
        "serviceType": it.source,
        "displayName": it.key,
        "webUrl": it.url,
    }

"""Which app of the integration platform an alert calls: found among those that are installed.

An app that was made elsewhere shows its settings only once it is published. What could not be
checked goes as it was written, with a word on why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import Invalid, NotFound, Refused
from dexter_mcp.sentry.sentry_apps import AppRef, SentryApp
from dexter_mcp.views.untrusted import name

WEBHOOKS: Final = "webhooks"
"""The service that calls the addresses which a project itself has written down."""
BY_HAND: Final = (
    "takes a form of its own. Add that action in Sentry, or give it whole: `change_sentry` "
    "create_workflow or update_workflow."
)
_MOST: Final = 100
_LOOKED_AT: Final = 20
"""Apps made elsewhere whose settings are read one by one."""
_SHOWN: Final = 80


@dataclass(frozen=True)
class Installed:
    """An installed app; `about` is missing where its settings can't be seen."""

    ref: AppRef
    about: SentryApp | None = None

    @property
    def answers(self) -> bool:
        """Tell whether an alert can call it without filling in a form."""
        return bool(self.about and self.about.is_alertable and not self.about.takes_form)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Say why a call may not arrive."""
        if self.about is None:
            return (f"the settings of app {name(self.ref.slug)} could not be checked",)
        if self.about.is_disabled:
            return (f"app {name(self.ref.slug)} is disabled: it can't tell anybody",)
        return ()


async def meant(desk: Desk, org: str, kind: str, whom: str) -> Installed:
    """Find an app that alerts can call by its slug or its name.

    Raises:
        Invalid: None of those installed is called so, or alerts can't call it as it is.
    """
    there = await _installed(desk, org)
    found = _fitting(there, whom)
    known = [each.ref.slug for each in there if each.answers]
    among = ", ".join(map(name, [*known, *([WEBHOOKS] if kind == "webhook" else [])])) or "none"
    if not found:
        raise Invalid(
            f"`actions`: no app {whom[:_SHOWN]!r} is installed. Alerts can call: {among}."
        )
    if len(found) > 1:
        slugs = ", ".join(name(each.ref.slug) for each in found)
        raise Invalid(
            f"`actions`: several apps are called {whom[:_SHOWN]!r}. Write one of {slugs}."
        )
    about = found[0].about
    if about and not about.is_alertable:
        raise Invalid(
            f"`actions`: app {name(about.slug)} is not set to be an action of alerts. "
            f"Alerts can call: {among}."
        )
    if about and about.takes_form:
        raise Invalid(f"`actions`: app {name(about.slug)} {BY_HAND}")
    return found[0]


def _fitting(there: Sequence[Installed], whom: str) -> Sequence[Installed]:
    """Find it by its slug, or else by its name."""
    wanted = whom.casefold()
    by_slug = [each for each in there if each.ref.slug == wanted]
    return by_slug or [e for e in there if e.about and e.about.name.casefold() == wanted]


async def _installed(desk: Desk, org: str) -> Sequence[Installed]:
    apps = desk.sentry.sentry_apps
    page = await apps.installations(org, per_page=_MOST)
    refs = [each.app for each in page.items if each.status != "pending"]
    made = {each.slug: each for each in await apps.owned(org)}
    foreign = [each.slug for each in refs if each.slug not in made][:_LOOKED_AT]
    seen = made | {slug: app for slug in foreign if (app := await _published(desk, slug))}
    return [Installed(each, seen.get(each.slug)) for each in refs]


async def _published(desk: Desk, slug: str) -> SentryApp | None:
    try:
        return await desk.sentry.sentry_apps.get(slug)
    except (NotFound, Refused):
        return None

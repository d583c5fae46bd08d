"""What somebody asks of an alert, as it was written, and where it belongs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, Self

from dexter_mcp.changes.proposals.alert_bodies import DATASETS
from dexter_mcp.changes.proposals.alert_notation import seconds
from dexter_mcp.changes.proposals.alert_targets import owner
from dexter_mcp.insights.alerts_survey import Survey
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.projects import ProjectDetails

State = Literal["", "enabled", "disabled"]

_FREQUENCIES: Final = (0, 5, 10, 30, 60, 180, 720, 1440)
_SHORTEST, _LONGEST = 5, 43_200
_SETTINGS: Final = ("name", "owner", "environment", "frequency")
_LIMIT: Final = re.compile(r"(critical|warning|resolved)\s*[<>]")
_METRIC: Final = re.compile(
    r"(?P<measure>.+?)(?:\s+of\s+(?P<dataset>\w+))?(?:\s+where\s+(?P<query>\S.*))?"
)
_MEASURE: Final = "`count() in 10min`, `p95(span.duration) in 1h of spans where span.op:db`"
_NONE: Final = "none"
_MINUTE: Final = 60


@dataclass(frozen=True)
class Asked:
    """The arguments of a call; what is empty was not asked for."""

    name: str = ""
    actions: Sequence[str] = ()
    when: Sequence[str] = ()
    filters: Sequence[str] = ()
    frequency: str = ""
    thresholds: Sequence[str] = ()
    metric: str = ""
    query: str = ""
    dataset: str = ""
    environment: Sequence[str] = ()
    owner: str = ""
    state: State = ""

    @classmethod
    def read(
        cls,
        *,
        when: Sequence[str] = (),
        filters: Sequence[str] = (),
        metric: str = "",
        actions: Sequence[str] = (),
        settings: Sequence[str] = (),
        state: State = "",
    ) -> Self:
        """Read the arguments of a call.

        `when` holds occasions, or the thresholds of a metric, which says besides what it counts
        where: `count() in 10min of spans where span.op:db`.

        Raises:
            Invalid: A setting is none of those that there are, or the metric can't be read.
        """
        told = dict(_setting(each) for each in settings)
        measure = _METRIC.fullmatch(metric.strip())
        if metric and measure is None:
            raise Invalid(f"`metric` {metric[:80]!r} can't be read. Write {_MEASURE}.")
        words, limits = _parted(when)
        return cls(
            name=told.get("name", ""),
            when=words,
            filters=filters,
            actions=actions,
            frequency=told.get("frequency", ""),
            thresholds=limits,
            metric=measure["measure"] if measure else "",
            query=(measure["query"] or "") if measure else "",
            dataset=_dataset(measure["dataset"] or "") if measure else "",
            environment=[told["environment"]] if "environment" in told else [],
            owner=told.get("owner", ""),
            state=state,
        )

    @property
    def given(self) -> bool:
        """Tell whether anything was asked for."""
        return any(getattr(self, each.name) for each in fields(self))

    @property
    def said(self) -> str:
        """Say it in a line, as it was written."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        parts = [f"{name} {_spelt(value)}" for name, value in told.items() if value]
        return "; ".join(parts) or "every event"

    def minutes(self, found: Survey, *, usual: int) -> int:
        """Read how often it may act on one issue, in minutes.

        Raises:
            Invalid: Sentry has no such frequency.
        """
        if not self.frequency:
            return usual
        told = 0 if self.frequency in {"0", "always"} else seconds(self.frequency) // _MINUTE
        if found.old and not _SHORTEST <= told <= _LONGEST:
            raise Invalid("`frequency` of a rule lies between 5min and 30d.")
        if not found.old and told not in _FREQUENCIES:
            raise Invalid("`frequency` must be one of 0, 5min, 10min, 30min, 1h, 3h, 12h, 1d.")
        return told


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if name not in _SETTINGS or not equals or not value:
        valid = ", ".join(f"{each}=…" for each in _SETTINGS)
        raise Invalid(f"`settings` {text[:80]!r} is none of those that there are: {valid}.")
    return name, value


def _parted(when: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part occasions from thresholds."""
    words = [each.strip() for each in when]
    limits = [each for each in words if _LIMIT.match(each)]
    return [each for each in words if each not in limits], limits


def _dataset(named: str) -> str:
    if named and named not in DATASETS:
        raise Invalid(f"`metric`: there is no {named!r}. Valid are: {', '.join(DATASETS)}.")
    return named


def _spelt(value: Any) -> str:
    return value if isinstance(value, str) else ", ".join(map(str, value))


@dataclass(frozen=True)
class Draft:
    """An alert in the making: what is asked for, where, and what is there.

    `warnings` grow while its parts are looked up.
    """

    org: str
    name: str
    home: ProjectDetails | None
    found: Survey
    asked: Asked
    warnings: list[str] = field(default_factory=list[str])

    @property
    def key(self) -> str:
        """Spell its name so that equal ones are alike."""
        return self.name.casefold()

    @property
    def project(self) -> ProjectDetails:
        """Give its project.

        Raises:
            Invalid: It watches none as a whole.
        """
        if self.home is None:
            raise Invalid("It watches no project as a whole: change it with `change_sentry`.")
        return self.home

    async def standing(self, desk: Desk) -> dict[str, Any]:
        """Look up the owner and the environment, as far as they were asked for."""
        told = dict[str, Any]()
        if self.asked.owner:
            settled = await owner(desk, self.org, self.asked.owner, self.home)
            self.warnings.extend(settled.warnings)
            told["owner"] = settled.value
        if self.asked.environment:
            told["environment"] = self.environment
        return told

    @property
    def environment(self) -> str | None:
        """Read the environment asked for; `none` means all of them.

        Raises:
            Invalid: No event of the project came from it.
        """
        wanted = next(iter(self.asked.environment), "")
        if wanted.lower() in {_NONE, ""}:
            return None
        known = {each.raw for each in self.home.environments} if self.home else set[str]()
        if known and wanted not in known:
            raise Invalid(
                f"No event of {self.project.slug} came from the environment {wanted[:80]!r}. "
                "Leave it out, or name one that there is."
            )
        return wanted

"""Prompts: one Markdown template each, in `prompts/` at the top of the repository.

The lines between the dashes name the title, the description, the tool without which the prompt
leads nowhere, and the arguments, with what an absent one is taken for; the body is what the
assistant gets, with `$placeholders` filled in and without the tools that are not on offer.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from string import Template

from mcp import MCPError
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument
from mcp.types import INVALID_PARAMS

from dexter_mcp.views.authored import Offer, folder, front_matter

_ARGUMENT = re.compile(
    r"(?P<name>\w+)(?P<required> \(required\))?(?: \(default (?P<default>.+)\))?"
)
_ABOUT_THE_PROMPT = frozenset({"title", "description", "needs"})
_PHRASES = {
    "in_org": (" in the organization `{}`", "org"),
    "of_issue": (" of the issue `{}`", "issue"),
}
"""Placeholders that stand for half a sentence, and vanish when their argument is absent."""


def prompts(offer: Offer) -> Iterator[Prompt]:
    """Offer the prompts that the tools on offer can carry, fitted to these."""
    for file in sorted(folder("templates", "prompts").iterdir(), key=lambda file: file.name):
        front, body = front_matter(file.read_text(encoding="utf-8"))
        if front["needs"] in offer.offered:
            yield _prompt(file.name.removesuffix(".md"), front, offer.keep(body))


def _prompt(name: str, front: Mapping[str, str], body: str) -> Prompt:
    told = {
        found: said
        for key, said in front.items()
        if key not in _ABOUT_THE_PROMPT and (found := _ARGUMENT.fullmatch(key))
    }
    arguments = [
        PromptArgument(name=each["name"], description=said, required=bool(each["required"]))
        for each, said in told.items()
    ]
    usual = {each["name"]: each["default"] or "" for each in told}
    return Prompt(
        name=name,
        title=front["title"],
        description=front["description"],
        arguments=arguments,
        fn=_filler(Template(body), usual),
        context_kwarg=None,
    )


def _filler(template: Template, usual: Mapping[str, str]) -> Callable[..., str]:
    def fill(**given: str) -> str:
        values = {**usual} | {name: value.strip() for name, value in given.items() if value.strip()}
        phrases = {
            name: phrase.format(values[argument]) if values.get(argument) else ""
            for name, (phrase, argument) in _PHRASES.items()
        }
        return template.substitute(values, **phrases)

    return fill


def check(prompt: Prompt | None, name: str, given: dict[str, str], valid: list[str]) -> None:
    """Tell the user what is missing; the protocol's own error would only say that it failed.

    Raises:
        MCPError: There is no such prompt, or a required argument is absent.
    """
    if prompt is None:
        raise MCPError(
            INVALID_PARAMS, f"There is no prompt {name!r}. Valid are: {', '.join(valid)}."
        )
    for argument in prompt.arguments or []:
        if argument.required and not given.get(argument.name, "").strip():
            raise MCPError(
                INVALID_PARAMS,
                f"The prompt {name!r} needs `{argument.name}`: {argument.description}",
            )

"""Prompts: one Markdown template each, in `prompts/` at the top of the repository.

The lines between the dashes name the title, the description, the tool without which the prompt
leads nowhere, and the arguments; the body is what the assistant gets, with `$placeholders` filled
in and without the tools that are not on offer.
"""

from collections.abc import Callable, Iterator, Mapping
from string import Template

from mcp import MCPError
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument
from mcp.types import INVALID_PARAMS

from dexter_mcp.views.authored import Offer, folder, front_matter

_REQUIRED = " (required)"
_ABOUT_THE_PROMPT = frozenset({"title", "description", "needs"})
_PHRASES = {
    "in_org": (" in the organization `{}`", "org"),
    "of_issue": (" of the issue `{}`", "issue"),
}
"""Placeholders that stand for half a sentence, and vanish when their argument is absent."""
_DEFAULTS = {"period": "14d"}


def prompts(offer: Offer) -> Iterator[Prompt]:
    """Offer the prompts that the tools on offer can carry, fitted to these."""
    for file in sorted(folder("templates", "prompts").iterdir(), key=lambda file: file.name):
        front, body = front_matter(file.read_text(encoding="utf-8"))
        if front["needs"] in offer.offered:
            yield _prompt(file.name.removesuffix(".md"), front, offer.keep(body))


def _prompt(name: str, front: Mapping[str, str], body: str) -> Prompt:
    arguments = [
        PromptArgument(
            name=key.removesuffix(_REQUIRED),
            description=said,
            required=key.endswith(_REQUIRED),
        )
        for key, said in front.items()
        if key not in _ABOUT_THE_PROMPT
    ]
    return Prompt(
        name=name,
        title=front["title"],
        description=front["description"],
        arguments=arguments,
        fn=_filler(Template(body), arguments),
        context_kwarg=None,
    )


def _filler(template: Template, arguments: list[PromptArgument]) -> Callable[..., str]:
    blank = {argument.name: _DEFAULTS.get(argument.name, "") for argument in arguments}

    def fill(**given: str) -> str:
        values = blank | {name: value.strip() for name, value in given.items() if value.strip()}
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

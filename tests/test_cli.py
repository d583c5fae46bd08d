"""The command line: what a person types, and what they read."""

import json
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from mcp.types import Tool, ToolAnnotations

from dexter_mcp import __version__
from dexter_mcp.cli.arguments import flags, parse
from dexter_mcp.cli.colour import Palette
from dexter_mcp.cli.logs import JsonLines
from dexter_mcp.cli.screen import Screen
from dexter_mcp.cli.snippets import snippets
from dexter_mcp.cli.surface import table
from dexter_mcp.simulator import Simulator

TOKEN = "sntryu_invented0invented0invented"


def dexter(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    quiet = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SENTRY_", "DEXTER_")) and name not in {"FORCE_COLOR", "HOME"}
    }
    return subprocess.run(
        [sys.executable, "-m", "dexter_mcp", *words],
        env=quiet | {"HOME": "/nowhere"} | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


# The grammar


def test_help_shows_every_command_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse(["--help"])
    told = capsys.readouterr().out
    assert left.value.code == 0
    for word in (
        "demo",
        "doctor",
        "tools",
        "call",
        "changes",
        "audit",
        "simulator",
        "examples:",
        "SENTRY_AUTH_TOKEN",
    ):
        assert word in told


def test_the_version_is_told_without_importing_anything_heavy() -> None:
    script = (
        "import sys; from dexter_mcp.cli import run\n"
        "try: run(['--version'])\n"
        "except SystemExit: print(sorted({'mcp', 'pydantic', 'httpx2'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert told.split("\n")[:2] == [f"dexter-mcp {__version__}", "[]"]


def test_settings_may_stand_before_the_command_or_after_it() -> None:
    for words in (["--org", "acme", "doctor"], ["doctor", "--org", "acme"]):
        arguments = parse(words)
        assert arguments.command == "doctor"
        assert flags(arguments) == {"org": "acme"}
    assert parse(["--simulator", "tools"]).simulator
    assert parse(["tools", "--simulator"]).simulator


def test_without_a_command_it_serves() -> None:
    assert parse([]).command == "serve"
    assert parse(["--read-only"]).command == "serve"


def test_call_takes_text_json_and_lists() -> None:
    arguments = parse(
        ["call", "search_issues", "query=a=b:c", "limit:=5", "--json", "project=a", "project=b"]
    )
    assert arguments.json
    assert arguments.values == {"query": "a=b:c", "limit": 5, "project": ["a", "b"]}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["cal"], "invalid choice"),
        (["--nonsense"], "--nonsense"),
        (["call", "get_issue", "--nonsense"], "--nonsense"),
        (["call", "get_issue", "issue"], "neither key=value nor key:=json"),
        (["call", "get_issue", "=1"], "neither key=value nor key:=json"),
        (["call", "get_issue", "limit:=five"], "has no JSON"),
        (["call"], "required: TOOL; see dexter-mcp call --help."),
        (["simulator", "--port", "99999999"], "99999999 is no port; choose one from 0 to 65535"),
        (["simulator", "--port", "-1"], "-1 is no port"),
        (["simulator", "--port", "http"], "http is no port"),
    ],
)
def test_a_mistyped_command_line_gets_one_line_and_exit_code_2(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        parse(words)
    told = capsys.readouterr().err
    assert left.value.code == 2
    assert says in told
    assert told.count("\n") == 1


# The commands, as processes


@pytest.mark.parametrize("command", [[], ["doctor"], ["tools"]])
def test_a_malformed_setting_gets_one_sentence_and_exit_code_2(command: list[str]) -> None:
    result = dexter(*command, SENTRY_URL="sentry.test")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("dexter-mcp: SENTRY_URL is 'sentry.test'")
    assert result.stderr.count("\n") == 1


def test_an_unknown_toolset_is_a_malformed_setting() -> None:
    result = dexter("tools", "--toolsets", "cookery")
    assert result.returncode == 2
    assert "cookery" in result.stderr
    assert "default" in result.stderr


def test_tools_lists_the_surface_with_sizes() -> None:
    result = dexter("tools", PYTHONIOENCODING="cp1252")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert any(line.split()[:2] == ["search_issues", "reads"] for line in lines)
    assert "tokens in every conversation" in lines[-1]


def test_call_prints_what_the_model_would_read() -> None:
    result = dexter("--simulator", "call", "search_issues", "limit:=2")
    assert result.returncode == 0
    assert "is:unresolved" in result.stdout


def test_call_prints_the_whole_result_as_json() -> None:
    result = dexter("call", "search_issues", "--simulator", "--json", "limit=2")
    assert json.loads(result.stdout)["content"][0]["type"] == "text"


def test_call_fails_when_the_answer_is_an_error() -> None:
    result = dexter("--simulator", "call", "get_issue", "issue=NOWHERE-1")
    assert result.returncode == 1
    assert result.stdout


def test_a_call_without_a_token_says_how_to_set_one() -> None:
    result = dexter("call", "whoami")
    assert result.returncode == 1
    assert "SENTRY_AUTH_TOKEN" in result.stdout


def test_the_demo_plays_through_and_ends_with_the_snippets() -> None:
    result = dexter("demo", COLUMNS="60", NO_COLOR="1")
    assert result.returncode == 0, result.stderr
    assert "\x1b" not in result.stdout
    for part in (
        "search_issues",
        "get_issue(",
        "get_issue_tag",
        "list_alerts",
        "query_timeseries",
        "compare_releases",
        "/investigate_issue",
        "mcpServers",
    ):
        assert part in result.stdout


def test_a_reader_who_leaves_early_is_no_failure() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "dexter_mcp", "tools"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_the_simulator_prints_what_an_sdk_and_a_client_need() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "dexter_mcp", "simulator"],
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout
        told: dict[str, str] = {}
        while len(told) < 3:
            name, _, value = process.stdout.readline().strip().partition("=")
            if name.startswith("export "):
                told[name.removeprefix("export ")] = value
        try:
            headers = {"authorization": f"Bearer {told['SENTRY_AUTH_TOKEN']}"}
            reply = httpx2.get(f"{told['SENTRY_URL']}/api/0/organizations/", headers=headers)
        finally:
            process.terminate()
    assert reply.status_code == 200
    assert reply.json()
    key, _, rest = told["SENTRY_DSN"].removeprefix("http://").partition("@")
    assert key
    assert rest.startswith(told["SENTRY_URL"].removeprefix("http://"))


def test_the_simulator_names_the_project_that_its_dsn_reports_to(sample: Simulator) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "dexter_mcp", "simulator"],
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout
        told = next(line for line in process.stdout if line.startswith("with the last"))
        process.terminate()
    slugs = {project.slug for project in sample.world.projects.values()}
    assert told.split()[-1].removesuffix(".") in slugs


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        result = dexter("simulator", "--port", str(port))
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == f"dexter-mcp: port {port} is taken; choose another with --port.\n"


# What people look at


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_is_for_terminals_that_want_it(
    environment: dict[str, str], *, coloured: bool, tmp_path: Path
) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8") as stream:
        assert Palette.fitting(stream, environment).enabled is coloured


def test_the_screen_fits_a_narrow_terminal() -> None:
    lines: list[str] = []
    screen = Screen(Palette(enabled=False), columns=40, write=lines.append)
    screen.heading("a heading")
    screen.person("word " * 30)
    screen.entry("entry " * 30)
    screen.answer("  indented " + "text " * 30 + "\n\n" + "x" * 90, lines=99)
    assert max(map(len, lines)) <= 40


def test_the_screen_says_how_much_it_left_out() -> None:
    lines: list[str] = []
    screen = Screen(Palette(enabled=False), columns=40, write=lines.append)
    screen.answer("\n".join("abcdef"), lines=4)
    assert lines[-1] == "│ … and 2 more lines"


def test_the_snippets_start_the_server_for_each_host() -> None:
    command = ["/opt/dexter mcp/bin/dexter-mcp", "--simulator"]
    texts = dict(snippets(command))
    desktop, code, shell = texts.values()
    assert json.loads(desktop)["mcpServers"]["dexter"]["command"] == command[0]
    assert json.loads(code)["servers"]["dexter"]["args"] == ["--simulator"]
    assert shell == "claude mcp add dexter -- '/opt/dexter mcp/bin/dexter-mcp' --simulator"


def test_the_surface_names_each_tools_effect() -> None:
    def tool(name: str, hints: ToolAnnotations) -> Tool:
        return Tool(name=name, title=name.title(), input_schema={}, annotations=hints)

    rows = list(
        table(
            [
                tool("read", ToolAnnotations(read_only_hint=True)),
                tool("add", ToolAnnotations(read_only_hint=False, destructive_hint=False)),
                tool("remove", ToolAnnotations(read_only_hint=False, destructive_hint=True)),
            ]
        )
    )
    assert [row.split()[1] for row in rows[:3]] == ["reads", "writes", "destructive"]
    assert rows[-1].startswith("3 tools, ")


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("dexter", logging.WARNING, "x.py", 1, message, arguments, None)


@pytest.mark.parametrize(
    "said",
    [
        "header %s", "Authorization: Bearer %s", 'url "https://sentry.test/?token=%s"',
    ],
)  # fmt: skip
def test_the_log_never_holds_the_token(said: str) -> None:
    for token in ("0123456789abcdef" * 4, "sntrys_eyJhIjoxfQ==_abc", TOKEN):
        line = JsonLines(token).format(record(said, token))
        assert token not in line
        assert "[token]" in json.loads(line)["message"]


def test_the_log_strikes_out_tokens_that_are_not_ours() -> None:
    line = JsonLines().format(record("sent Bearer abcdef0123456789 and sntryi_123abc"))
    assert json.loads(line)["message"] == "sent Bearer [token] and [token]"


def test_a_log_entry_is_one_line_with_its_traceback() -> None:
    failure = ValueError(f"with {TOKEN}")
    about = (ValueError, failure, failure.__traceback__)
    entry = logging.LogRecord("dexter", logging.ERROR, "x.py", 1, "failed", (), about)
    line = JsonLines(TOKEN).format(entry)
    assert "\n" not in line
    assert TOKEN not in line
    assert "ValueError" in json.loads(line)["traceback"]

"""What a person may set: by flag, by environment, or in the file of Sentry's own command line."""

import configparser
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

LOG_LEVELS: Final = ("debug", "info", "warning", "error")
WRITES: Final = ("off", "ask", "allow")
_WORDS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


class SettingsError(ValueError):
    """A setting that can't be used: one clear sentence on which one, and what to give instead."""


@dataclass(frozen=True)
class Settings:
    """Where Sentry is, who we are there, how much of it we show, and how hard we press it.

    `url` has no trailing slash and may have a path (self-hosted). Deadlines are in seconds,
    `answer_budget` in characters. `writes` is one of `WRITES`; their caps count requests, and
    `most_targets` what a single change may touch. `token_source` names the place of the token,
    never the token.
    """

    url: str = "https://sentry.io"
    token: str = field(default="", repr=False)
    token_source: str = ""
    org: str = ""
    project: str = ""
    toolsets: tuple[str, ...] = ("default",)
    read_only: bool = False
    writes: str = "ask"
    writes_per_minute: int = 60
    writes_per_hour: int = 1_000
    most_targets: int = 1_000
    state_dir: str = ""
    structured: bool = False
    plain_http: bool = False
    requests_per_second: float = 10.0
    soft_deadline: float = 25.0
    hard_deadline: float = 50.0
    answer_budget: int = 24_000
    ca_bundle: str = ""
    client_certificate: str = ""
    client_key: str = field(default="", repr=False)
    log_level: str = "warning"

    @property
    def may_write(self) -> bool:
        """Tell whether anything may be changed at all."""
        return self.writes != "off" and not self.read_only

    @classmethod
    def read(
        cls,
        environment: Mapping[str, str],
        flags: Mapping[str, Any] | None = None,
        *,
        home: Path | None = None,
    ) -> Self:
        """Read every setting; a flag wins over the environment, and that over `~/.sentryclirc`.

        `flags` is keyed by field name, besides `token_file`; a value of None is a flag not given.
        Without `home` no file is looked for. `SENTRY_DSN` is never read: it names the project
        that the user's own program reports to, not the one that the assistant should see.

        Raises:
            SettingsError: A value is malformed, or plain HTTP would leave this machine.

        See https://docs.sentry.io/cli/configuration/.
        """
        given, file = flags or {}, _sentryclirc(home)
        found: dict[str, Any] = {
            variable.field: value
            for variable in VARIABLES
            if (value := variable.find(given, environment, file)) is not None
        }
        source, token = _find_token(given, environment, file)
        settings = cls(**found, token=token, token_source=source)
        _check(settings)
        return settings


@dataclass(frozen=True)
class Variable:
    """One thing that may be set: the flag and the environment variable are two names of it.

    `parse` raises `ValueError` with the end of a sentence that begins with the setting's name.
    """

    field: str
    environment: str
    meaning: str
    parse: Callable[[str], object]
    metavar: str = ""
    flag: str = ""

    @property
    def option(self) -> str:
        """Spell the flag as it is typed."""
        return self.flag or "--" + self.field.replace("_", "-")

    def find(
        self, flags: Mapping[str, Any], environment: Mapping[str, str], file: Mapping[str, str]
    ) -> object | None:
        """Look in each place, the nearest to the user first; an empty value is no value."""
        for name, text in (
            (self.option, flags.get(self.field)),
            (self.environment, environment.get(self.environment, "").strip()),
            (f"{self.field} in ~/.sentryclirc", file.get(self.field, "").strip()),
        ):
            if text in (None, ""):
                continue
            try:
                return self.parse(text) if isinstance(text, str) else text
            except ValueError as error:
                raise SettingsError(f"{name} {error}.") from None
        return None


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        raise ValueError("is no address; give one such as https://sentry.io") from None
    if parts.username is not None:
        raise ValueError("holds a user name, as a DSN does; give Sentry's own address")
    if not whole:
        raise ValueError(f"is {text!r}; give a whole address, such as https://sentry.io")
    if parts.query or parts.fragment:
        raise ValueError(f"is {text!r}; leave out everything from the ? or the # on")
    return text.rstrip("/").removesuffix("/api/0").rstrip("/")


def _slug(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError(f"is {text!r}; give the slug as it stands in Sentry's URLs, or the id")
    return text


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def _truth(text: str) -> bool:
    if text.lower() not in _WORDS:
        raise ValueError(f"is {text!r}; give 1 or 0")
    return _WORDS[text.lower()]


def _level(text: str) -> str:
    return _one_of(text, LOG_LEVELS)


def _mode(text: str) -> str:
    return _one_of(text, WRITES)


def _one_of(text: str, known: Sequence[str]) -> str:
    if text.lower() not in known:
        raise ValueError(f"is {text!r}; give one of {', '.join(known)}")
    return text.lower()


def _count(text: str) -> int:
    return int(_number(text, least=1, most=100_000))


def _targets(text: str) -> int:
    return int(_number(text, least=1, most=1_000))


def _seconds(text: str) -> float:
    return _number(text, most=3600)


def _rate(text: str) -> float:
    return _number(text, most=1000)


def _characters(text: str) -> int:
    return int(_number(text, least=1_000, most=40_000))


def _file(text: str) -> str:
    path = Path(text).expanduser()
    if not path.is_file():
        raise ValueError(f"names {text!r}, which is no file; give the path of one")
    return str(path)


def _folder(text: str) -> str:
    path = Path(text).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError(f"names {text!r}, which is no folder; give the path of one")
    return str(path)


def _number(text: str, *, least: float = 0, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not least <= number <= most or number == 0:
        bound = f"from {least:g} to" if least else "above 0, at most"
        raise ValueError(f"is {text!r}; give a number {bound} {most:g}")
    return number


VARIABLES: Final = (
    Variable("url", "SENTRY_URL", "where Sentry is", _address, "URL"),
    Variable("org", "SENTRY_ORG", "organization to use when a call names none", _slug, "SLUG"),
    Variable("project", "SENTRY_PROJECT", "likewise for the project", _slug, "SLUG"),
    Variable("toolsets", "DEXTER_TOOLSETS", "tools to offer, or all", _list, "NAME,…"),
    Variable("read_only", "DEXTER_READ_ONLY", "offer no tool that writes", _truth),
    Variable(
        "writes", "DEXTER_WRITES", f"whether to change Sentry: {', '.join(WRITES)}", _mode, "MODE"
    ),
    Variable(
        "writes_per_minute", "DEXTER_WRITES_PER_MINUTE", "requests a minute that may write",
        _count, "N",
    ),
    Variable("writes_per_hour", "DEXTER_WRITES_PER_HOUR", "likewise an hour", _count, "N"),
    Variable("most_targets", "DEXTER_MOST_TARGETS", "targets of a single change", _targets, "N"),
    Variable("state_dir", "DEXTER_STATE_DIR", "folder for changes and their log", _folder, "PATH"),
    Variable(
        "structured", "DEXTER_STRUCTURED", "answer programs too: schemas and structured content",
        _truth,
    ),
    Variable(
        "plain_http", "DEXTER_INSECURE_HTTP", "send the token over http:// beyond this machine",
        _truth, flag="--insecure-http",
    ),
    Variable(
        "requests_per_second", "DEXTER_REQUESTS_PER_SECOND", "requests to Sentry per second",
        _rate, "N",
    ),
    Variable(
        "soft_deadline", "DEXTER_SOFT_DEADLINE", "seconds until a call answers with what it has",
        _seconds, "S",
    ),
    Variable("hard_deadline", "DEXTER_HARD_DEADLINE", "seconds until a call ends", _seconds, "S"),
    Variable("answer_budget", "DEXTER_ANSWER_BUDGET", "characters per answer", _characters, "N"),
    Variable("ca_bundle", "DEXTER_CA_BUNDLE", "file of a private authority", _file, "PATH"),
    Variable(
        "client_certificate", "DEXTER_CLIENT_CERTIFICATE", "certificate to show to Sentry",
        _file, "PATH",
    ),
    Variable("client_key", "DEXTER_CLIENT_KEY", "its key, if not in the same file", _file, "PATH"),
    Variable("log_level", "DEXTER_LOG_LEVEL", f"one of {', '.join(LOG_LEVELS)}", _level, "LEVEL"),
)  # fmt: skip


def _check(settings: Settings) -> None:
    parts = urlsplit(settings.url)
    if parts.scheme == "http" and not settings.plain_http and not is_loopback(parts.hostname or ""):
        raise SettingsError(
            f"{settings.url} would send the token unencrypted; use https://, "
            "or give --insecure-http if you mean it."
        )
    if settings.soft_deadline > settings.hard_deadline:
        raise SettingsError(
            f"The soft deadline ({settings.soft_deadline:g} s) is after the hard one "
            f"({settings.hard_deadline:g} s); give --soft-deadline the smaller number."
        )


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _find_token(
    flags: Mapping[str, Any], environment: Mapping[str, str], file: Mapping[str, str]
) -> tuple[str, str]:
    for source, text in _tokens(flags, environment, file):
        if token := text.strip():
            return source, _usable(source, re.sub(r"(?i)^bearer\s+", "", token))
    return "", ""


def _tokens(
    flags: Mapping[str, Any], environment: Mapping[str, str], file: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    yield "--token-file", _contents("--token-file", flags.get("token_file") or "")
    for name in ("SENTRY_AUTH_TOKEN", "SENTRY_ACCESS_TOKEN"):
        yield name, environment.get(name, "")
    name = "SENTRY_AUTH_TOKEN_FILE"
    yield name, _contents(name, environment.get(name, ""))
    yield "~/.sentryclirc", file.get("token", "")


def _contents(source: str, path: str) -> str:
    if not path.strip():
        return ""
    try:
        text = Path(path.strip()).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SettingsError(
            f"{source} names {path!r}, which can't be read ({reason}); "
            "give a file that holds the token alone."
        ) from None
    if not text.strip():
        raise SettingsError(f"{source} names {path!r}, which is empty; put the token into it.")
    return text


def _usable(source: str, token: str) -> str:
    """Refuse, without showing it, what can't be a token."""
    if token.startswith("${"):
        problem = "was passed on by your MCP client unexpanded; write the token itself there"
    elif "://" in token:
        problem = "holds an address, perhaps a DSN; give an auth token, such as sntryu_…"
    elif not re.fullmatch(r"[!-~]+", token):
        problem = "holds blanks or special characters; copy the token from Sentry again"
    else:
        return token
    raise SettingsError(f"{source} {problem}.")


def _sentryclirc(home: Path | None) -> Mapping[str, str]:
    """Read the file that Sentry's own command line writes at `sentry-cli login`."""
    if home is None:
        return {}
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(home / ".sentryclirc", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError) as error:
        raise SettingsError(
            f"~/.sentryclirc can't be read ({type(error).__name__}); mend it or move it away."
        ) from None
    values = {name: parser.get("defaults", name, fallback="") for name in ("url", "org", "project")}
    return values | {"token": parser.get("auth", "token", fallback="")}

"""Keys, tokens, passwords and card numbers, taken out of text before it is shown or cut.

Two kinds of evidence count. A *shape* that only a secret has (`ghp_…`, a private key, a card
number whose check digit is right) is enough by itself. A *telltale name* (`password`,
`api_key`) makes a secret of whatever is assigned to it, unless that is plainly code, a
placeholder or a sentence. High entropy alone is no evidence: event ids, trace ids and commit
hashes have it too.

Every pattern is anchored at a literal and never scans the same text twice, so that the time
is linear whatever the text.
"""

import re
from dataclasses import dataclass
from typing import Final

_START: Final = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"
"""Where a token may begin: not inside a word, but right after an escaped line break."""

_UNSEEN: Final = r"(?!\[redacted)"


@dataclass(frozen=True)
class _Shape:
    """What a secret looks like, and the literals without which a text can't hold one.

    The group `secret` is what is replaced; without such a group it is the whole match.
    """

    kind: str
    pattern: re.Pattern[str]
    literals: tuple[str, ...]

    def redact(self, text: str) -> str:
        """Replace the secrets of this shape."""
        return self.pattern.sub(self._replaced, text)

    def _replaced(self, match: re.Match[str]) -> str:
        group = "secret" if "secret" in self.pattern.groupindex else 0
        start, end = (place - match.start() for place in match.span(group))
        return match[0][:start] + _redacted(self.kind) + match[0][end:]


def _shape(kind: str, pattern: str, *literals: str) -> _Shape:
    return _Shape(kind, re.compile(pattern), literals)


def _token(kind: str, pattern: str, *literals: str) -> _Shape:
    return _shape(f"{kind} token", _START + pattern, *literals)


def _key(kind: str, pattern: str, *literals: str) -> _Shape:
    return _shape(f"{kind} key", _START + pattern, *literals)


_BREAK: Final = r"(?:\s|\\+[nrt])"
_PRIVATE_KEY: Final = (
    r"-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:[^-]|-(?!----))*+-----END (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
    rf"|(?:{_BREAK}*+[A-Za-z0-9+/=]{{16,}}+)++(?:{_BREAK}++[A-Za-z0-9+/=]++)?+)?+"
)
_URL_PASSWORD: Final = (
    r"://[^\s/:@\"'<>]{0,256}+:(?!\*+@|\[Filtered\])"
    rf"{_UNSEEN}(?P<secret>[^\s/?#\"'<>]+)(?=@)"
)

_SHAPES: Final = (
    _shape("private key", _PRIVATE_KEY, "-----BEGIN "),
    _key("private", r"AGE-SECRET-KEY-1[A-Z0-9]{20,}+", "AGE-SECRET-KEY-1"),
    _shape("password", _URL_PASSWORD, "://"),
    _token("JSON web", r"eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?+", "eyJ"),
    _key("aws", r"A(?:KI|SI|BI|CC)A[A-Z0-9]{16}(?![A-Za-z0-9])", "AKIA", "ASIA", "ABIA", "ACCA"),
    _key("google", r"AIza[\w-]{35}", "AIza"),
    _key("google", r"(?:ya29\.|GOCSPX-)[\w.-]{20,}+", "ya29.", "GOCSPX-"),
    _token("github", r"gh[pousr]_[A-Za-z0-9]{16,}+", "gh"),
    _token("github", r"github_pat_\w{16,}+", "github_pat_"),
    _token("gitlab", r"gl(?:pat|ptt|dt|rt|cbt|ft|oas|soat|agent|imt)-[\w-]{20,}+", "gl"),
    _token("slack", r"xox[a-z]-[\w-]{10,}+", "xox"),
    _token("slack", r"xapp-[\w-]{10,}+", "xapp-"),
    _shape("slack webhook", r"hooks\.slack\.com/(?P<secret>[a-z]{1,12}/[\w/-]{16,}+)", "hooks.s"),
    _shape("discord webhook", r"/api/webhooks/\d{1,24}/(?P<secret>[\w-]{16,}+)", "/webhooks/"),
    _key("stripe", r"[rs]k_(?:live|test)_\w{10,}+", "k_live_", "k_test_"),
    _key("stripe", r"whsec_[\w+/=]{16,}+", "whsec_"),
    _token("sentry", r"sntr[a-z]{2}_[\w+/=-]{16,}+", "sntr"),
    _key("anthropic", r"sk-ant-[\w-]{16,}+", "sk-ant-"),
    _key("openai", r"sk-(?:proj|svcacct|admin|or)-[\w-]{16,}+", "sk-"),
    _key("openai", r"sk-(?=[A-Za-z]*+\d)[A-Za-z0-9]{20,}+", "sk-"),
    _token("npm", r"npm_[A-Za-z0-9]{30,}+", "npm_"),
    _token("pypi", r"pypi-[\w-]{20,}+", "pypi-"),
    _key("sendgrid", r"SG\.[\w-]{16,}+\.[\w-]{16,}+", "SG."),
    _key("twilio", r"SK[0-9a-f]{32}(?![\w-])", "SK"),
    _key("mailgun", r"key-[0-9a-f]{32}(?![\w-])", "key-"),
    _token("digitalocean", r"do[opr]_v1_[0-9a-f]{32,}+", "_v1_"),
    _token("shopify", r"shp[a-z]{2}_[0-9a-fA-F]{32}", "shp"),
    _token("hugging face", r"hf_[A-Za-z0-9]{30,}+", "hf_"),
    _token("vault", r"hv[sb]\.[\w-]{24,}+", "hvs.", "hvb."),
    _token("databricks", r"dapi[0-9a-f]{32}", "dapi"),
    _token("linear", r"lin_(?:api|oauth)_\w{16,}+", "lin_"),
    _token("atlassian", r"AT[A-Z]{2}T3[\w=-]{20,}+", "T3"),
    _token("telegram", r"\d{8,10}:AA[\w-]{33}", ":AA"),
)
"""Shapes of which one look is enough. The order matters where a prefix belongs to two."""

_BY_LITERAL: Final = tuple((literal, shape) for shape in _SHAPES for literal in shape.literals)
"""In the order of the shapes: most texts hold no literal, and to see that must cost little."""

_CARD: Final = re.compile(r"(?<![\w.+-])[2-6]\d{2,3}(?:[ -]?\d){9,15}+(?![\w-]|\.\d)")
_CARD_PREFIX: Final = re.compile(
    r"4(?:\d{12}|\d{15})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|35\d{14}|6(?:011|5\d\d|4[4-9]\d|2\d\d)\d{12}"
)
_SENTRY_IDS: Final = range(2**52, 4_520_000_000_000_000)
"""Sentry numbers its organizations and projects from 2⁵² on, in the middle of Visa's range."""

_NAMES: Final = (
    ("authorization", r"authorization"),
    ("cookie", r"set[-_ ]?cookie|cookies?"),
    ("session", r"session[-_ ]?(?:id|key)|php[-_]?sessid|jsessionid|connect\.sid"),
    ("csrf token", r"[cx]srf(?:[-_]?(?:middleware[-_]?)?token)?"),
    ("card number", r"(?:credit[-_ ]?)?card[-_ ]?(?:number|no)|credit[-_ ]?card|cvv2?|cvc2?"),
    ("private key", r"private[-_ ]?key"),
    ("aws key", r"aws[-_ ]?secret[-_ ]?(?:access[-_ ]?)?key|secret[-_ ]?access[-_ ]?key"),
    ("api key", r"(?:api|access|account|auth|signing|encryption|master|service)[-_ ]?key"),
    ("password", r"pass[-_ ]?(?:word|wd|phrase|code)|[_.?&-](?:pass|pwd)|(?-i:[Pp]wd)"),
    ("secret", r"client[-_ ]?secret|secret[-_ ]?key|secret"),
    ("credential", r"credentials?|x-amz-signature|x-amz-security-token|[?&]sig(?:nature)?"),
    ("token", r"(?:access|auth|refresh|id|bearer|session|api|security)[-_ ]?token|token|jwt|otp"),
)
"""What a name must end in, but for a suffix, to make a secret of its value."""
_SUFFIX: Final = (
    r"(?:[-_]?(?:value|hash|digest|confirm(?:ation)?|old|new|raw|plain|text|[0-9]{1,2}))?"
)
_HINTS: Final = (
    *("pass", "pwd", "secret", "token", "key", "auth", "cookie", "sess", "csrf", "xsrf"),
    *("card", "cvv", "cvc", "cred", "sig", "jwt", "otp", "x-a"),
)
"""Every name holds one of these; a text without any is spared the search."""

_NAME: Final = rf"(?:{'|'.join(cores for _, cores in _NAMES)}){_SUFFIX}"
_KINDS: Final = tuple((kind, re.compile(cores, re.IGNORECASE)) for kind, cores in _NAMES)
_KEY: Final = re.compile(rf"{_NAME}\Z", re.IGNORECASE)

_SCHEME: Final = r"(?:bearer|basic|token|bot|apikey)"
_CREDENTIALS: Final = re.compile(
    rf"(?P<lead>authorization[\"']?\s*+[:=]\s*+[\"']?{_SCHEME}\s++){_UNSEEN}(?![.{{<$*])[^\s\"',;]++"
    rf"|\b(?P<bearer>bearer\s++){_UNSEEN}(?=[A-Za-z._~+/-]*+[0-9])[\w.~+/-]{{12,}}+=*+"
    r"|\b(?P<basic>basic\s++)[A-Za-z0-9+/]{8,}+={1,2}+",
    re.IGNORECASE,
)
_HEADER_LINE: Final = re.compile(
    r"\b(?P<lead>(?P<name>authorization|set-cookie2?|cookie)\s*+:\s*+)"
    rf"(?!{_SCHEME}(?:\s|\Z)){_UNSEEN}[^\s\"'](?:=\"[^\"\r\n]*+\"|[^\r\n\"'])*+",
    re.IGNORECASE,
)
_HEADER_PAIR: Final = re.compile(
    r"(?P<lead>[\[(]\s*+[\"'](?P<name>(?:proxy-)?authorization|set-cookie2?|cookie|x-[a-z-]{0,20}?"
    rf"(?:key|token))[\"']\s*+,\s*+(?P<quote>[\"'])\s*+){_UNSEEN}(?:(?!(?P=quote)).)++",
    re.IGNORECASE,
)

_ASSIGNED: Final = re.compile(
    rf"(?P<name>{_NAME})(?P<mid>(?:\\*+[\"'`]\]?)?+\s*+(?:=>|:=|=(?![=~>])|:(?!:|//)|%3D)\s*+)"
    r"(?:(?P<open>[\[(]?\s*+[burf]{0,2}(?P<quote>\"\"\"|'''|```|\\*+[\"'`])\s*+)"
    rf"{_UNSEEN}(?P<quoted>(?:(?!(?P=quote))(?:\\.|.))++)"
    rf"|(?![burf]{{1,2}}[\"'`]){_UNSEEN}(?P<plain>[^\s\"'`,;&<>\u2039)\]}}|]++))"
    rf"|(?P<tag><(?:[\w:.-]{{0,40}}?{_NAME})>){_UNSEEN}[^<>]++(?=</)",
    re.IGNORECASE,
)

_NO_SECRET: Final = re.compile(
    r"none|null|nil|undefined|nan|true|false|yes|no|on|off|str|secretstr|string|int|integer|number"
    r"|bool|boolean|bytes|any|object|optional|required|missing|invalid|empty|unset|expired|include"
    r"|omit|same-origin|await|new|function|async|lambda|typeof|n/a|[^a-z0-9]*",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = re.compile(
    r"\[(?:filtered|redacted|removed|hidden|masked|scrubbed)|[<\u2039]|\*{3}|\$\{|\$\(|\$[A-Z_]+\Z"
    r"|\{|%[s(]|\.\.\.|…",
    re.IGNORECASE,
)
_BLANK_TO_FILL: Final = re.compile(r"[{<][A-Za-z_][\w.]*+[}>]")
_SENTENCE: Final = re.compile(r"[A-Z][a-z']*+ [a-z]++ [\w' ]|[A-Z][a-z]++ [a-z]++[.!]")
_CODE: Final = re.compile(
    r"[A-Za-z_$][\w.$]*+[(\[]|[A-Za-z_]++(?:\.[A-Za-z_]++)++\Z"
    r"|(?:self|this|cls|os|process|env|config|settings|request|req|args|kwargs|options|opts|params"
    r"|props|state|user|data|body|form|ctx|context|event|app)\.[A-Za-z_$]"
)
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$.]+")
_PROSE_BEFORE: Final = re.compile(r"(?:expected|illegal|invalid|unknown|bad) $", re.IGNORECASE)
_LINE_BEFORE: Final = re.compile(r"(?:.*\n|\A)[ \t-]*[\w.-]*", re.DOTALL)
_LOOK_BACK: Final = 48
_LONG_ENOUGH: Final = 6
_LONG_EVEN_IN_PROSE: Final = 16
_MOST_PASSES: Final = 6


def redact(text: str) -> str:
    """Replace each secret in a text by `[redacted: …]`, which names its kind.

    Ids, hashes and ordinary words are left alone. Redacting again changes nothing: it has been
    tried already, because what stands beside one secret may show another for what it is.
    """
    for _ in range(_MOST_PASSES):
        before, text = text, _redacted_once(text)
        if text == before:
            break
    return text


def _redacted_once(text: str) -> str:
    for shape in [shape for literal, shape in _BY_LITERAL if literal in text]:
        text = shape.redact(text)
    text = _CREDENTIALS.sub(_without_credentials, text)
    lower = text.lower()
    if any(hint in lower for hint in _HINTS):
        text = _HEADER_PAIR.sub(_without_header, text)
        text = _HEADER_LINE.sub(_without_header, text)
        text = _ASSIGNED.sub(_without_assigned, text)
    return _CARD.sub(_without_card, text)


def redact_value(key: str, value: str) -> str:
    """Replace the value of a header, variable or cookie if its name or its shape is telltale."""
    named = _KEY.search(key)
    if not named or _holds_nothing(value):
        return redact(value)
    return _redacted(_kind(named[0]))


def _redacted(kind: str) -> str:
    return f"[redacted: {kind}]"


def _kind(name: str) -> str:
    return next((kind for kind, cores in _KINDS if cores.search(name)), "secret")


def _holds_nothing(value: str) -> bool:
    bare = value.strip().strip("\"'")
    if _NO_SECRET.fullmatch(bare):
        return True
    return bool(_PLACEHOLDER.match(bare) or _BLANK_TO_FILL.search(bare))


def _without_credentials(match: re.Match[str]) -> str:
    lead = match["lead"] or match["bearer"] or match["basic"]
    return lead + _redacted("authorization")


def _without_header(match: re.Match[str]) -> str:
    return match["lead"] + _redacted(_kind(match["name"]))


def _without_assigned(match: re.Match[str]) -> str:
    if match["tag"]:
        return match["tag"] + _redacted(_kind(match["tag"]))
    if _spared(match):
        return match[0]
    return match["name"] + match["mid"] + (match["open"] or "") + _redacted(_kind(match["name"]))


def _spared(match: re.Match[str]) -> bool:
    value = match["quoted"] or match["plain"]
    if _holds_nothing(value):
        return True
    before = match.string[max(0, match.start() - _LOOK_BACK) : match.start()]
    if _PROSE_BEFORE.search(before):
        return not _tells(value, _LONG_EVEN_IN_PROSE)
    if match["quoted"]:
        return bool(_SENTENCE.match(value))
    return _is_code(value) or (":" in match["mid"] and not _is_setting(match, before))


def _is_code(value: str) -> bool:
    is_name = _IDENTIFIER.fullmatch(value) and _KEY.search(value)
    return bool(is_name or _CODE.match(value))


def _is_setting(match: re.Match[str], before: str) -> bool:
    """Tell `password: x` in a configuration from "password: x" in a sentence."""
    if _tells(match["plain"], _LONG_ENOUGH):
        return True
    after = match.string[match.end() : match.end() + _LOOK_BACK].lstrip(" \t")
    return after[:1] in {"", "\n"} and bool(_LINE_BEFORE.fullmatch(before))


def _tells(value: str, long_enough: int) -> bool:
    return len(value) >= long_enough and any(character.isdigit() for character in value)


def _without_card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    if not _CARD_PREFIX.fullmatch(digits) or not _luhn(digits):
        return match[0]
    is_id = match[0] == digits and int(digits) in _SENTRY_IDS
    return digits if is_id else _redacted("card number")


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0

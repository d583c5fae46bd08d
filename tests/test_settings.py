from pathlib import Path

import pytest

from dexter_mcp.settings import Settings, SettingsError, is_loopback

TOKEN = "sntryu_invented"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".sentryclirc").write_text(
        "[defaults]\nurl = https://sentry.test/\norg = acme\n[auth]\ntoken = sntryu_from_file\n",
        encoding="utf-8",
    )
    return tmp_path


def refusal(environment: dict[str, str], flags: dict[str, object] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.read(environment, flags)
    return str(caught.value)


def test_nothing_set_means_sentry_io_and_no_token() -> None:
    assert Settings.read({}) == Settings()


def test_the_names_of_sentrys_own_tools_are_read() -> None:
    settings = Settings.read(
        {
            "SENTRY_AUTH_TOKEN": TOKEN,
            "SENTRY_URL": "https://sentry.test/",
            "SENTRY_ORG": "acme",
            "SENTRY_PROJECT": "shop",
        }
    )
    assert settings.url == "https://sentry.test"
    assert (settings.token, settings.token_source) == (TOKEN, "SENTRY_AUTH_TOKEN")
    assert (settings.org, settings.project) == ("acme", "shop")


def test_our_own_settings_are_named_dexter() -> None:
    settings = Settings.read(
        {
            "DEXTER_TOOLSETS": "default, alerts,default",
            "DEXTER_READ_ONLY": "1",
            "DEXTER_SOFT_DEADLINE": "5",
            "DEXTER_ANSWER_BUDGET": "30000",
            "DEXTER_LOG_LEVEL": "INFO",
        }
    )
    assert settings.toolsets == ("default", "alerts")
    assert settings.read_only
    assert (settings.soft_deadline, settings.answer_budget) == (5.0, 30_000)
    assert settings.log_level == "info"


def test_writing_is_asked_about_unless_told_otherwise() -> None:
    settings = Settings.read({})
    assert (settings.writes, settings.may_write) == ("ask", True)
    assert (settings.writes_per_minute, settings.writes_per_hour) == (60, 1_000)
    assert (settings.most_targets, settings.state_dir) == (1_000, "")


def test_writing_has_settings_of_its_own(tmp_path: Path) -> None:
    settings = Settings.read(
        {
            "DEXTER_WRITES": "Allow",
            "DEXTER_WRITES_PER_MINUTE": "5",
            "DEXTER_WRITES_PER_HOUR": "50",
            "DEXTER_MOST_TARGETS": "20",
            "DEXTER_STATE_DIR": str(tmp_path / "not there yet"),
        }
    )
    assert settings.writes == "allow"
    assert (settings.writes_per_minute, settings.writes_per_hour) == (5, 50)
    assert settings.most_targets == 20
    assert settings.state_dir == str(tmp_path / "not there yet")


@pytest.mark.parametrize(
    ("given", "may_write"),
    [
        ({"writes": "off"}, False),
        ({"writes": "ask"}, True),
        ({"writes": "allow"}, True),
        ({"writes": "allow", "read_only": "1"}, False),
    ],
)
def test_read_only_wins_over_every_way_of_writing(
    given: dict[str, object], *, may_write: bool
) -> None:
    assert Settings.read({}, given).may_write is may_write


def test_the_state_folder_must_not_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "state"
    file.touch()
    assert "which is no folder" in refusal({"DEXTER_STATE_DIR": str(file)})


def test_a_flag_wins_over_the_environment_and_that_over_the_file(home: Path) -> None:
    environment = {"SENTRY_URL": "https://other.test"}
    settings = Settings.read(environment, {"org": "globex", "project": None}, home=home)
    assert (settings.org, settings.project, settings.url) == ("globex", "", "https://other.test")


def test_an_empty_variable_is_no_variable(home: Path) -> None:
    settings = Settings.read({"SENTRY_URL": " ", "SENTRY_AUTH_TOKEN": ""}, home=home)
    assert settings.url == "https://sentry.test"
    assert settings.token_source == "~/.sentryclirc"


def test_a_false_flag_turns_off_what_the_environment_turned_on() -> None:
    assert not Settings.read({"DEXTER_READ_ONLY": "yes"}, {"read_only": False}).read_only


def test_the_token_is_found_where_sentry_cli_put_it(home: Path) -> None:
    settings = Settings.read({}, home=home)
    assert (settings.token, settings.org) == ("sntryu_from_file", "acme")


def test_no_file_is_looked_for_without_a_home() -> None:
    assert Settings.read({"HOME": "/nowhere"}).token == ""


def test_a_broken_sentryclirc_is_named(tmp_path: Path) -> None:
    (tmp_path / ".sentryclirc").write_text("token without section", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"~/\.sentryclirc can't be read"):
        Settings.read({}, home=tmp_path)


def test_the_token_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    by_variable = Settings.read({"SENTRY_AUTH_TOKEN_FILE": str(file)})
    assert (by_variable.token, by_variable.token_source) == (TOKEN, "SENTRY_AUTH_TOKEN_FILE")
    by_flag = Settings.read({"SENTRY_AUTH_TOKEN": "sntryu_other"}, {"token_file": str(file)})
    assert (by_flag.token, by_flag.token_source) == (TOKEN, "--token-file")


def test_the_older_name_of_the_token_works_too() -> None:
    assert Settings.read({"SENTRY_ACCESS_TOKEN": TOKEN}).token == TOKEN


def test_a_token_copied_with_its_scheme_is_understood() -> None:
    assert Settings.read({"SENTRY_AUTH_TOKEN": f" Bearer {TOKEN} "}).token == TOKEN


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("${SENTRY_AUTH_TOKEN}", "unexpanded"),
        ("${input:token}", "unexpanded"),
        ("https://abc@o1.ingest.sentry.test/2", "perhaps a DSN"),
        ("two words", "blanks"),
        ("sntryu_é", "special characters"),
    ],
)
def test_what_can_be_no_token_is_refused_unseen(value: str, says: str) -> None:
    told = refusal({"SENTRY_AUTH_TOKEN": value})
    assert told.startswith("SENTRY_AUTH_TOKEN ")
    assert says in told
    assert value not in told


def test_a_token_file_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "absent")
    assert missing in refusal({"SENTRY_AUTH_TOKEN_FILE": missing})
    empty = tmp_path / "empty"
    empty.touch()
    assert "is empty" in refusal({}, {"token_file": str(empty)})
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    assert "it is no text" in refusal({}, {"token_file": str(binary)})


def test_the_dsn_of_the_users_own_program_is_never_used() -> None:
    assert Settings.read({"SENTRY_DSN": "https://k@o1.ingest.sentry.test/2"}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SENTRY_URL", "sentry.test"),
        ("SENTRY_URL", "ftp://sentry.test"),
        ("SENTRY_URL", "https://key@sentry.test"),
        ("SENTRY_URL", "https://sentry.test/?a=b"),
        ("SENTRY_URL", "https://sentry.test:port"),
        ("SENTRY_URL", "https://[sentry"),
        ("SENTRY_ORG", "https://acme.sentry.test"),
        ("SENTRY_PROJECT", "a/b"),
        ("DEXTER_REQUESTS_PER_SECOND", "fast"),
        ("DEXTER_REQUESTS_PER_SECOND", "0"),
        ("DEXTER_SOFT_DEADLINE", "nan"),
        ("DEXTER_HARD_DEADLINE", "-1"),
        ("DEXTER_ANSWER_BUDGET", "99999999"),
        ("DEXTER_READ_ONLY", "perhaps"),
        ("DEXTER_LOG_LEVEL", "loud"),
        ("DEXTER_WRITES", "sometimes"),
        ("DEXTER_WRITES_PER_MINUTE", "0"),
        ("DEXTER_WRITES_PER_HOUR", "-3"),
        ("DEXTER_MOST_TARGETS", "1001"),
    ],
)
def test_a_malformed_setting_is_one_sentence_that_names_it(name: str, value: str) -> None:
    told = refusal({name: value})
    assert told.startswith(f"{name} ")
    assert told.endswith(".")
    assert "\n" not in told


def test_a_malformed_flag_is_named_as_it_was_typed() -> None:
    assert refusal({}, {"plain_http": "maybe"}).startswith("--insecure-http ")
    assert refusal({}, {"log_level": "loud"}).startswith("--log-level ")


def test_a_url_may_have_a_path_and_lose_the_api_suffix() -> None:
    assert Settings.read({"SENTRY_URL": "https://a.test/sentry/"}).url == "https://a.test/sentry"
    assert Settings.read({"SENTRY_URL": "https://a.test/api/0/"}).url == "https://a.test"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "a.localhost"])
def test_plain_http_is_fine_on_this_machine(host: str) -> None:
    assert Settings.read({"SENTRY_URL": f"http://{host}:9000"}).url == f"http://{host}:9000"


def test_plain_http_elsewhere_takes_an_explicit_flag() -> None:
    environment = {"SENTRY_URL": "http://sentry.test"}
    assert "--insecure-http" in refusal(environment)
    assert Settings.read(environment, {"plain_http": "yes"}).url == "http://sentry.test"


def test_a_name_that_begins_like_loopback_is_not_loopback() -> None:
    assert not is_loopback("127.0.0.1.sentry.test")
    assert not is_loopback("localhost.sentry.test")


def test_deadlines_in_the_wrong_order_are_refused() -> None:
    assert "--soft-deadline" in refusal({}, {"soft_deadline": "30", "hard_deadline": "20"})


def test_the_token_is_not_shown_with_the_settings() -> None:
    assert TOKEN not in repr(Settings.read({"SENTRY_AUTH_TOKEN": TOKEN}))

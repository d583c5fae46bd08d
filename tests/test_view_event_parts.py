"""The parts of an event as a model reads them."""

from dexter_mcp.sentry.attachments import Attachment
from dexter_mcp.sentry.commits import Committer
from dexter_mcp.sentry.events import Event
from invented import ago, an_event, an_issue, context, frame, raised, shown


class TestEventParts:
    def test_a_request_is_shown_without_its_secrets(self) -> None:
        request = {
            "method": "POST",
            "url": "https://shop.test/pay",
            "query": [["lang", "nb"], ["access_token", "abcdef123456"]],
            "data": {"amount": 3},
            "headers": [
                ["Authorization", "Bearer abcdef123456"],
                ["Content-Type", "application/json"],
                ["Accept", "*/*"],
            ],
            "cookies": [["sessionid", "abcdef123456"]],
        }
        text = shown(context(event=an_event(("request", request))))
        assert "request:\nPOST https://shop.test/pay\n" in text
        assert "query lang=nb, access_token=[redacted: token]" in text
        assert 'body {"amount": 3}' in text
        assert "Content-Type: application/json" in text
        assert "Accept" not in text
        whole = shown(context(event=an_event(("request", request))), "request")
        assert "cookie sessionid=[redacted: session]" in whole
        assert "Accept: */*" in whole
        assert "abcdef123456" not in text + whole

    def test_breadcrumbs_run_backwards_from_the_event(self) -> None:
        crumbs = [
            {"timestamp": ago(minutes=4, seconds=9), "category": "query", "message": "SELECT"},
            {
                "timestamp": ago(minutes=4, seconds=3),
                "category": "log",
                "message": "slow",
                "level": "warning",
            },
            {
                "timestamp": ago(minutes=4, seconds=1),
                "category": "navigation",
                "data": {"from": "/", "to": "/cart"},
            },
            {
                "timestamp": ago(minutes=4, seconds=0.5),
                "category": "http",
                "data": {"method": "POST", "url": "https://api.test/", "status_code": 503},
            },
        ]
        text = shown(context(event=an_event(("breadcrumbs", {"values": crumbs}))))
        assert (
            "breadcrumbs:\n"
            "-0.5s http: POST https://api.test/ 503\n"
            "-1s navigation: / → /cart\n"
            "-3s warning: slow\n"
            "-9s query: SELECT\n" in text
        )

    def test_breadcrumbs_that_repeat_share_a_line_and_the_newest_are_kept(self) -> None:
        crumbs = [{"message": "poll"}] * 30 + [{"message": f"step {n}"} for n in range(8)]
        event = an_event(("breadcrumbs", {"values": crumbs}))
        text = shown(context(event=event))
        assert "step 7" in text
        assert "poll" not in text
        assert "… 30 earlier (include=breadcrumbs)" in text
        assert "poll (30 times)" in shown(context(event=event), "breadcrumbs")

    def test_a_user_is_named_by_id_one_more_and_place(self) -> None:
        user = {
            "id": "88",
            "email": "ana@shopper.test",
            "ip_address": "203.0.113.9",
            "geo": {"city": "Oslo", "region": "Norway", "country_code": "NO"},
        }
        assert "user:\nid 88, ana@shopper.test, Oslo, NO\n" in shown(
            context(event=an_event(user=user))
        )
        assert "IP 203.0.113.9" in shown(context(event=an_event(user=user)), "user")

    def test_contexts_tell_what_it_ran_on(self) -> None:
        contexts = {
            "runtime": {"name": "CPython", "version": "3.13.2"},
            "device": {"model": "iPhone15,2", "type": "device"},
            "trace": {"trace_id": "c0ffee", "span_id": "00"},
            "cart": {"type": "cart", "lines": 3},
            "culture": {"timezone": "Europe/Oslo"},
        }
        text = shown(context(event=an_event(contexts=contexts)))
        assert (
            "context:\nruntime CPython 3.13.2, device iPhone15,2\ncart: lines=3\ntrace c0ffee\n"
            in text
        )
        assert "Oslo" in shown(context(event=an_event(contexts=contexts)), "contexts")

    def test_a_logged_message_that_is_the_title_is_said_once(self) -> None:
        said = "Attempt 3 was late"
        event = an_event(("message", {"formatted": said}), title=said)
        assert shown(context(issue=an_issue(title=said), event=event)).count(said) == 1

    def test_a_message_beside_an_exception_is_shown(self) -> None:
        entries = [
            {"type": "exception", "data": {"values": [raised(frame())]}},
            {"type": "message", "data": {"formatted": "could not change the cart"}},
        ]
        event = Event.model_validate({"id": "e", "entries": entries})
        assert "could not change the cart" in shown(context(event=event))

    def test_spans_alike_share_a_line(self) -> None:
        query = {"op": "db", "description": "SELECT 1", "start_timestamp": 1.0, "timestamp": 1.04}
        render = {"op": "view", "description": "cart", "start_timestamp": 1.0, "timestamp": 1.1}
        evidence = [
            {"name": "Offending Spans", "value": "db - SELECT 1", "important": True},
            {"name": "Repeating Spans", "value": "25", "important": False},
        ]
        slow = an_event(
            ("spans", [render, *[query] * 25]), occurrence={"evidenceDisplay": evidence}
        )
        text = shown(context(event=slow))
        assert "spans:\n1 s, 25 times: db SELECT 1\n100 ms: view cart" in text
        assert "Repeating Spans: 25" in text
        assert "Offending" not in text

    def test_a_policy_report_says_what_was_blocked(self) -> None:
        report = {
            "effective_directive": "script-src",
            "violated_directive": "script-src",
            "blocked_uri": "https://evil.test/x.js",
        }
        text = shown(context(event=an_event(("csp", report))))
        assert "effective_directive: script-src\nblocked_uri: https://evil.test/x.js\n" in text

    def test_what_a_customer_wrote_is_shown(self) -> None:
        told = {"message": "The button did nothing", "contact_email": "ana@shopper.test"}
        report = {"comments": "It was blue"}
        event = an_event(contexts={"feedback": told}, userReport=report)
        text = shown(context(event=event))
        assert "The button did nothing\nana@shopper.test" in text
        assert "It was blue" in text

    def test_a_missing_source_map_is_named(self) -> None:
        faults = [{"type": "js_no_source", "message": "Source map was not found"}] * 3
        text = shown(context(event=an_event(errors=faults)))
        assert "Sentry could not process: Source map was not found (3 times)" in text

    def test_extra_data_is_shown_and_the_rest_is_offered(self) -> None:
        extra = {f"key{number}": number for number in range(9)}
        text = shown(context(event=an_event(context=extra)))
        assert "extra:\nkey0=0\n" in text
        assert "… 3 more (include=extra)" in text
        assert "key8=8" in shown(context(event=an_event(context=extra)), "extra")


class TestSurroundings:
    def test_suspect_commits_and_files_are_named(self) -> None:
        commit = {
            "id": "5b7e0c1d9a44",
            "message": "cart: change in place\n\nlong story",
            "dateCreated": ago(days=2),
            "pullRequest": {"externalUrl": "https://git.test/pull/7"},
        }
        suspect = Committer.model_validate({"author": {"name": "Mira"}, "commits": [commit]})
        file = Attachment.model_validate({"id": "1", "name": "screen.png", "size": 20_480})
        text = shown(context(suspects=(suspect,), attachments=(file,)))
        assert (
            "suspect commits:\n5b7e0c1d9 cart: change in place, by Mira, 2 d ago, "
            "https://git.test/pull/7\n" in text
        )
        assert "attachments:\nscreen.png (20 KiB)" in text

    def test_releases_and_tickets_are_named(self) -> None:
        issue = an_issue(
            firstRelease={"version": "2.8.4"},
            lastRelease={"version": "2.9.0"},
            integrationIssues=[{"key": "PAY-7", "integrationName": "Acme Jira", "title": "Odd"}],
            sentryAppIssues=[
                {"displayName": "D#1", "serviceType": "desk", "webUrl": "https://desk.test/1"}
            ],
            userReportCount=2,
        )
        text = shown(context(issue=issue))
        assert "first in release 2.8.4, last in 2.9.0\n" in text
        assert "ticket PAY-7, Acme Jira\nticket D#1, app desk, https://desk.test/1\n" in text
        assert "2 user reports (include=feedback)\n" in text

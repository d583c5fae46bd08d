"""Exceptions and their frames as a model reads them."""

import pytest

from invented import Json, an_event, context, failing, frame, library, raised, shown


class TestStackTrace:
    def test_the_crash_is_shown_with_source_and_variables(self) -> None:
        text = shown(context(event=failing(raised(frame(vars={"sku": "'MUG'", "quantity": "2"})))))
        assert (
            "KeyError: 'MUG-0042'\n"
            "  at shop/cart.py:3 Cart.change\n"
            "      line 1\n"
            "      line 2\n"
            "    > line 3\n"
            "      line 4\n"
            "      line 5\n"
            "    sku='MUG', quantity=2\n" in text
        )

    def test_the_title_is_not_said_twice(self) -> None:
        assert shown(context()).count("KeyError: 'MUG-0042'") == 1

    def test_the_innermost_call_comes_first_and_libraries_share_a_line(self) -> None:
        stack = raised(library(), library("django.views"), frame(), library("psycopg.cursor"))
        lines = shown(context(event=failing(stack))).split("\n")
        calls = [line.strip() for line in lines if line.startswith("  ") and line[2] != " "]
        assert calls == [
            "in psycopg/cursor.py:9 handle",
            "at shop/cart.py:3 Cart.change",
            "… 2 frames in django",
        ]

    def test_a_cause_stands_below_what_it_caused(self) -> None:
        cause = raised(library("psycopg.cursor"), kind="Deadlock", value="deadlock detected")
        effect = raised(frame(), kind="OperationalError", value="deadlock detected", module="db")
        text = shown(context(event=failing(cause, effect)))
        assert "db.OperationalError: deadlock detected" in text
        assert "caused by Deadlock (same text)" in text
        assert text.index("OperationalError") < text.index("caused by")

    def test_source_is_shown_once_for_a_chain_that_passes_the_same_place(self) -> None:
        text = shown(context(event=failing(raised(frame()), raised(frame(), kind="Other"))))
        assert text.count("> line 3") == 1
        assert text.count("at shop/cart.py:3") == 2

    def test_recursion_takes_one_line(self) -> None:
        text = shown(context(event=failing(raised(*[frame()] * 900))))
        assert "shop/cart.py:3 Cart.change (900 times)" in text

    def test_a_java_call_is_named_by_its_class(self) -> None:
        java = frame(filename="Stock.java", module="test.acme.Stock", function="reserve")
        text = shown(context(event=failing(raised(java))))
        assert "at test.acme.Stock.reserve (Stock.java:3)" in text

    def test_a_call_without_source_tells_its_column(self) -> None:
        minified = frame(filename="https://cdn.test/app.js", module=None, context=[], colNo=512)
        assert "https://cdn.test/app.js:3:512" in shown(context(event=failing(raised(minified))))

    @pytest.mark.parametrize(
        ("path", "module", "library"),
        [
            ("node_modules/@react/dom/index.js", "", "@react/dom"),
            ("vendor/pq.go", "github.com/lib/pq/conn", "github.com/lib/pq"),
            ("Pool.java", "com.zaxxer.hikari.Pool", "com.zaxxer"),
            ("https://widget.test/frame.js", "", "widget.test"),
            ("celery/app.py", "celery.app", "celery"),
            ("", "", "libraries"),
        ],
    )
    def test_a_library_is_named_as_its_language_names_it(
        self, path: str, module: str, library: str
    ) -> None:
        call: Json = {"filename": path, "module": module, "function": "f", "inApp": False}
        calls = [{**call, "lineNo": number} for number in range(4)]
        assert f"frames in {library}\n" in shown(
            context(event=failing(raised(*calls, frame(), frame(9))))
        )

    def test_secrets_in_variables_are_redacted(self) -> None:
        text = shown(context(event=failing(raised(frame(vars={"password": "'hunter2-example'"})))))
        assert "hunter2" not in text
        assert "password=[redacted: password]" in text

    def test_a_secret_that_runs_over_lines_of_source_is_redacted(self) -> None:
        dashes = "-" * 5
        source = [
            [2, f"KEY = '''{dashes}BEGIN RSA PRIVATE KEY{dashes}"],
            [3, "MIIBOgIBAAJBAKexampleexampleexample"],
            [4, "exampleexampleexampleexampleexample"],
        ]
        text = shown(context(event=failing(raised(frame(context=source)))))
        assert "example" not in text
        assert "[redacted: private key]" in text

    def test_an_address_in_memory_is_no_variable(self) -> None:
        text = shown(context(event=failing(raised(frame(vars={"self": "<Cart at 0x7f3a90c1>"})))))
        assert "0x7f3a" not in text

    def test_a_crashed_thread_stands_in_for_an_exception(self) -> None:
        thread = {"id": 1, "name": "main", "crashed": True, "stacktrace": {"frames": [frame()]}}
        idle = {"id": 2, "name": "pool", "stacktrace": {"frames": [frame()]}}
        crash = an_event(("threads", {"values": [idle, thread]}))
        text = shown(context(event=crash))
        assert "threads:\nmain, crashed\n  at shop/cart.py:3" in text
        assert "… 1 more thread (include=threads)" in text
        assert "pool" in shown(context(event=crash), "threads")

"""Tags and their values as a model reads them."""

from typing import Any

from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.tags import Tag, TagValue
from dexter_mcp.views import tags
from invented import FENCE, NOW, Json, ago, context, shown


class TestTags:
    def tag(self, key: str, *values: tuple[str, int], unique: int | None = None) -> Tag:
        return Tag.model_validate(
            {
                "key": key,
                "totalValues": sum(count for _, count in values),
                "uniqueValues": len(values) if unique is None else unique,
                "topValues": [
                    {"key": key, "value": value, "count": count, "lastSeen": ago(hours=3)}
                    for value, count in values
                ],
            }
        )

    def test_what_sets_an_issue_apart_is_shown_with_shares(self) -> None:
        told = (
            self.tag("browser", ("Firefox 141", 66), ("Chrome 128", 34)),
            self.tag("browser.name", ("Firefox", 66), ("Chrome", 34)),
            self.tag("country", ("NO", 40), ("SE", 30), ("DK", 30)),
            self.tag("os", ("Linux", 100)),
        )
        text = shown(context(tags=told))
        assert "tags:\nbrowser: Firefox 141 66%, Chrome 128 34%\nalways: os Linux\n" in text
        assert "country: NO 40%, SE 30%, DK 30%" in shown(context(tags=told), "tags")

    def test_an_overview_shows_each_tag_with_its_commonest_values(self) -> None:
        told = (self.tag("browser", ("Firefox", 66), ("Chrome", 20), ("Edge", 8), ("Opera", 6)),)
        text = tags.overview(told, issue="4410", fence=FENCE).text
        assert "1 tag of issue 4410" in text
        assert "browser|4|Firefox 66%, Chrome 20%, Edge 8%, … 1 more" in text

    def test_an_issue_without_tags_is_no_error(self) -> None:
        assert "no tags" in tags.overview((), issue="4410", fence=FENCE).text

    def distribution(self, *values: Json, **page: Any) -> str:
        items = [TagValue.model_validate({"key": "browser", **value}) for value in values]
        return tags.distribution(
            self.tag("browser", ("Firefox", 121), ("Chrome", 61)),
            Page[TagValue](items=items, **page),
            issue="4410",
            sort="count",
            fence=FENCE,
            now=NOW,
        ).text

    def test_a_distribution_shows_counts_shares_and_since_when(self) -> None:
        seen = {"firstSeen": ago(days=3), "lastSeen": ago(minutes=5)}
        text = self.distribution({"value": "Firefox", "count": 121, **seen}, next_cursor="c")
        assert "2 values in 182 events of issue 4410, sort: count" in text
        assert "browser|events|share|last seen|first seen\nFirefox|121|66%|5 min|3 d" in text
        assert text.endswith("next page: cursor=c")

    def test_an_empty_value_can_be_seen(self) -> None:
        assert "(empty)|3" in self.distribution({"value": "", "count": 3})

    def test_a_tag_that_no_event_has_says_how_to_find_others(self) -> None:
        assert "Leave `tag` out" in self.distribution()

    def test_a_value_is_redacted_for_the_name_of_its_tag(self) -> None:
        secret = self.tag("api_key", ("a1b2c3d4e5", 10), ("b1b2c3d4e5", 2))
        assert "a1b2c3d4e5" not in shown(context(tags=(secret,)), "tags")

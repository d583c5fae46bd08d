"""Who the token is, as a model reads it."""

from typing import Any

from dexter_mcp.sentry.identity import Identity
from dexter_mcp.sentry.organizations import Organization
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views import identity
from dexter_mcp.views.answer import Failed
from dexter_mcp.views.identity import Access


class TestWhoami:
    def access(self, **more: Any) -> str:
        acme = Organization.model_validate({"id": "1", "slug": "acme", "name": "Acme Shop"})
        parts: dict[str, Any] = {
            "identity": Identity.model_validate(
                {
                    "user": {"name": "Mira Voss", "email": "mira@acme.test"},
                    "auth": {"scopes": ["org:read", "event:read"]},
                }
            ),
            "kind": "user",
            "url": "https://sentry.test",
            "regions": {"us": "https://us.test"},
            "organizations": Page[Organization](items=[acme]),
            "default_org": "",
            "default_project": "",
            "failed": (),
        }
        return identity.whoami(Access(**parts | more)).text

    def test_it_says_whose_token_it_is_and_what_it_may_do(self) -> None:
        assert self.access() == (
            "user token of Mira Voss (mira@acme.test) at https://sentry.test\n"
            "scopes: event:read, org:read\n"
            "organizations: acme (Acme Shop)"
        )

    def test_regions_and_defaults_are_said_where_there_are_any(self) -> None:
        regions = {"us": "https://us.test", "de": "https://de.test"}
        text = self.access(regions=regions, default_org="acme", default_project="checkout")
        assert "regions: us https://us.test, de https://de.test" in text
        assert "defaults: org=acme, project=checkout" in text

    def test_a_token_that_acts_for_nobody_is_one_too(self) -> None:
        text = self.access(identity=Identity(), kind="unknown")
        assert text.startswith(
            "token of an unknown kind at https://sentry.test\nscopes: none known"
        )

    def test_what_did_not_come_is_named(self) -> None:
        failed = (Failed("regions", "No permission."),)
        assert self.access(failed=failed).endswith("failed: regions (No permission)")

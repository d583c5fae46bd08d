"""Organizations and projects in lists."""

from dexter_mcp.sentry.organizations import Organization
from dexter_mcp.sentry.projects import Project
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views import organizations, projects
from invented import FENCE, Json, fenced


class TestOrganizationsAndProjects:
    def test_an_organization_is_a_line(self) -> None:
        acme = {
            "id": "1",
            "slug": "acme",
            "name": "Acme Shop",
            "links": {"organizationUrl": "https://acme.test", "regionUrl": "https://us.test"},
        }
        page = Page[Organization](items=[Organization.model_validate(acme)])
        text = organizations.listing(page, query="").text
        assert "1 organization\n" in text
        assert "acme|Acme Shop|https://acme.test" in text
        assert "us.test" not in text

    def test_no_organization_says_what_to_do(self) -> None:
        page = Page[Organization](items=[])
        assert "Leave out `query`." in organizations.listing(page, query="x").text
        assert "whoami" in organizations.listing(page, query="").text

    def listing(self, *found: Json, query: str = "") -> str:
        page = Page[Project](items=[Project.model_validate(each) for each in found])
        return projects.listing(page, org="acme", query=query, fence=FENCE).text

    def test_a_project_is_a_line(self) -> None:
        checkout = {
            "id": "3",
            "slug": "checkout",
            "name": "Till",
            "platform": "python",
            "teams": [{"slug": "payments"}],
            "environments": [f"env{number}" for number in range(7)],
            "latestRelease": {"version": "2.9.0"},
        }
        text = self.listing(checkout)
        assert "checkout|Till|python|payments|2.9.0|env0, env1, env2, env3, env4, … 2 more" in text

    def test_a_name_that_is_the_slug_is_not_repeated(self) -> None:
        assert "Mobile App" not in self.listing(
            {"id": "3", "slug": "mobile-app", "name": "Mobile App"}
        )

    def test_names_of_releases_stand_in_the_fence(self) -> None:
        text = self.listing({"id": "3", "slug": "a", "latestRelease": "canary"})
        assert "canary" in fenced(text)

    def test_no_project_says_what_to_do(self) -> None:
        assert "Leave out `query`." in self.listing(query="x")
        assert "whoami" in self.listing()

"""Releases, their deploys and their files, as continuous integration writes them."""

from hashlib import sha1
from typing import Any

import pytest

from contract import ORG, PROJECT, complaint
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.integrations import Repository
from small_world import BORN, Caller, story

pytestmark = pytest.mark.anyio

RELEASES = "/organizations/acme/releases/"
NEW, OLD = f"{RELEASES}checkout@1.1.0/", f"{RELEASES}checkout@1.0.0/"
FILES = f"{NEW}files/"
OF_PROJECT = "/projects/acme/checkout/releases/checkout@1.1.0/files/"


async def refused(
    caller: Caller, method: str, path: str, body: Any, status: int = 400
) -> dict[str, Any]:
    reply = await caller.send(method, path, body)
    assert reply.status_code == status, reply.text
    return reply.json()


async def upload(caller: Caller, path: str = FILES, **more: Any) -> Any:
    file = ("app.js", b"alert(1)", "text/javascript")
    return await caller.http.post(f"/api/0{path}", files={"file": file}, data=more)


async def test_a_release_is_made_and_found_at_once(caller: Caller) -> None:
    told = {
        "version": "web@2.0.0+7",
        "projects": ["web", "checkout"],
        "ref": "5b7e0c1",
        "url": "https://ci.test/7",
        "dateReleased": "2026-08-12T08:00:00Z",
    }
    made = await caller.send("POST", RELEASES, told)
    assert made.status_code == 201
    assert complaint(f"{ORG}releases/", made.json(), "post") == ""
    found = await caller.read(f"{RELEASES}web@2.0.0+7/")
    assert found == made.json()
    assert {project["slug"] for project in found["projects"]} == {"web", "checkout"}
    assert (found["ref"], found["url"], found["status"]) == ("5b7e0c1", "https://ci.test/7", "open")
    assert found["dateReleased"] == "2026-08-12T08:00:00Z"
    assert (await caller.read(RELEASES))[0]["version"] == "web@2.0.0+7"


async def test_a_release_that_is_not_out_has_no_date(caller: Caller) -> None:
    await caller.send("POST", RELEASES, {"version": "1", "projects": ["web"]})
    assert (await caller.read(f"{RELEASES}1/"))["dateReleased"] is None
    reply = await caller.send("PUT", f"{RELEASES}1/", {"dateReleased": "2026-08-12T09:00:00"})
    assert reply.json()["dateReleased"] == "2026-08-12T09:00:00Z"


async def test_making_a_release_again_says_so_and_may_add_a_project(
    world: World, caller: Caller
) -> None:
    web = world.project("acme", "web")
    assert web
    again = {"version": "checkout@1.1.0", "projects": ["checkout"], "ref": "other"}
    reply = await caller.send("POST", RELEASES, again)
    assert (reply.status_code, reply.json()["ref"]) == (208, None)
    reply = await caller.send("POST", RELEASES, again | {"projects": [web.id]})
    assert reply.status_code == 201
    assert [project["slug"] for project in reply.json()["projects"]] == ["checkout", "web"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, {"version": ["This field is required."], "projects": ["This field is required."]}),
        ({"version": "a/b"}, {"version": ["Release with name a/b is not allowed"]}),
        ({"version": "Latest"}, {"version": ["Release with name Latest is not allowed"]}),
        ({"version": ".."}, {"version": ["Release with name .. is not allowed"]}),
        (
            {"version": "v" * 201},
            {"version": ["Ensure this field has no more than 200 characters."]},
        ),
        ({"projects": ["banana"]}, {"projects": ["Invalid project ids or slugs"]}),
        (
            {"projects": "web"},
            {"projects": ['Expected a list of items but got type "str".']},
        ),
        ({"url": "nowhere"}, {"url": ["Enter a valid URL."]}),
        ({"status": "lost"}, {"status": ["Invalid status lost"]}),
        ({"owner": "nobody"}, {"owner": ["Unknown actor input"]}),
        (
            {"refs": [{"repository": "acme/none", "commit": "1"}]},
            {"refs": ["Invalid repository names: acme/none"]},
        ),
        (
            {"commits": [{"id": "1"}, {}]},
            {"commits": [{}, {"id": ["This field is required."]}]},
        ),
        (
            {"headCommits": [{"repository": "acme/none", "currentId": "1"}]},
            {"refs": ["Invalid repository names: acme/none"]},
        ),
    ],
)
async def test_a_release_that_can_not_be_is_refused(
    caller: Caller, body: dict[str, Any], said: dict[str, Any]
) -> None:
    told = ({"version": "9", "projects": ["web"]} | body) if body else {}
    assert await refused(caller, "POST", RELEASES, told) == said
    assert len(await caller.read(RELEASES)) == 2


async def test_commits_are_those_of_the_release_from_then_on(caller: Caller) -> None:
    commits = [
        {
            "id": "aa11",
            "message": "feat: pay later",
            "repository": "acme/shop",
            "author_name": "Ines K",
            "author_email": "ines@acme.test",
            "timestamp": "2026-08-11T10:00:00Z",
            "patch_set": [{"path": "pay.py", "type": "A"}, {"path": "old.py", "type": "D"}],
        },
        {"id": "bb22", "author_name": "A Guest"},
    ]
    reply = await caller.send("PUT", NEW, {"commits": commits})
    assert complaint(f"{ORG}releases/{{version}}/", reply.json(), "put") == ""
    assert reply.json()["commitCount"] == 2
    first, second = await caller.read(f"{NEW}commits/")
    assert (first["id"], first["author"]["name"]) == ("aa11", "Ines K")
    assert (first["repository"]["name"], first["dateCreated"]) == (
        "acme/shop",
        "2026-08-11T10:00:00Z",
    )
    assert second["author"] == {"name": "A Guest", "email": "aguest@localhost"}
    changed = {file["filename"]: file["type"] for file in await caller.read(f"{NEW}commitfiles/")}
    assert changed == {"pay.py": "A", "old.py": "D"}
    (repository,) = await caller.read("/organizations/acme/repos/")
    made_in = await caller.read(f"/organizations/acme/repos/{repository['id']}/commits/")
    assert [commit["id"] for commit in made_in] == ["aa11"]


async def test_refs_name_repositories_that_are_known(world: World, caller: Caller) -> None:
    world.integrations.repositories.append(Repository("11", "acme", "acme/shop", "", BORN))
    head = {"repository": "acme/shop", "commit": "cc33"}
    assert (await caller.send("PUT", NEW, {"refs": [head]})).status_code == 200
    release = world.release("acme", "checkout@1.1.0")
    assert release
    assert release.heads == [head | {"previousCommit": None}]


async def test_an_archived_release_is_listed_as_such(caller: Caller) -> None:
    reply = await caller.send("PUT", OLD, {"status": "archived"})
    assert (reply.status_code, reply.json()["status"]) == (200, "archived")
    listed = {
        status: [release["version"] for release in await caller.read(RELEASES, status=status)]
        for status in ("open", "archived")
    }
    assert listed == {"open": ["checkout@1.1.0"], "archived": ["checkout@1.0.0"]}


async def test_what_an_update_does_not_name_stays(caller: Caller) -> None:
    await caller.send("PUT", NEW, {"ref": "5b7e0c1", "owner": "mira@acme.test"})
    reply = await caller.send("PUT", NEW, {"url": "https://ci.test/8", "unheard": 1})
    told = reply.json()
    assert (told["ref"], told["url"], told["commitCount"]) == ("5b7e0c1", "https://ci.test/8", 1)
    assert told["owner"]["email"] == "mira@acme.test"


async def test_a_deleted_release_is_gone_and_one_in_use_stays(world: World, caller: Caller) -> None:
    world.tell("acme", story(releases={"checkout@1.1.0": 1}))
    said = await refused(caller, "DELETE", NEW, None)
    assert said == {"detail": "This release is referenced by active issues and cannot be removed."}
    assert (await caller.send("DELETE", OLD)).status_code == 204
    assert (await caller.refusal(OLD))[0] == 404
    assert [release["version"] for release in await caller.read(RELEASES)] == ["checkout@1.1.0"]
    assert (await caller.send("DELETE", OLD)).status_code == 404


async def test_a_deploy_is_the_releases_last_and_brings_its_environment(caller: Caller) -> None:
    told = {"environment": "canary", "url": "https://ci.test/9", "dateStarted": "2026-08-12T09:00Z"}
    made = await caller.send("POST", f"{NEW}deploys/", told)
    assert made.status_code == 201
    assert complaint(f"{ORG}releases/{{version}}/deploys/", made.json(), "post") == ""
    assert made.json()["dateFinished"] == "2026-08-12T09:30:00Z"
    assert await caller.read(f"{NEW}deploys/") == [made.json()]
    assert (await caller.read(NEW))["lastDeploy"] == made.json()
    known = await caller.read("/projects/acme/checkout/environments/")
    assert [environment["name"] for environment in known] == ["canary"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, {"environment": ["This field is required."]}),
        ({"environment": "a/b"}, {"environment": ["Invalid value for environment"]}),
        (
            {"environment": "e" * 65},
            {"environment": ["Ensure this field has no more than 64 characters."]},
        ),
        ({"environment": "e", "projects": ["web"]}, {"projects": ["Invalid project"]}),
    ],
)
async def test_a_deploy_that_can_not_be_is_refused(
    caller: Caller, body: dict[str, Any], said: dict[str, Any]
) -> None:
    assert await refused(caller, "POST", f"{NEW}deploys/", body) == said
    assert await caller.read(f"{NEW}deploys/") == []


@pytest.mark.parametrize(("files", "described"), [(FILES, ORG), (OF_PROJECT, PROJECT)])
async def test_a_file_is_uploaded_renamed_and_deleted(
    caller: Caller, files: str, described: str
) -> None:
    reply = await upload(caller, files, name="~/app.js", dist="7", header="X-Map: app.js.map")
    assert reply.status_code == 201, reply.text
    made = reply.json()
    assert complaint(f"{described}releases/{{version}}/files/", made, "post") == ""
    assert (made["name"], made["dist"], made["size"]) == ("~/app.js", "7", 8)
    assert made["sha1"] == sha1(b"alert(1)", usedforsecurity=False).hexdigest()
    assert made["headers"] == {"Content-Type": "text/javascript", "X-Map": "app.js.map"}
    assert await caller.read(files) == [made]
    one = f"{files}{made['id']}/"
    renamed = await caller.send("PUT", one, {"name": "~/new.js"})
    assert (
        complaint(f"{described}releases/{{version}}/files/{{file_id}}/", renamed.json(), "put")
        == ""
    )
    assert await caller.read(one) == made | {"name": "~/new.js"}
    assert (await caller.send("DELETE", one)).status_code == 204
    assert (await caller.read(files), (await caller.refusal(one))[0]) == ([], 404)


async def test_a_file_has_its_own_name_where_none_is_given(caller: Caller) -> None:
    assert (await upload(caller)).json()["name"] == "app.js"


async def test_the_same_name_twice_is_a_conflict_but_for_another_dist(caller: Caller) -> None:
    assert (await upload(caller)).status_code == 201
    twice = await upload(caller)
    said = "A file matching this name already exists for the given release"
    assert (twice.status_code, twice.json()) == (409, {"detail": said})
    assert (await upload(caller, dist="8")).status_code == 201
    other = await upload(caller, name="other.js")
    assert await refused(caller, "PUT", f"{FILES}{other.json()['id']}/", {"name": "app.js"}, 409)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": "a\tb"}, "File name must not contain special whitespace characters"),
        ({"header": "nothing"}, "header value was not formatted correctly"),
    ],
)
async def test_a_form_that_makes_no_sense_is_refused(
    caller: Caller, more: dict[str, str], said: str
) -> None:
    reply = await upload(caller, **more)
    assert (reply.status_code, reply.json()) == (400, {"detail": said})


async def test_an_upload_needs_a_form_and_a_file(caller: Caller) -> None:
    assert (await refused(caller, "POST", FILES, {}, 415))["detail"].startswith("Unsupported")
    nothing = await caller.http.post(f"/api/0{FILES}", files={"other": ("a", b"")})
    assert (nothing.status_code, nothing.json()["detail"]) == (400, "Missing uploaded file")


async def test_a_file_needs_a_name(caller: Caller) -> None:
    made = (await upload(caller)).json()
    said = await refused(caller, "PUT", f"{FILES}{made['id']}/", {"name": "n" * 201})
    assert said == {"name": ["Ensure this field has no more than 200 characters."]}
    assert (await caller.send("PUT", f"{FILES}1/", {"name": "a"})).status_code == 404

"""Mobile builds and snapshots in the shapes of Sentry's API: snake_case where snapshots are."""

from collections.abc import Iterable, Sequence

from dexter_mcp.simulator.memory.preprod import Build, Image, Revision, Snapshot
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

_PAIRED = ("changed", "renamed", "errored")
_SINGLE = ("added", "removed", "unchanged", "skipped")


def install_details(call: Call, build: Build) -> Json:
    """Shape what one needs to install a build.

    https://docs.sentry.io/api/mobile-builds/
    """
    project = call.world.projects[build.project]
    link = f"{call.base}/api/0/organizations/{build.org}/preprodartifacts/{build.id}/install/"
    return {
        "buildId": build.id,
        "state": "PROCESSED",
        "appInfo": _app(build),
        "gitInfo": _git(build.revision),
        "platform": build.platform,
        "projectId": str(project.id),
        "projectSlug": project.slug,
        "buildConfiguration": build.configuration,
        "isInstallable": build.installable,
        "installUrl": link if build.installable else None,
        "installUrlExpiresAt": None,
        "downloadCount": build.downloads,
        "releaseNotes": build.notes or None,
        "installGroups": list(build.groups),
        "isCodeSignatureValid": build.installable,
        "profileName": "Acme Ad Hoc" if build.platform == "apple" else None,
        "codesigningType": "ad-hoc" if build.platform == "apple" else None,
    }


def size_analysis(build: Build, base: Build | None) -> Json:
    """Shape how large a build is, and what grew since its base.

    https://docs.sentry.io/api/mobile-builds/
    """
    return {
        "buildId": build.id,
        "state": "COMPLETED",
        "appInfo": _app(build),
        "gitInfo": _git(build.revision),
        "errorCode": None,
        "errorMessage": None,
        "downloadSize": build.download,
        "installSize": build.install,
        "analysisDuration": 41.8,
        "analysisVersion": "1.14.0",
        "baseBuildId": base.id if base else None,
        "baseAppInfo": _app(base) if base else None,
        "insights": {"platform": build.platform},
        "appComponents": [
            {
                "componentType": part.kind,
                "name": part.name,
                "appId": build.app,
                "path": part.path,
                "downloadSize": part.download,
                "installSize": part.install,
            }
            for part in build.components
        ],
        "comparisons": [_comparison(build, base)] if base else [],
    }


def base_snapshot(call: Call, snapshot: Snapshot) -> Json:
    """Shape the pictures that new ones are compared with.

    https://docs.sentry.io/api/snapshots/
    """
    project = call.world.projects[snapshot.project]
    return {
        "head_artifact_id": snapshot.id,
        "project_id": str(project.id),
        "project_slug": project.slug,
        "app_id": snapshot.app,
        "image_count": len(snapshot.images),
        "images": [_image(image) | {"image_url": _url(call, image)} for image in snapshot.images],
        "diff_threshold": snapshot.threshold,
        "date_added": iso(snapshot.taken),
        "vcs_info": _vcs(snapshot.revision),
    }


def snapshot_json(snapshot: Snapshot) -> Json:
    """Shape the pictures of a build, sorted by what became of them.

    https://docs.sentry.io/api/snapshots/
    """
    by_verdict = {verdict: _of(snapshot.images, verdict) for verdict in (*_SINGLE, *_PAIRED)}
    told: Json = {
        "head_artifact_id": snapshot.id,
        "base_artifact_id": snapshot.base or None,
        "project_id": str(snapshot.project),
        "comparison_type": "diff" if snapshot.base else "solo",
        "state": "processed",
        "vcs_info": _vcs(snapshot.revision)
        | {"provider": "github", "base_repo_name": snapshot.revision.repository},
        "app_id": snapshot.app,
        "is_selective": False,
        "images": [_image(image) for image in snapshot.images],
        "image_count": len(snapshot.images),
        "diff_threshold": snapshot.threshold,
        "comparison_state": "success" if snapshot.base else None,
        "approval_status": "requires_approval" if by_verdict["changed"] else "auto_approved",
        "comparison_error_message": None,
        "approvers": [],
    }
    for verdict, images in by_verdict.items():
        shape = _pair if verdict in _PAIRED else _image
        told |= {verdict: [shape(image) for image in images], f"{verdict}_count": len(images)}
    return told


def snapshot_image(call: Call, image: Image) -> Json:
    """Shape one picture, with where to look at it and at the difference.

    https://docs.sentry.io/api/snapshots/
    """
    shown = _image(image) | {
        "diff_threshold": None,
        "description": None,
        "tags": {"screen": image.group},
        "image_url": _url(call, image),
    }
    was_there = image.verdict != "added"
    return {
        "image_file_name": image.file,
        "comparison_status": image.verdict,
        "head_image": None if image.verdict == "removed" else shown,
        "base_image": shown if was_there else None,
        "diff_image_url": f"{_url(call, image)}?diff=1" if image.verdict == "changed" else None,
        "diff_percentage": image.diff if image.verdict == "changed" else None,
        "previous_image_file_name": None,
    }


def _of(images: Sequence[Image], verdict: str) -> list[Image]:
    return [image for image in images if image.verdict == verdict]


def _image(image: Image) -> Json:
    return {
        "key": image.key,
        "display_name": image.title,
        "group": image.group,
        "image_file_name": image.file,
        "width": image.width,
        "height": image.height,
        "canvas_theme": image.theme,
    }


def _pair(image: Image) -> Json:
    return {
        "base_image": _image(image),
        "head_image": _image(image),
        "diff_image_key": image.key[::-1],
        "diff": image.diff,
    }


def _url(call: Call, image: Image) -> str:
    return f"{call.base}/api/0/preprodartifacts/images/{image.key}/"


def _app(build: Build) -> Json:
    return {
        "appId": build.app,
        "name": build.name,
        "version": build.version,
        "buildNumber": build.number,
        "artifactType": "xcarchive" if build.platform == "apple" else "aab",
        "dateAdded": iso(build.built),
        "dateBuilt": iso(build.built),
    }


def _git(revision: Revision) -> Json:
    return {
        "headSha": revision.head_sha,
        "baseSha": revision.base_sha,
        "provider": "github",
        "headRepoName": revision.repository,
        "baseRepoName": revision.repository,
        "headRef": revision.head_ref,
        "baseRef": revision.base_ref,
        "prNumber": revision.pull_request,
    }


def _vcs(revision: Revision) -> Json:
    return {
        "head_sha": revision.head_sha,
        "base_sha": revision.base_sha,
        "head_ref": revision.head_ref,
        "base_ref": revision.base_ref,
        "head_repo_name": revision.repository,
        "pr_number": revision.pull_request,
    }


def _comparison(build: Build, base: Build) -> Json:
    return {
        "metricsArtifactType": "main_artifact",
        "identifier": None,
        "state": "SUCCESS",
        "errorCode": None,
        "errorMessage": None,
        "sizeMetricDiff": {
            "metricsArtifactType": "main_artifact",
            "identifier": None,
            "headInstallSize": build.install,
            "headDownloadSize": build.download,
            "baseInstallSize": base.install,
            "baseDownloadSize": base.download,
        },
        "diffItems": list(_differences(build)),
        "insightDiffItems": [],
    }


def _differences(build: Build) -> Iterable[Json]:
    for change in build.changes:
        yield {
            "sizeDiff": change.after - change.before,
            "headSize": change.after or None,
            "baseSize": change.before or None,
            "path": change.path,
            "itemType": "asset",
            "type": "increased" if change.before else "added",
            "diffItems": None,
        }

"""Where what outlives the process is kept."""

from pathlib import Path

from dexter_mcp.settings import Settings


def state_folder(settings: Settings) -> Path:
    """Name the folder of the settings, or else the one in the user's state."""
    if settings.state_dir:
        return Path(settings.state_dir)
    import platformdirs  # noqa: PLC0415 - only who changes something needs it

    return platformdirs.user_state_path("dexter-mcp", appauthor=False)

"""How much time the call at hand has left."""

import anyio


def left() -> float:
    """Give the seconds until the innermost deadline; infinity where there is none.

    A call that was cancelled already has none left.
    """
    return max(0.0, anyio.current_effective_deadline() - anyio.current_time())

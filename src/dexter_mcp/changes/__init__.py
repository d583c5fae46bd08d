"""Every write: planned, confirmed, carried out, read back, recorded, and undone where it can be."""

"""How far a long call has come."""

from __future__ import annotations

from stonks_runner import host


def report(done: int, total: int | None = None, message: str = "") -> None:
    """Tells that `done` of `total` are done."""
    params = {"progress": {"done": done, "total": total}, "message": message}
    host.current().notify("progress", params)

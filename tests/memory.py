"""What processes have in memory, as Linux tells it."""

from __future__ import annotations

from pathlib import Path


def resident(pid: int, figure: str) -> int:
    """Bytes in memory of a process and of all that it has started: now (VmRSS) or at their most (VmHWM)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kibibytes = next(int(line.split()[1]) for line in lines if line.startswith(figure))
    return kibibytes * 1024 + sum(resident(int(child), figure) for child in children)

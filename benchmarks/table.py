"""What is measured, and the line of the table that it becomes."""

import os
import platform
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
WIDTHS = (56, 10, 44, 10, 6)


@dataclass(frozen=True)
class Row:
    """What a thing takes here, and what it takes a peer, where it has one."""

    what: str
    ours: float
    unit: str = "s"
    peer: str = ""
    theirs: float | None = None

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the table."""
        theirs = "" if self.theirs is None else _number(self.theirs, self.unit)
        return (
            self.what,
            _number(self.ours, self.unit),
            self.peer,
            theirs,
            f"{self.ours / self.theirs:.2f}" if self.theirs else "",
        )


def line(*cells: str) -> str:
    """Return a line of the table, which is one in Markdown, too."""
    sides = (str.ljust, str.rjust, str.ljust, str.rjust, str.rjust)
    return f"| {' | '.join(side(c, w) for side, c, w in zip(sides, cells, WIDTHS, strict=True))} |"


def seconds(task: Callable[[], object]) -> float:
    """Return how long a task takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def medians(runs: int, *tasks: Callable[[], object]) -> list[float]:
    """Return the median of the seconds that each task takes.

    They take turns, so that a busy machine slows all of them; the first turn, which warms the caches, does
    not count.
    """
    turns = [[seconds(task) for task in tasks] for _ in range(runs + 1)][1:]
    return [statistics.median(taken) for taken in zip(*turns, strict=True)]


def program(
    *command: str | Path, folder: Path = ROOT, variables: Mapping[str, str] | None = None
) -> Callable[[], object]:
    """Return the task that runs a program, and fails where that does."""
    environment = os.environ | (variables or {})
    return lambda: subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def machine() -> str:
    """Return what the numbers depend on."""
    models = [
        each for each in Path("/proc/cpuinfo").read_text().splitlines() if each.startswith("model name")
    ]
    processor = models[0].partition(":")[2].strip() if models else platform.machine()
    node = subprocess.run(
        [str(shutil.which("node")), "--version"], check=True, capture_output=True, text=True
    )
    return (
        f"{processor}, {os.cpu_count()} cores, {platform.system()} {platform.release().partition('-')[0]},"
        f" Python {platform.python_version()}, Node.js {node.stdout.strip()[1:]};"
        f" in the 5 minutes before, {os.getloadavg()[1]:.1f} processes were running"
    )


def _number(value: float, unit: str) -> str:
    digits = 0 if unit in ("B", "calls") else 2 if value < 10 else 1
    if unit == "s" and value < 0.1:
        value, unit, digits = value * 1000, "ms", 1
    return f"{value:,.{digits}f} {unit}"

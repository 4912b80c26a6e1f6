"""Runs a template's function, its code as it stands there, in a process of its own, as Lambda would."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import short_forms
from tests import ROOT

RUNTIME = """
import json, os, sys, time
import index
event, seconds = json.load(sys.stdin), float(sys.argv[1])
began = time.monotonic()
class Context:
    def get_remaining_time_in_millis(self):
        return int((began + seconds - time.monotonic()) * 1000)
index.handler(event, Context())
print(time.monotonic() - began, flush=True)
os._exit(0)  # Lambda freezes what still runs
"""


def source(template: str = "private-packages") -> str:
    """Return the code of a template's only function."""
    resources = short_forms.load((ROOT / "templates" / f"{template}.yaml").read_text("utf-8"))["Resources"]
    [function] = [each for each in resources.values() if each["Type"] == "AWS::Lambda::Function"]
    return str(function["Properties"]["Code"]["ZipFile"])


@dataclass(frozen=True)
class Run:
    """How a run ended, what it printed, and how long it took."""

    exit_code: int
    log: str
    seconds: float
    """From the event to the end of the function."""


def invoke(event: dict[str, Any], environment: dict[str, str], timeout: float = 120) -> Run:
    """Run the function once, and kill it when its time is over.

    Raises:
        subprocess.TimeoutExpired: it had to be killed.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.py").write_text(source(), "utf-8")
        Path(folder, "runtime.py").write_text(RUNTIME)
        ended = subprocess.run(
            [sys.executable, "runtime.py", str(timeout)],
            cwd=folder,
            env=environment | {"HOME": folder},
            input=json.dumps(event),
            text=True,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    *log, last = ended.stdout.splitlines() or [""]
    taken = float(last) if ended.returncode == 0 else 0
    return Run(ended.returncode, "\n".join(log) + ended.stderr, taken)

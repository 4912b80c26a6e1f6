"""Programs of Node.js, as the lock file beside a test names them."""

import fcntl
import shutil
import subprocess
from pathlib import Path


def install(folder: Path) -> None:
    """Install what a folder's package-lock.json says, unless it is there; one process at a time."""
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".installed"
    with lock.open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        wanted = handle.read()
        if not installed.exists() or installed.read_text() != wanted:
            run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)])
            installed.write_text(wanted)


def run(command: list[str], text: str = "") -> str:
    """Return what a command prints that reads this text."""
    program = shutil.which(command[0])
    assert program, f"{command[0]} is missing"
    result = subprocess.run([program, *command[1:]], input=text, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-4000:]
    return result.stdout

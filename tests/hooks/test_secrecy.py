"""A token is in the files that are meant for it, and nowhere else at any time."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.hooks.machine import MAVEN, NPM, PIP, TOKEN, YARN, Machine, refused

IDS = ("AcmeNpm", "AcmeYarn", "AcmePip", "AcmeMaven")
FILES = {".config/pip/pip.conf", ".m2/settings.xml", ".netrc", ".npmrc", ".yarnrc.yml"}

# Whatever a token goes through: JSON, characters that XML writes otherwise, a file that has one already.
SECRET = f'{{"user": "me", "token": "{TOKEN}&<>"}}'


@pytest.fixture(autouse=True)
def _hook(machine: Machine) -> None:
    machine.store(**dict.fromkeys(IDS, SECRET))
    machine.make(*(entry + "    token_key: token\n" for entry in (NPM, YARN, PIP, MAVEN)))


@pytest.fixture(params=["the first token", "another token"])
def state(request: pytest.FixtureRequest, machine: Machine) -> str:
    """A HOME without a token, or with one that is to be replaced."""
    if request.param == "another token":
        machine.store(**dict.fromkeys(IDS, SECRET.replace("token-1", "token-0")))
        machine.run()
        machine.store(**dict.fromkeys(IDS, SECRET))
    return str(request.param)


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ((), {}),
        (("-x",), {}),
        (("-v",), {}),
        (("-xv", "-T", "-E"), {"PS4": "+ ${token-} ${line-} ${text-} "}),
        ((), {"SHELLOPTS": "xtrace"}),
        ((), {"SHELLOPTS": "xtrace:verbose:functrace", "PS4": "+ ${token-} ${value-} "}),
        (("-x",), {"BASH_XTRACEFD": "1"}),
    ],
)
def test_not_on_the_terminal(machine: Machine, options: tuple[str, ...], changes: dict[str, Any]) -> None:
    done = machine.run("bash", *options, machine.path, **changes)

    assert set(machine.files()) == FILES
    assert "not-a-real-token" not in done.stdout + done.stderr


def test_not_in_a_trace_file(machine: Machine, tmp_path: Path) -> None:
    trace = tmp_path / "trace"

    machine.run("bash", "-c", f"BASH_XTRACEFD=9 exec bash -x {machine.path} 9>{trace}")

    assert trace.read_text()
    assert "not-a-real-token" not in trace.read_text()


def test_not_through_a_trap_of_the_callers(machine: Machine, tmp_path: Path) -> None:
    """BASH_ENV is read before the script's first line; bash's own text of a command has no values in it."""
    startup = tmp_path / "startup"
    startup.write_text('set -x -T\ntrap \'printf "%s\\n" "${BASH_COMMAND}" >&2\' DEBUG\n')

    done = machine.run(BASH_ENV=str(startup), check=False)

    assert "not-a-real-token" not in done.stdout + done.stderr


@pytest.mark.needs("strace")
@pytest.mark.usefixtures("state")
@pytest.mark.parametrize("options", ["", "allexport", "keyword", "xtrace:allexport:keyword"])
def test_not_in_any_processs_arguments_or_environment(machine: Machine, tmp_path: Path, options: str) -> None:
    """With all variables of the script exported by the caller, so that bash exports what they get."""
    names = set(re.findall(r"^\s*(?:local )?(\w+)\+?=", machine.path.read_text(), re.MULTILINE))
    names |= set(re.findall(r"\b(?:local|read -r -d ''|printf -v)((?: \w+)+)", machine.path.read_text()))
    exported: dict[str, Any] = {
        name: "exported" for found in names for name in found.split() if name not in NEEDED
    }
    assert {"token", "line", "text", "value", "string", "rest", "piece", "old"} <= set(exported)
    trace = tmp_path / "trace"
    strace = ("strace", "-f", "-qq", "-v", "-s", "100000", "-e", "trace=execve", "-o", str(trace))

    machine.run(*strace, machine.path, **exported, SHELLOPTS=options or None)

    assert set(machine.files()) == FILES
    assert trace.read_text().count("execve(") > 15
    assert "exported" in trace.read_text()
    assert "not-a-real-token" not in trace.read_text()


NEEDED = {"HOME", "LC_ALL", "PATH", "AWS_CLI_HISTORY_FILE", "AWS_MAX_ATTEMPTS"}


@pytest.mark.needs("strace")
@pytest.mark.usefixtures("state")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_in_its_files_which_are_private_from_their_first_byte(
    machine: Machine, tmp_path: Path, umask: int
) -> None:
    trace = tmp_path / "trace"
    calls = "openat,open,creat,write,pwrite64,writev,umask,chmod,fchmod,fchmodat,rename,renameat,renameat2"
    strace = ("strace", "-f", "-qq", "-y", "-s", "100000", "-e", f"trace={calls}", "-o", str(trace))

    machine.run(*strace, machine.path, umask=umask)

    lines = trace.read_text().splitlines()
    written = {
        match[1]
        for line in lines
        if "not-a-real-token" in line and (match := re.search(r"write\(\d+<([^>]*)", line))
    }
    files = {f"{machine.home}/{name}" for name in FILES - {".config/pip/pip.conf"}}
    places = {place for place in written if not re.match(rf"pipe:|{machine.temporary}/[^/]+/\d+$", place)}
    assert places == {f"{file}.private-packages" for file in files}

    for file in files:
        temporary = f"{file}.private-packages"
        [made] = [line for line in lines if f'"{temporary}", O_' in line and "O_CREAT" in line]
        assert "O_EXCL" in made
        before = [line for line in lines[: lines.index(made)] if "umask(" in line]
        assert re.search(r"umask\(0?77\)", before[-1])
        renamed = next(
            number for number, line in enumerate(lines) if f'"{temporary}", ' in line and "rename" in line
        )
        assert not [line for line in lines[:renamed] if "chmod" in line and temporary in line]
        # The file itself is never opened for writing.
        assert not [line for line in lines if f'"{file}", O_WRONLY' in line or f'"{file}", O_RDWR' in line]
        assert Path(file).stat().st_mode & 0o777 == 0o600


def test_not_in_a_temporary_file_left_behind(machine: Machine) -> None:
    machine.run()

    assert list(machine.temporary.iterdir()) == []
    assert set(machine.files()) == FILES
    assert not (machine.home / ".private-packages.lock").is_symlink()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["fetching", "writing"])
def test_nothing_is_left_behind_by_a_run_that_is_ended(
    machine: Machine, sent: signal.Signals, moment: str
) -> None:
    """It ends at once, and with it the fetches."""
    duration = f"31.{os.getpid()}"  # by which to know the process, whatever else runs here
    if moment == "fetching":
        (machine.secrets / "AcmePip.sleep").write_text(duration)
    else:
        machine.wrap("mv", 'touch "${TMPDIR}/../writing"; sleep 2')
    process = subprocess.Popen(
        # Where the tests run in the background, the signal is ignored, and no script can change that.
        ["/usr/bin/env", f"--default-signal={sent.name.removeprefix('SIG')}", machine.path],
        env=machine.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (
        _sleeping(duration) if moment == "fetching" else (machine.temporary.parent / "writing").exists()
    ):
        assert process.poll() is None
        time.sleep(0.05)
    start = time.monotonic()
    process.send_signal(sent)
    out, err = process.communicate(timeout=30)

    assert process.returncode in (128 + sent, -sent)
    assert time.monotonic() - start < 10
    while _sleeping(duration):
        assert time.monotonic() - start < 10
        time.sleep(0.05)
    assert list(machine.temporary.iterdir()) == []
    assert [name for name in machine.files() if "private-packages" in name] == []
    assert not (machine.home / ".private-packages.lock").is_symlink()
    assert "not-a-real-token" not in out + err
    if moment == "fetching":
        assert machine.files() == {}


def _sleeping(duration: str) -> bool:
    """Whether the stand-in for `aws` is at work."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if duration.encode() in path.read_bytes():
                return True
        except OSError:
            continue
    return False


@pytest.mark.parametrize(
    "secret",
    [
        f"{TOKEN} {TOKEN}",
        f"{TOKEN}${{",
        f"{TOKEN}\n",
        f'{{"other": "{TOKEN}"}}',
        f'["{TOKEN}"]',
        f'"{TOKEN}"',
    ],
)
def test_not_in_a_refusal(machine: Machine, secret: str) -> None:
    machine.store(AcmePip=secret)

    done = machine.run("bash", "-x", machine.path, check=False)

    assert done.returncode == 1
    assert TOKEN not in done.stdout + done.stderr


def test_not_in_the_hook_itself(machine: Machine) -> None:
    machine.run()

    assert TOKEN not in machine.path.read_text()


def test_a_temporary_file_of_a_run_that_was_killed_is_replaced(machine: Machine, tmp_path: Path) -> None:
    """Also where somebody has put a link there, which is not followed."""
    (machine.home / ".npmrc.private-packages").symlink_to(tmp_path / "elsewhere")
    (machine.home / ".netrc.private-packages").write_text("half of a")

    machine.run()

    assert set(machine.files()) == FILES
    assert not (tmp_path / "elsewhere").exists()


def test_arrays_of_the_callers_environment_are_no_matter(machine: Machine) -> None:
    """Variables with the names of the script's arrays, which bash would take as their first elements."""
    names = re.findall(r"^(?:declare -A )?(\w+)=\(", machine.path.read_text(), re.MULTILINE)
    assert {"tokens", "secrets", "arns", "lines", "repositories"} <= set(names)

    exported: dict[str, Any] = dict.fromkeys(names, "exported")
    machine.run(**exported)

    assert set(machine.files()) == FILES


def test_the_caller_of_a_refusal_sees_no_other_line(machine: Machine) -> None:
    """Not even of bash about the processes that it ended."""
    machine.store(AcmePip="")
    (machine.secrets / "AcmeMaven.sleep").write_text("5")
    machine.make(PIP, MAVEN)
    machine.store(AcmePip=TOKEN)
    (machine.secrets / "AcmePip.error").write_text("An error occurred (AccessDeniedException)")

    refused(machine.run(check=False))
    assert list(machine.temporary.iterdir()) == []

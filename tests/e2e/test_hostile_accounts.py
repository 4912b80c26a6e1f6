"""Some accounts of an organization do what they can to harm the others, the command and whoever reads it."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.terminal import COMMAND
from tests.organization_server import Account, Server, running

pytestmark = [pytest.mark.server, pytest.mark.slow]

ALL = "FAULTS" in os.environ
SIZE, HOSTILE = (2_000, 40) if ALL else (120, 16)
HURRIED = """
from private_packages.aws.organization import in_each
in_each.LATE = 5
from private_packages.main import main
main(prog_name="private-packages")
"""
PROGRAM = [COMMAND] if ALL else [sys.executable, "-c", HURRIED]
LATENCY = 0.1 if ALL else 0.02
NAMES = (
    *("\x1b]0;owned\x07\x1b[2J", "safe\u202etxt.exe", "two\r\nlines\u2028three\u2029four\x85five"),
    *('=HYPERLINK("http://evil.example","x")', "@SUM(1)", "<script>alert(1)</script>", "n" * 1_000_000),
    *("株式会社 Müller Ωμέγα שלום", "\u200b\u00ad\ufeff\U000e0041", "'; DROP TABLE"),
)
MEGABYTE = 1_000_000
TRAPS = (
    {"version": "9" * MEGABYTE},
    {"version": "1.25.0\u202e\u2028=1+1"},
    {"template": "\n" * MEGABYTE},
    {"template": " \n" * (MEGABYTE // 2)},
    {"template": "a:\n" * (MEGABYTE // 3)},
    {"drips": "GetRole"},
    {"drips": "DescribeStacks"},
    {"drips": "AssumeRole"},
)
HONEST = [Account(f"{100000000000 + number}", version=f"1.25.{number}") for number in range(SIZE)]
ROWS = HONEST.copy()
for _number in range(HOSTILE):
    _trap: dict[str, str] = TRAPS[_number % len(TRAPS)]
    _place = _number * SIZE // HOSTILE
    ROWS[_place] = replace(HONEST[_place], called=NAMES[_number % len(NAMES)], **_trap)  # type: ignore[arg-type]
LEFT_OVER = {account.id for account, honest in zip(ROWS, HONEST, strict=True) if account is not honest}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running(ROWS, LATENCY) as server:
        yield server


@contextmanager
def started(server: Server, folder: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = subprocess.Popen(
        [*PROGRAM, "check", "--organization", *words],
        cwd=folder,
        env=os.environ | server.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield command
    finally:
        command.kill()
        command.wait()


def told(server: Server, folder: Path, output: str, code: int = 1) -> tuple[str, float]:
    """What the command prints, and after how many seconds it has ended."""
    begun = time.monotonic()
    with started(server, folder, "--output", output) as command:
        out, errors = (each.decode() for each in command.communicate())
    assert command.returncode == code, errors
    assert "Traceback" not in errors
    return out, time.monotonic() - begun


def harmful(text: str) -> set[str]:
    return {
        character
        for character in text.replace("\n", "")
        if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    }


def test_the_others_are_told_as_if_alone_and_nothing_harmful_is_printed(
    server: Server, tmp_path: Path
) -> None:
    with running(HONEST, LATENCY) as peaceful:
        alone, usual = told(peaceful, tmp_path, "csv", 0)
    with ThreadPoolExecutor(1 if ALL else 3) as pool:
        outputs = list(pool.map(lambda output: told(server, tmp_path, output), ("csv", "json", "text")))
    seconds = [f"{each:.1f} s" for _, each in outputs]
    print(f"{SIZE:,} accounts: alone {usual:.1f} s, {HOSTILE} of them hostile {seconds}")
    for text, each in outputs:
        assert each < (usual + 30 if ALL else 3 * usual + 15)
        assert harmful(text) == set()
        assert len(text) < 1_000 * SIZE
        assert "株式会社 Müller Ωμέγα שלום" in text
    table, document, _ = (text for text, _ in outputs)
    rows = {row["account"]: row for row in csv.DictReader(io.StringIO(table))}
    accounts = {each["account"]: each for each in json.loads(document)["accounts"]}
    assert len(rows) == len(accounts) == SIZE
    for account in HONEST:
        if account.id not in LEFT_OVER:
            assert accounts[account.id]["verdict"] == "ready"
            assert accounts[account.id]["version"] == account.version
    before = {row["account"]: row for row in csv.DictReader(io.StringIO(alone))}
    assert {id_: row for id_, row in rows.items() if id_ not in LEFT_OVER} == {
        id_: row for id_, row in before.items() if id_ not in LEFT_OVER
    }
    cells = [value for row in rows.values() for value in row.values()]
    assert not [value for value in cells if value.startswith(("=", "+", "-", "@"))]
    late = [
        each
        for each in accounts.values()
        if "did not answer for this account within" in str(each["next_step"])
    ]
    assert len(late) == sum(bool(account.drips) for account in ROWS)


@pytest.mark.parametrize("seconds", [0.3, 0.8, 1.5, 3, 6, 20] if ALL else [0.8, 4])
def test_ctrl_c_ends_it_at_any_time(server: Server, tmp_path: Path, seconds: float) -> None:
    with started(server, tmp_path) as command:
        time.sleep(seconds)
        begun = time.monotonic()
        command.send_signal(signal.SIGINT)
        out, errors = (each.decode() for each in command.communicate(timeout=10))
    print(f"after {seconds} s: ended in {time.monotonic() - begun:.2f} s")
    assert time.monotonic() - begun < 2
    assert command.returncode == 1
    assert harmful(out + errors) == set()
    assert "Traceback" not in errors

"""Several runs at once, and locks that a killed run has left."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.hooks.machine import NPM, TOKEN, Machine, refused

LOCK = ".private-packages.lock"


def start(machine: Machine, paths: Sequence[Path]) -> list[subprocess.Popen[bytes]]:
    return [
        subprocess.Popen([path], env=machine.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for path in paths
    ]


def test_runs_of_one_hook_leave_one_entry(machine: Machine) -> None:
    machine.store(AcmeNpm=TOKEN)
    hook = machine.make(NPM)
    (machine.home / ".npmrc").write_text("fund=false")

    for process in start(machine, [hook] * 6):
        assert process.communicate()[1] == b""
        assert process.returncode == 0

    assert machine.text(".npmrc").count("_authToken") == 1
    assert machine.text(".npmrc").startswith("fund=false\n")
    assert sorted(machine.files()) == [".npmrc"]


@pytest.mark.slow
def test_runs_of_several_hooks_leave_an_entry_of_each(machine: Machine) -> None:
    """Slow writers, so that without a lock one would undo what another has done."""
    machine.wrap("mv", "sleep 0.2")
    hooks = []
    for name in ("One", "Two", "Three", "Four"):
        machine.store(**{name: f"token-of-{name}"})
        made = machine.make(
            f"\n  - {{id: {name}, manager: npm, url: 'https://example.com/{name}', secret: {name}}}\n"
        )
        hooks.append(made.rename(made.with_name(name)))

    for process in start(machine, hooks):
        assert process.communicate()[1] == b""

    for name in ("One", "Two", "Three", "Four"):
        assert machine.text(".npmrc").count(f"//example.com/{name}/:_authToken=token-of-{name}\n") == 1


@pytest.fixture
def quick(machine: Machine) -> Machine:
    """A machine on which a tenth of a second is much shorter."""
    machine.program("sleep", "#!/bin/bash\n")
    machine.store(AcmeNpm=TOKEN)
    machine.make(NPM)
    return machine


def test_the_lock_of_a_killed_run_is_broken_after_10_seconds(quick: Machine) -> None:
    (quick.home / LOCK).symlink_to("12345.dead")
    quick.wrap("readlink", 'echo >>"${TMPDIR}/../turns"')

    quick.run()

    assert TOKEN in quick.text(".npmrc")
    assert not (quick.home / LOCK).is_symlink()
    turns = (quick.temporary.parent / "turns").read_text().count("\n")
    assert 100 <= turns <= 110  # of a tenth of a second


@pytest.mark.slow
def test_a_lock_that_changes_hands_is_not_broken(quick: Machine) -> None:
    (quick.home / LOCK).symlink_to("0")
    quick.wrap("readlink", f'[[ $* != *{LOCK} ]] || ln -sfn "${{RANDOM}}" "${{HOME}}/{LOCK}"')

    assert f"another run holds {quick.home}/{LOCK}: let it end" in refused(quick.run(check=False))
    assert (quick.home / LOCK).is_symlink()
    assert quick.files() == {}


@pytest.mark.slow
def test_it_waits_for_30_seconds_at_most(quick: Machine) -> None:
    """Here, somebody was killed while breaking a lock."""
    (quick.home / LOCK).symlink_to("12345.dead")
    (quick.home / f"{LOCK}.broken").mkdir()
    quick.wrap("sleep", 'echo >>"${TMPDIR}/../turns"; exit')

    line = refused(quick.run(check=False))

    assert f"remove {quick.home}/{LOCK} and {quick.home}/{LOCK}.broken, and run this again" in line
    assert (quick.temporary.parent / "turns").read_text().count("\n") == 300
    assert (quick.home / LOCK).is_symlink()


def test_the_lock_that_another_run_has_taken_over_stays(machine: Machine) -> None:
    machine.store(AcmeNpm=TOKEN)
    machine.make(NPM)
    machine.wrap("mv", f'ln -sfn another "${{HOME}}/{LOCK}"')

    machine.run()

    assert (machine.home / LOCK).readlink() == Path("another")

"""However and wherever the hook is started, it does the same."""

import os
import pwd
import shutil
from pathlib import Path

import pytest

from tests.hooks.machine import MAVEN, NPM, PIP, TOKEN, YARN, Machine, refused

LINE = f"//npm.example.com/acme/:_authToken={TOKEN}\n"


@pytest.fixture(autouse=True)
def _hook(machine: Machine) -> None:
    machine.store(AcmeNpm=TOKEN)
    machine.make(NPM)


def test_executed(machine: Machine) -> None:
    machine.run(machine.path)

    assert LINE in machine.text(".npmrc")


def test_given_to_bash(machine: Machine) -> None:
    machine.run("bash", machine.path)

    assert LINE in machine.text(".npmrc")


def test_as_stackery_calls_it(machine: Machine) -> None:
    machine.run(
        machine.path, '{"region": "us-east-1", "awsProfile": "", "stackName": "shop", "x": "$(false)"}'
    )

    assert LINE in machine.text(".npmrc")


@pytest.mark.needs("dash")
def test_given_to_sh_that_is_no_bash(machine: Machine) -> None:
    machine.make(NPM)

    assert "this is not bash: run it by its name, or with bash" in refused(
        machine.run("dash", machine.path, check=False)
    )


def test_with_an_option_that_it_has_not(machine: Machine) -> None:
    machine.make(NPM)

    assert "there is no option --lok" in refused(machine.run(machine.path, "--lok", check=False))
    assert machine.files() == {}


def test_from_another_folder_by_a_path_with_blanks(machine: Machine, tmp_path: Path) -> None:
    elsewhere = tmp_path / "some where"
    elsewhere.mkdir()
    hook = shutil.copy(machine.path, elsewhere / "the hook")

    machine.run("bash", "-c", 'cd / && exec "$0"', str(hook))

    assert LINE in machine.text(".npmrc")
    assert sorted(path.name for path in elsewhere.iterdir()) == ["the hook"]


def test_with_a_blank_in_home(machine: Machine, tmp_path: Path) -> None:
    home = tmp_path / "a home * of $one"
    home.mkdir()
    machine.store(AcmeYarn=TOKEN, AcmePip=TOKEN, AcmeMaven=TOKEN)
    machine.make(NPM, YARN, PIP, MAVEN)

    machine.run(HOME=str(home))

    assert LINE in (home / ".npmrc").read_text()
    assert sorted(path.name for path in home.iterdir()) == [
        ".config",
        ".m2",
        ".netrc",
        ".npmrc",
        ".yarnrc.yml",
    ]


@pytest.mark.slow
def test_without_home_it_takes_the_one_of_the_user(machine: Machine) -> None:
    """As bash, npm and pip do; a program on PATH tells where the hook would write."""
    machine.wrap("ln", 'printf "%s\\n" "$@" >"${TMPDIR}/../ln"; exit 1')
    machine.program("sleep", "#!/bin/bash\n")

    machine.run(HOME=None, check=False)

    home = pwd.getpwuid(os.getuid()).pw_dir
    assert f"{home}/.private-packages.lock" in (machine.temporary.parent / "ln").read_text().splitlines()


@pytest.mark.parametrize("home", ["", "relative", "/nowhere at all"])
def test_with_a_home_that_is_none_it_says_so(machine: Machine, home: str) -> None:
    assert f"HOME is '{home}', which is no folder" in refused(machine.run(HOME=home, check=False))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_as_another_user_than_root(machine: Machine) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    for folder in (machine.home, machine.temporary):
        os.chown(folder, nobody, -1)
    machine.let_others_in()

    machine.run(user=nobody)

    assert LINE in machine.text(".npmrc")
    assert (machine.home / ".npmrc").stat().st_uid == nobody


@pytest.mark.skipif(os.getuid() != 0, reason="only root can leave a file to another user")
def test_as_root_it_leaves_a_file_to_its_owner(machine: Machine) -> None:
    (machine.home / ".npmrc").write_text("fund=false\n")
    os.chown(machine.home / ".npmrc", 65534, -1)

    machine.run()

    assert LINE in machine.text(".npmrc")
    assert (machine.home / ".npmrc").stat().st_uid == 65534


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_with_any_umask(machine: Machine, umask: int) -> None:
    machine.store(AcmeYarn=TOKEN, AcmePip=TOKEN, AcmeMaven=TOKEN)
    machine.make(NPM, YARN, PIP, MAVEN)

    machine.run(umask=umask)

    modes = {name: machine.mode(name) for name in machine.files()}
    assert modes == dict.fromkeys(
        [".config/pip/pip.conf", ".m2/settings.xml", ".netrc", ".npmrc", ".yarnrc.yml"], 0o600
    )


@pytest.mark.parametrize(
    "options",
    [
        "allexport",
        "noclobber",
        "noglob",
        "posix",
        "nounset:errexit",
        "noglob:posix:keyword",
        "physical:hashall",
    ],
)
def test_with_any_option_of_bash_that_the_caller_has_set(machine: Machine, options: str) -> None:
    machine.run(SHELLOPTS=options)

    assert LINE in machine.text(".npmrc")


def test_with_any_shell_option_of_the_caller(machine: Machine) -> None:
    machine.run(BASHOPTS="nocasematch:extglob:nullglob:failglob:dotglob:xpg_echo:lastpipe")

    assert LINE in machine.text(".npmrc")


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "tr_TR.UTF-8", "nonsense"])
def test_in_any_locale(machine: Machine, locale: str) -> None:
    (machine.home / ".npmrc").write_bytes("; für Élise \xff\n".encode("latin-1"))

    machine.run(LC_ALL=locale, LANG=locale)

    assert machine.files()[".npmrc"].startswith("; für Élise \xff\n".encode("latin-1"))
    assert LINE in machine.files()[".npmrc"].decode("latin-1")


def test_where_npm_is_told_to_look_elsewhere(machine: Machine) -> None:
    """As actions/setup-node does."""
    elsewhere = machine.temporary.parent / "npmrc of the job"

    machine.run(NPM_CONFIG_USERCONFIG=str(elsewhere))

    assert LINE in elsewhere.read_text()
    assert machine.files() == {}


def test_two_in_a_row_as_in_a_build_of_two_stacks(machine: Machine) -> None:
    machine.run()
    before = machine.files()
    machine.run()

    assert machine.files() == before

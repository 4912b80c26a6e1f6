"""A machine that a hook runs on: a HOME, a PATH and an `aws` command, all in a test's own folder."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.configuration_file import parse
from generator.hooks.hook import render

REAL_AWS = Path(sys.executable).with_name("aws")

TOKEN = "not-a-real-token-1"

NPM = """
  - id: AcmeNpm
    manager: npm
    url: https://npm.example.com/acme
    scope: "@acme"
    secret: AcmeNpm
"""
YARN = """
  - id: AcmeYarn
    manager: yarn
    url: https://yarn.example.com/acme
    scope: "@acme"
    secret: AcmeYarn
"""
PIP = """
  - id: AcmePip
    manager: pip
    url: https://pypi.example.com/simple
    username: reader
    secret: AcmePip
"""
MAVEN = """
  - id: AcmeMaven
    manager: maven
    url: https://maven.example.com/releases
    username: reader
    server_id: acme
    secret: AcmeMaven
"""

# It prints what the real command prints, which test_fetch.py compares, and fails as it is told to.
STAND_IN = """#!/bin/bash
name=''
while (($# > 0)); do
  if [[ $1 == --secret-id ]]; then name=${2##*:secret:} name=${name%-??????}; fi
  shift
done
cd "${0%/*}/../secrets" || exit
if [[ -f ${name}.sleep ]]; then exec sleep "$(<"${name}.sleep")"; fi
if [[ -f ${name}.error ]]; then
  printf '\\n%s\\n' "$(<"${name}.error")" >&2
  exit 255
fi
printf 'string\\t%s\\t' "$(cat "${name}.version" 2>/dev/null || echo 11111111111111111111111111111111)"
cat "${name}"
printf '\\n'
"""


def arn(name: str, region: str = "eu-central-1") -> str:
    """The whole ARN of a secret that is called as its repository."""
    return f"arn:aws:secretsmanager:{region}:111122223333:secret:{name}-AbCdEf"


class Machine:
    """A machine with a stand-in for `aws`; `use_real_aws` puts the real one in its place."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.temporary = folder / "tmp"
        self.programs = folder / "bin"
        self.secrets = folder / "secrets"
        self.path = folder / "source" / "deployHooks" / "stackery.prebuild.private-packages"
        for made in (self.home, self.temporary, self.programs, self.secrets, self.path.parent):
            made.mkdir(parents=True)
        self.environment = {
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_EC2_METADATA_DISABLED": "true",
            # Nobody: no test may ask the real AWS, whatever goes wrong.
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        }
        self.program("aws", STAND_IN)

    def program(self, name: str, text: str) -> Path:
        """Put a program in front of all others."""
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def wrap(self, name: str, before: str) -> None:
        """Run some bash before a program of the system does what it does."""
        self.program(name, f'#!/bin/bash\n{before}\nexec {shutil.which(name)} "$@"\n')

    def use_real_aws(self, endpoint: str) -> None:
        """Use the real command, and have it ask this endpoint."""
        (self.programs / "aws").unlink()
        (self.programs / "aws").symlink_to(REAL_AWS)
        self.environment["AWS_ENDPOINT_URL"] = endpoint

    def without(self, *programs: str) -> None:
        """Leave a PATH on which these programs are not."""
        for folder in self.environment["PATH"].split(":")[1:]:
            for program in Path(folder).glob("*"):
                place = self.programs / program.name
                if not place.is_symlink() and not place.exists():
                    place.symlink_to(program)
        for name in programs:
            (self.programs / name).unlink(missing_ok=True)
        self.environment["PATH"] = str(self.programs)

    def let_others_in(self) -> None:
        """Open the folders above HOME, which pytest keeps for the user who runs it."""
        for folder in self.home.parents:
            if folder.stat().st_mode & stat.S_ISVTX:
                return
            folder.chmod(folder.stat().st_mode | 0o055)

    def store(self, **tokens: str) -> None:
        """Put a text into the secrets of these repositories."""
        for name, token in tokens.items():
            (self.secrets / name).write_bytes(token.encode())

    def store_version(self, name: str, version: str) -> None:
        """Give the version of a repository's secret an id."""
        (self.secrets / f"{name}.version").write_text(version)

    def make(
        self, *repositories: str, arns: Mapping[str, str] | None = None, stack: Sequence[str] = ()
    ) -> Path:
        """Write the hook for these entries of a repositories.yaml."""
        configuration = parse("repositories:" + "".join(repositories), "repositories.yaml")
        known = {item.id: (arns or {}).get(item.id, arn(item.id)) for item in configuration.repositories}
        self.path.write_text(render(configuration, known, ["--config", "repositories.yaml"], stack=stack))
        self.path.chmod(0o755)
        return self.path

    def run(
        self,
        *command: str | Path,
        check: bool = True,
        umask: int = -1,
        user: int | None = None,
        **changes: str | None,
    ) -> subprocess.CompletedProcess[str]:
        """Run the hook, or a command, with changes of the environment; None takes a variable away."""
        environment = {
            name: value for name, value in {**self.environment, **changes}.items() if value is not None
        }
        done = subprocess.run(
            command or [self.path],
            cwd=self.path.parents[1],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            umask=umask,
            user=user,
            timeout=120,
        )
        assert not check or done.returncode == 0, done
        return done

    def files(self) -> dict[str, bytes]:
        """What is in HOME, by path."""
        return {
            str(path.relative_to(self.home)): path.read_bytes()
            for path in sorted(self.home.rglob("*"))
            if path.is_file()
        }

    def text(self, name: str) -> str:
        """What a file in HOME holds."""
        return (self.home / name).read_text()

    def mode(self, name: str) -> int:
        """The permissions of a file in HOME."""
        return stat.S_IMODE((self.home / name).stat().st_mode)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line with which a hook refused."""
    assert done.returncode != 0, done
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("private-packages: ")
    assert done.stdout == ""
    return lines[0]

"""A build environment: a home of its own, the tools, and no way to any server but those of the tests."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.hooks.certificates import TRUSTSTORE_PASSWORD, Authority
from tests.e2e.hooks.servers import Hidden

COMMAND_SECONDS = 90


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said, with the tokens masked."""

    command: str
    code: int
    output: str
    shows_token: bool

    def assert_success(self) -> None:
        assert not self.shows_token, f"a token stands in the output of: {self.command}\n{self.output}"
        assert self.code == 0, f"exit {self.code} of: {self.command}\n{self.output}"

    def assert_failure(self, *words: str) -> None:
        """See that the command failed for the reason that one of these words tells."""
        assert self.code != 0, f"exit 0 of: {self.command}\n{self.output}"
        assert any(word in self.output for word in words), (
            f"none of {words} in: {self.command}\n{self.output}"
        )


@dataclass(frozen=True)
class BuildMachine:
    """Where a build runs: nothing of the real user's settings or variables reaches it."""

    folder: Path
    authority: Authority
    internet: int
    """The port of the proxy that leads to all hosts but this machine."""
    aws: Mapping[str, str]
    """The variables that lead the AWS CLI to the secrets."""
    tokens: set[Hidden]
    """What no output may show."""

    def __post_init__(self) -> None:
        for folder in (self.home, self.project, self._bin, self._temporary):
            folder.mkdir(parents=True)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def _bin(self) -> Path:
        return self.folder / "bin"

    @property
    def _temporary(self) -> Path:
        return self.folder / "tmp"

    def add_program(self, name: str, *command: str | Path) -> None:
        """Put a command on the PATH, before those of the system."""
        script = self._bin / name
        script.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
        script.chmod(0o755)

    def write(self, files: Mapping[str, str]) -> None:
        """Write files of the project."""
        for name, text in files.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def read(self, name: str) -> str:
        """Return the text of a file of the project."""
        return (self.project / name).read_text()

    def run_hook(self, hook: Path) -> None:
        """Run a pre-build hook as Stackery does: in `deployHooks/`, from the repository's root."""
        copy = self.project / "deployHooks" / hook.name
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(hook, copy)
        self.run(str(copy), '{"stackName": "shop"}', **self.aws).assert_success()

    def run(self, *command: str, **variables: str) -> Outcome:
        """Run a command in the project's folder, in a process of its own with nobody at the terminal."""
        with subprocess.Popen(
            command,
            executable=shutil.which(command[0], path=self.environment["PATH"]),
            cwd=self.project,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            errors="replace",
        ) as process:
            try:
                output, _ = process.communicate(timeout=COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                output, _ = process.communicate()
                output += f"\n(stopped after {COMMAND_SECONDS} seconds)"
            except BaseException:  # the test run is interrupted
                os.killpg(process.pid, signal.SIGKILL)
                raise
        shown = [text for token in self.tokens for text in token.spellings() if text in output]
        for text in shown:
            output = output.replace(text, "<token>")
        return Outcome(shlex.join(command), process.returncode, output, bool(shown))

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a build: none is inherited."""
        proxy, authorities = f"http://127.0.0.1:{self.internet}", str(self.authority.file)
        node = shutil.which("node")
        folders = [str(self._bin), *([str(Path(node).parent)] if node else []), "/usr/bin", "/bin"]
        none = str(self.folder / "none")
        java = {
            "user.home": str(self.home),
            "javax.net.ssl.trustStore": str(self.authority.truststore),
            "javax.net.ssl.trustStorePassword": TRUSTSTORE_PASSWORD,
            "https.proxyHost": "127.0.0.1",
            "https.proxyPort": str(self.internet),
            "http.nonProxyHosts": "localhost|127.0.0.1",
        }
        return {
            "HOME": str(self.home),
            "PATH": ":".join(folders),
            "TMPDIR": str(self._temporary),
            "LANG": "C.UTF-8",
            # The way out, as each tool wants to be told.
            "HTTPS_PROXY": proxy,
            "https_proxy": proxy,
            "HTTP_PROXY": proxy,
            "http_proxy": proxy,
            "YARN_HTTPS_PROXY": proxy,
            "NO_PROXY": "localhost,127.0.0.1",
            "no_proxy": "localhost,127.0.0.1",
            "MAVEN_OPTS": " ".join(f"-D{name}={value}" for name, value in java.items()),
            # Whom to trust, likewise.
            "NODE_EXTRA_CA_CERTS": authorities,
            "npm_config_cafile": authorities,
            "PIP_CERT": authorities,
            "REQUESTS_CA_BUNDLE": authorities,
            "SSL_CERT_FILE": authorities,
            # Settings of this machine that would otherwise be read.
            "npm_config_globalconfig": none,
            "PREFIX": none,
            "XDG_CONFIG_DIRS": none,
            "POETRY_KEYRING_ENABLED": "false",
            # What would only cost time.
            "PIP_RETRIES": "0",
            "npm_config_fetch_retries": "0",
            "pnpm_config_fetch_retries": "0",
            "npm_config_audit": "false",
            "npm_config_update_notifier": "false",
            "pnpm_config_update_notifier": "false",
            "YARN_ENABLE_TELEMETRY": "false",
            "SAM_CLI_TELEMETRY": "0",
            "UV_PYTHON_DOWNLOADS": "never",
            "PIPENV_VENV_IN_PROJECT": "1",
            "PIPENV_PYTHON": sys.executable,
            "UV_PYTHON": sys.executable,
        }

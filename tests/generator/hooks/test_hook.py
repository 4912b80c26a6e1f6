"""The hook's text as a whole."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from generator.configuration import DEFAULT, Configuration
from generator.configuration_file import parse
from generator.errors import ConfigurationError
from generator.hooks.hook import is_hook, render
from tests import ROOT
from tests.generator.golden import assert_golden
from tests.hooks.machine import MAVEN, NPM, PIP, YARN, arn
from tests.hooks.sample import sample

ENTRIES = {"npm": NPM, "yarn": YARN, "pip": PIP, "maven": MAVEN}
SHELLCHECK = shutil.which("shellcheck") or str(Path(sys.executable).with_name("shellcheck"))


def configuration(*entries: str) -> Configuration:
    return parse("repositories:" + "".join(entries), "repositories.yaml")


def hook(*entries: str, source: Sequence[str] = ("--config", "repositories.yaml")) -> str:
    found = configuration(*entries)
    return render(found, {item.id: arn(item.id) for item in found.repositories}, source)


def test_the_header_says_what_it_does_from_what_it_was_made_and_how_to_make_it_again() -> None:
    assert_golden(Path(__file__).parent / "header.txt", hook(NPM, PIP).partition("\n\n")[0] + "\n")


def test_it_is_known_again() -> None:
    assert is_hook(hook(NPM))
    assert not is_hook("#!/bin/bash\naws secretsmanager get-secret-value\n")


def test_the_same_input_gives_the_same_text() -> None:
    assert hook(NPM, PIP) == hook(NPM, PIP)


def test_without_a_configuration_file() -> None:
    text = render(DEFAULT, {"GitHubPackages": arn("GitHubPackages")})

    assert "--config" not in text
    assert "put_into_npmrc GitHubPackages 'https://npm.pkg.github.com/' ''" in text


@pytest.mark.parametrize("name", ENTRIES)
def test_it_holds_nothing_of_another_package_manager(name: str) -> None:
    text = hook(ENTRIES[name])

    assert {other for other in ENTRIES if f"configure_{other}" in text} == {name}
    assert "json_string" not in text


def test_it_reads_json_only_where_a_secret_is_json() -> None:
    assert "json_string() {" in hook(NPM + "    token_key: token\n")


def test_no_gap_is_left() -> None:
    assert "\n\n\n" not in hook(NPM)
    assert "\n#@" not in hook(NPM, YARN, PIP, MAVEN)


@pytest.mark.parametrize(
    "entries",
    [
        *(pytest.param((entry,), id=name) for name, entry in ENTRIES.items()),
        pytest.param(tuple(entry + "    token_key: token\n" for entry in ENTRIES.values()), id="all"),
        pytest.param((PIP + "    index: extra\n",), id="pip extra"),
    ],
)
def test_shellcheck_finds_nothing_with_all_its_checks(entries: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "hook").write_text(hook(*entries))

    done = subprocess.run(
        [SHELLCHECK, "--enable=all", tmp_path / "hook"], check=False, capture_output=True, text=True
    )

    assert done.stdout + done.stderr == ""


def test_no_check_is_switched_off() -> None:
    assert "shellcheck disable" not in hook(*ENTRIES.values())


def test_it_calls_nothing_but_coreutils_and_aws() -> None:
    """No sed, awk, grep, jq or python: an image need not have them."""
    for program in ("sed", "awk", "grep", "jq", "python", "perl", "flock", "curl", "getent"):
        for line in hook(*ENTRIES.values()).splitlines():
            assert program not in line.partition("#")[0].split(), line


def test_all_faults_are_told_at_once() -> None:
    twice = [
        entry.replace("Acme", "Other", 2).replace("secret: Acme", "secret: Other") for entry in (NPM, MAVEN)
    ]

    with pytest.raises(ConfigurationError) as refusal:
        hook(NPM, MAVEN, *twice)

    assert len(str(refusal.value).splitlines()) == 2


@pytest.mark.parametrize("url", ['https://ho"st.example.com', "https://$(host).example.com", "https://a|b"])
def test_a_host_that_is_none(url: str) -> None:
    with pytest.raises(ConfigurationError, match="field url: write an address such as"):
        hook(f"\n  - {{id: Odd, manager: npm, url: '{url}', secret: Odd}}\n")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "generator" / "hooks").glob("*.bash")), ids=lambda path: path.name
)
def test_each_file_of_bash_is_in_what_shellcheck_sees(path: Path) -> None:
    hook_text = sample()
    assert [line for line in path.read_text().splitlines() if line not in hook_text] == [
        line for line in path.read_text().splitlines() if line.startswith("#@")
    ]

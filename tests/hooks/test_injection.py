"""No value of a configuration gets out of the place that is meant for it: not in bash, not in the files."""

import configparser
import netrc
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from generator.configuration import Configuration
from generator.errors import ConfigurationError
from generator.hooks.hook import render
from tests.hooks.machine import TOKEN, Machine, arn

BASH = shutil.which("bash") or "bash"

# What shells and the files' own languages take for something else than text.
HOSTILE = st.sampled_from(
    [
        *(
            "$(touch${IFS}pwned)",
            "`touch${IFS}pwned`",
            "';touch${IFS}pwned;'",
            "${HOME}",
            "$",
            "{",
            "}",
            "(",
            ")",
        ),
        *(
            '"',
            "'",
            "\\",
            "!!",
            "*",
            "~",
            "#",
            ";",
            "&",
            "|",
            "<id>",
            "-->",
            "]]>",
            "[x]",
            "=",
            "%",
            "@",
            "..",
        ),
        *(": ", " "),
    ]
)
MIXED = st.lists(HOSTILE | st.text("abcXYZ019._-", max_size=4), max_size=4).map("".join)


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, Any]:
    """An entry of a repositories.yaml, most of them refused."""
    manager = draw(st.sampled_from(["npm", "yarn", "pip", "maven"]))
    entry: dict[str, Any] = {
        "id": "Repository",
        "manager": manager,
        "url": f"https://example.com{draw(st.sampled_from(['', ':8443']))}/{draw(MIXED)}",
        "secret": "secret",
        "description": draw(st.text(min_size=1, max_size=20) | MIXED.map(lambda text: f"x\n{text}")),
    }
    fields = {
        "token_key": draw(st.none() | MIXED | st.text(min_size=1, max_size=10)),
        "scope": draw(st.none() | MIXED.map("@{}".format)) if manager in ("npm", "yarn") else None,
        "username": draw(st.none() | MIXED) if manager in ("pip", "maven") else None,
        "server_id": draw(st.none() | MIXED) if manager == "maven" else None,
    }
    return entry | {name: value for name, value in fields.items() if value is not None}


def valid(entry: dict[str, Any]) -> Configuration | None:
    """The configuration, without the fields that are refused."""
    for _ in range(len(entry)):
        try:
            return Configuration.model_validate({"repositories": [entry]})
        except ValidationError as error:
            for fault in error.errors():
                entry.pop(str(fault["loc"][2]) if len(fault["loc"]) > 2 else "scope", None)
            if "url" not in entry:
                entry["url"] = "https://example.com/"
    return None


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(repositories(), MIXED | st.text(max_size=20))
def test_a_value_stays_where_it_belongs(entry: dict[str, Any], config: str) -> None:
    configuration = valid(entry)
    if configuration is None:
        return
    [repository] = configuration.repositories
    try:
        text = render(configuration, {"Repository": arn("Repository")}, ["--config", config])
    except ConfigurationError:
        return
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder) / "machine")
        key = repository.token_key
        machine.store(Repository=yaml.dump({key: TOKEN}, default_style='"', width=9999) if key else TOKEN)
        if key:
            machine.store(Repository='{"' + key.replace("\\", "\\\\").replace('"', '\\"') + f'": "{TOKEN}"}}')
        machine.path.write_text(text)
        machine.path.chmod(0o755)

        machine.run()

        assert not list(Path(folder).rglob("pwned"))
        assert not list(Path.cwd().glob("pwned"))
        READERS[repository.manager](machine, repository.scope, repository.username)


def _plain(machine: Machine, name: str) -> list[str]:
    return [line for line in machine.text(name).splitlines() if not line.startswith("#")]


def _npm(machine: Machine, scope: str | None, _: str | None) -> None:
    lines = _plain(machine, ".npmrc")
    assert len(lines) == (2 if scope else 1)
    key, _, token = lines[-1].partition("=")
    assert token == TOKEN
    assert re.fullmatch(r"//example\.com(:8443)?/([A-Za-z0-9._~/%:@+,!*()&-]*/)?:_authToken", key)
    if scope:
        assert lines[0] == f"{scope}:registry=https:{key.removesuffix(':_authToken')}"


def _yarn(machine: Machine, scope: str | None, _: str | None) -> None:
    document = yaml.safe_load(machine.text(".yarnrc.yml"))
    [(section, [(name, entry)])] = [(key, list(value.items())) for key, value in document.items()]
    assert entry["npmAuthToken"] == TOKEN
    assert (section, name) == ("npmScopes", scope[1:]) if scope else section == "npmRegistries"
    assert set(entry) == {"npmAlwaysAuth", "npmAuthToken"} | ({"npmRegistryServer"} if scope else set())


def _pip(machine: Machine, _: str | None, username: str | None) -> None:
    assert netrc.netrc(machine.home / ".netrc").hosts == {"example.com": (username or "__token__", "", TOKEN)}
    parser = configparser.RawConfigParser()
    parser.read_string(machine.text(".config/pip/pip.conf"))
    assert parser.sections() == ["global"]
    assert set(parser["global"]) == {"index-url", "extra-index-url"}
    assert parser["global"]["index-url"].startswith("https://example.com")


def _maven(machine: Machine, _: str | None, username: str | None) -> None:
    [server] = ElementTree.parse(machine.home / ".m2/settings.xml").getroot().findall("servers/server")
    found = {child.tag: child.text for child in server}
    assert set(found) == {"id", "username", "password"}
    assert (found["username"], found["password"]) == (username or "token", TOKEN)


READERS = {"npm": _npm, "yarn": _yarn, "pip": _pip, "maven": _maven}


@settings(max_examples=60, deadline=None)
@given(repositories(), MIXED | st.text(max_size=20))
def test_the_script_is_one_that_bash_can_read(entry: dict[str, Any], config: str) -> None:
    configuration = valid(entry)
    if configuration is None:
        return
    text = render(configuration, {"Repository": arn("Repository")}, ["--config", config])

    subprocess.run([BASH, "-n"], input=text.encode(), check=True)
    # The header is remarks up to the empty line, whatever stands in it.
    header = text.partition("\n\n")[0]
    assert all(line.startswith("#") for line in header.split("\n"))
    assert header.count("\n") < 30

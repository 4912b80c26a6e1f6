"""Files put together from what people have in them: the hook sets them up for their readers, or lets them be.

`make test` runs a sample that is always the same, `make soak` thousands (COMPOSITIONS says how many of each
format). The readers are those of the package managers: the netrc of every Python that is there, pip's own
options, npm's ini.
"""

import json
import netrc
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.hooks.machine import MAVEN, NPM, PIP, TOKEN, YARN, Machine, refused

COUNT = int(os.environ.get("COMPOSITIONS", "60"))
SEED = int(os.environ.get("COMPOSITIONS_SEED", "1"))

Reading = dict[str, Any] | None
"""What a reader finds in a file, by name; None where it cannot read it."""


@dataclass(frozen=True)
class Format:
    """One file: what people have in it, and who reads it."""

    repository: str
    file: str
    pieces: tuple[str, ...]
    read: Callable[[list[Path]], list[Reading]]
    wanted: Mapping[str, Any]
    """What the reader must find when the hook has run."""
    around: tuple[str, str] = ("", "")
    """What stands before and after the pieces."""
    others: Callable[[], list[Callable[[list[Path]], list[Reading]]]] = list
    """Returns more readers of the file."""


def _each(read: Callable[[Path], Reading]) -> Callable[[list[Path]], list[Reading]]:
    return lambda paths: [read(path) for path in paths]


def _netrc(path: Path) -> Reading:
    try:
        return dict(netrc.netrc(path).hosts)
    except (netrc.NetrcParseError, UnicodeDecodeError):
        return None


NETRC_READER = """
import json, netrc, sys
found = []
for path in json.load(sys.stdin):
    try:
        hosts = netrc.netrc(path).hosts
        found.append({host: [entry[0], entry[1] or '', entry[2]] for host, entry in hosts.items()})
    except Exception:  # what Python 2.7 and 3.6 raise is not always an error of their own
        found.append(None)
print(json.dumps(found))
"""


def _netrc_by(python: str, paths: list[Path]) -> list[Reading]:
    done = subprocess.run(
        [python, "-c", NETRC_READER],
        input=json.dumps([str(path) for path in paths]),
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    return [each and {host: tuple(entry) for host, entry in each.items()} for each in found]


@cache
def _pythons() -> list[Callable[[list[Path]], list[Reading]]]:
    """Return the netrc of every Python that is there, pyenv's among them, also of those out of support."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    names = [f"python{version}" for version in ("2.7", *(f"3.{minor}" for minor in range(6, 20)))]
    places = [*map(str, pyenv.glob("versions/*/bin/python")), *filter(None, map(shutil.which, names))]
    # What is on the PATH can be a name of pyenv's alone.
    return [
        partial(_netrc_by, place)
        for place in places
        if subprocess.run([place, "-V"], capture_output=True, check=False).returncode == 0
    ]


def _pip(path: Path) -> Reading:
    """What `pip install` and `pip download` take for their options."""
    found: dict[str, Any] = {}
    create = import_module("pip._internal.commands").create_command
    errors = import_module("pip._internal.exceptions").PipError
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            patch.delenv(name)
        patch.setenv("HOME", str(path.parents[2]))
        patch.setenv("XDG_CONFIG_HOME", str(path.parents[1]))
        patch.setenv("XDG_CONFIG_DIRS", "/nowhere")
        for command in ("install", "download"):
            try:
                options = create(command).parser.get_default_values()
            except (errors, SystemExit):
                return None
            for name in ("index_url", "extra_index_urls", "cache_dir", "no_binary", "trusted_hosts"):
                found[f"{command}.{name}"] = getattr(options, name, None)
    return {name: str(value) for name, value in found.items()}


NPM_READER = """
const ini = require(process.argv[1]), fs = require('fs');
const found = JSON.parse(fs.readFileSync(0)).map((path) => {
  const read = ini.parse(fs.readFileSync(path, 'utf8'));
  return Object.fromEntries(Object.entries(read).map(([key, value]) => [key, JSON.stringify(value)]));
});
console.log(JSON.stringify(found));
"""


@cache
def _npms_ini() -> str:
    root = subprocess.run(
        [shutil.which("npm") or "npm", "root", "--global"], check=True, capture_output=True, text=True
    )
    return f"{root.stdout.strip()}/npm/node_modules/ini"


def _npm(paths: list[Path]) -> list[Reading]:
    done = subprocess.run(
        [shutil.which("node") or "node", "--eval", NPM_READER, _npms_ini()],
        input=json.dumps([str(path) for path in paths]),
        check=True,
        capture_output=True,
        text=True,
    )
    found: list[Reading] = json.loads(done.stdout)
    return found


def _yarn(path: Path) -> Reading:
    """As yarn reads YAML: all values are texts, and of two equal keys the last counts."""
    try:
        read = yaml.load(path.read_text("utf-8-sig"), yaml.BaseLoader) or {}  # noqa: S506 - makes texts alone
    except yaml.YAMLError:
        return None
    if not isinstance(read, dict):
        return None
    scopes = read.pop("npmScopes", None) or {}
    return read | {f"scope {name}": entry for name, entry in scopes.items()}


def _maven(path: Path) -> Reading:
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError:
        return None
    servers = [server for part in root.findall("{*}servers") for server in part]
    found = {(server.findtext("{*}id") or "").strip(): server.findtext("{*}password") for server in servers}
    rest = [(element.tag, element.text) for element in root.iter() if element not in servers and element.text]
    return found | {f"{tag} {text.strip()}": text.strip() for tag, text in rest if text.strip()}


FORMATS = {
    "netrc": Format(
        PIP,
        ".netrc",
        (
            "machine git.example.com login me password mine\n",
            "machine git.example.com login me password mine \n",
            "machine a.example.com\n  login me\n\tpassword mine\n",
            'machine b.example.com login me password "my word"\n',
            "machine c.example.com login me password my\\ word\n",
            "machine d.example.com login me password mine # and a remark\n",
            "machine e.example.com user me account x password mine",
            "machine pypi.example.com login me password an-old-one\n",
            "default login anonymous password me@example.com\n",
            "machine f.example.com port 443 login me password mine\n",
            "machine g.example.com login me password\n",
            "macdef init\ncd /\nls\n\n",
            "macdef init\ncd /",
            "# a remark of mine\n",
            "#remark\n",
            "# \n",
            "\n",
            "\n\n  \n",
            "\t# another one\n",
        ),
        _each(_netrc),
        {"pypi.example.com": ("reader", "", TOKEN)},
        others=_pythons,
    ),
    "pip.conf": Format(
        PIP,
        ".config/pip/pip.conf",
        (
            "[global]\n",
            "[global] ; ours\n",
            "  [global]\n",
            "[install]\n",
            "[download]  \n",
            "[Global]\n",
            "cache-dir = /one\n",
            "  cache_dir: /two\n",
            "index-url = https://elsewhere.example.com/simple\n",
            "index_url=https://elsewhere.example.com/simple\n",
            "--extra-index-url = https://elsewhere.example.com/simple\n",
            "extra-index-url =\n    https://one.example.com/simple\n    https://two.example.com/simple\n",
            "trusted-host = one.example.com\n  # a remark\n\n  two.example.com\n",
            "no-binary\n",
            "pypi-url = https://elsewhere.example.com/simple\n",
            "# a remark\n",
            "; another\n",
            "\n",
        ),
        _each(_pip),
        {
            f"{command}.{name}": value
            for command in ("install", "download")
            for name, value in (("index_url", "https://pypi.example.com/simple/"), ("extra_index_urls", "[]"))
        },
    ),
    "npmrc": Format(
        NPM,
        ".npmrc",
        (
            "fund=false\n",
            "  fund = false  \n",
            "; a remark\n",
            "# another\n",
            "\n",
            "//other.example.com/:_authToken=theirs\n",
            "//npm.example.com/acme/:_authToken=an-old-one\n",
            '"//npm.example.com/acme/:_authToken" = "an-old-one"\n',
            "//npm.example.com/acme/:_authToken=\n",
            "//npm.example.com/acme/:_authToken[]=x\n",
            "//npm.example.com/acme/:username=me\n//npm.example.com/acme/:_password=cA==\n",
            "@acme:registry=https://elsewhere.example.com/\n",
            "@other:registry=https://elsewhere.example.com/\n",
            "//npm.example.com/acme/deeper/:_authToken=x\n",
            "//npm.example.com/:_authToken=x\n",
            "_auth=x\n",
            "[x\n",
            "[x]\n",
            "[x] \n",
            " [x]\n",
            "always-auth\n",
        ),
        _npm,
        {
            "//npm.example.com/acme/:_authToken": json.dumps(TOKEN),
            "@acme:registry": '"https://npm.example.com/acme/"',
        },
    ),
    "yarnrc": Format(
        YARN,
        ".yarnrc.yml",
        (
            "nodeLinker: node-modules\n",
            "enableTelemetry: false # a remark\n",
            "# a remark\n",
            "\n",
            "npmScopes:\n",
            "npmScopes: # a remark\n  other:\n    npmAuthToken: theirs\n",
            'npmScopes:\n    "other":\n        npmAuthToken: theirs\n\n    # a remark\n',
            "npmScopes:\n  acme:\n    npmAuthToken: an-old-one\n",
            "npmScopes:\n  # old:\n  #   npmAuthToken: x\n",
            "npmScopes: {other: {npmAuthToken: theirs}}\n",
            "npmScopes:\n  {other: {npmAuthToken: theirs}}\n",
            "npmRegistries:\n  '//elsewhere.example.com':\n    npmAuthToken: theirs\n",
            "packageExtensions:\n  'a@*':\n    dependencies:\n      b: '*'\n",
            "supportedArchitectures:\n  os: [linux,\n    darwin]\n",
            "---\n",
            'nodeLinker "node-modules"\n',
        ),
        _each(_yarn),
        {
            "scope acme": {
                "npmAlwaysAuth": "true",
                "npmAuthToken": TOKEN,
                "npmRegistryServer": "https://yarn.example.com/acme/",
            }
        },
    ),
    "settings": Format(
        MAVEN,
        ".m2/settings.xml",
        (
            "  <servers/>\n",
            "  <servers></servers>\n",
            "  <servers>\n    <server><id>other</id><password>theirs</password></server>\n  </servers>\n",
            "<servers ><server><id>acme</id><password>mine</password></server></servers>",
            "  <!-- <servers> -->\n",
            "  <offline/>\n",
            "  <localRepository><![CDATA[<servers>]]></localRepository>\n",
            "  <mirrors><mirror><id>m</id><url>https://m.example.com</url><mirrorOf>*</mirrorOf></mirror></mirrors>\n",
            (
                "  <mirrors>\n    <mirror><id>m</id><url>https://m.example.com</url>\n"
                "      <mirrorOf>central</mirrorOf></mirror>\n  </mirrors>\n"
            ),
            "  <profiles><profile><id>acme</id></profile></profiles>\n",
            "\n",
        ),
        _each(_maven),
        {"acme": TOKEN},
        around=("<settings>\n", "</settings>\n"),
    ),
}
SHAPES = ("{}", "{}", "{}", "\ufeff{}", "crlf{}", "open{}")
"""How a file can be besides what is in it."""


def compositions(kind: Format, name: str) -> Iterator[bytes]:
    """Return texts without end, no two of them equal, the same for one name and seed."""
    chance = random.Random(f"{SEED} {name}")  # noqa: S311 - what is wanted is the same numbers again
    seen: set[bytes] = set()
    while True:
        pieces = "".join(chance.choices(kind.pieces, k=chance.randint(0, 5)))
        shape = chance.choice(SHAPES)
        text = kind.around[0] + pieces + kind.around[1]
        if shape.startswith("crlf"):
            text = text.replace("\n", "\r\n")
        elif shape.startswith("open"):
            text = text.rstrip("\n")
        elif shape != "{}":
            text = shape.format(text)
        if text.encode() not in seen:
            seen.add(text.encode())
            yield text.encode()


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.parametrize("name", FORMATS)
def test_a_composed_file_is_set_up_or_stays_as_it_is(machine: Machine, tmp_path: Path, name: str) -> None:
    kind = FORMATS[name]
    machine.store(AcmeNpm=TOKEN, AcmePip=TOKEN, AcmeYarn=TOKEN, AcmeMaven=TOKEN)
    machine.make(kind.repository)
    path = machine.home / kind.file
    path.parent.mkdir(parents=True, exist_ok=True)
    pairs: list[tuple[Path, Path]] = []
    refusals: list[Path] = []

    for number, text in enumerate(islice(compositions(kind, name), COUNT)):
        path.write_bytes(text)
        done = machine.run(check=False)
        old, new = (tmp_path / "kept" / str(number) / when / kind.file for when in ("old", "new"))
        for place, content in ((old, text), (new, path.read_bytes())):
            place.parent.mkdir(parents=True)
            place.write_bytes(content)
        if done.returncode:
            refused(done)
            assert path.read_bytes() == text
            refusals.append(old)
            continue
        pairs.append((old, new))
        machine.run()
        assert path.read_bytes() == new.read_bytes(), text

    readable = [path for path, found in zip(refusals, kind.read(refusals), strict=True) if found is not None]
    print(
        f"\n{name}: {COUNT} files, {len(refusals)} refused ({len(refusals) / COUNT:.0%}), of which the reader"
        f" can read {len(readable)}"
    )
    for read in (kind.read, *kind.others()):
        before = read([old for old, _ in pairs])
        after = read([new for _, new in pairs])
        for (old, new), was, now in zip(pairs, before, after, strict=True):
            if was is None and read is not kind.read:  # older than what the hook promises to write for
                continue
            assert now is not None, (read, new.read_text())
            assert {key: now.get(key) for key in kind.wanted} == kind.wanted, (read, new.read_text())
            for key, value in (was or {}).items():
                assert key in kind.wanted or now.get(key) == value, (key, old.read_text(), new.read_text())

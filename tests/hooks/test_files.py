"""What the hook does to files that are a user's own."""

import configparser
import netrc
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.hooks.machine import MAVEN, NPM, PIP, TOKEN, YARN, Machine, refused


def _npm(path: Path) -> str | None:
    """As npm's ini does: the last line of a key wins, and none in a section counts."""
    found = None
    for line in path.read_text().splitlines():
        if line.startswith("["):
            break
        key, separator, value = line.partition("=")
        if key.strip() == "//npm.example.com/acme/:_authToken" and separator:
            found = value.strip()
    return found


def _yarn(path: Path) -> str:
    return str(yaml.safe_load(path.read_text())["npmScopes"]["acme"]["npmAuthToken"])


def _netrc(path: Path) -> str | None:
    entry = netrc.netrc(path).authenticators("pypi.example.com")
    return entry[2] if entry else None


def _maven(path: Path) -> str | None:
    for server in ElementTree.parse(path).findall("./{*}servers/{*}server"):
        if server.findtext("{*}id") == "acme":
            return server.findtext("{*}password")
    return None


FILES: dict[str, tuple[str, str, str, Callable[[Path], str | None]]] = {
    "npm": (NPM, "AcmeNpm", ".npmrc", _npm),
    "yarn": (YARN, "AcmeYarn", ".yarnrc.yml", _yarn),
    "netrc": (PIP, "AcmePip", ".netrc", _netrc),
    "maven": (MAVEN, "AcmeMaven", ".m2/settings.xml", _maven),
}

OWN = {
    "npm": [
        "fund=false\n; a remark\n//other.example.com/:_authToken=theirs\n",
        "fund=false",
        "\n\n# last line without an end\nfund=false",
        "fund=false\r\n@acme:registry=https://elsewhere.example.com/\r\n",
        "//npm.example.com/acme/:_authToken=\n//npm.example.com/acme/:_authToken=an-old-one\n",
        "fund=false\n[section]\n//other.example.com/:_authToken=hidden\n",
    ],
    "yarn": [
        "enableTelemetry: false\n# a remark",
        "---\nnpmScopes:\n  other:\n    npmAuthToken: theirs\nenableTelemetry: false\n",
        "npmScopes: # a remark\n\n    # another\n    other:\n        npmAuthToken: theirs",
        "npmScopes:\r\n  other:\r\n    npmAuthToken: theirs\r\n",
        "enableTelemetry: false\nnpmScopes:\n",
        "npmRegistries:\n  //acme:\n    npmAuthToken: theirs\n  acme:\n    npmAuthToken: theirs\n",
    ],
    "netrc": [
        "machine other.example.com login me password theirs\n# a remark\n",
        "machine other.example.com\n  login me\n  password theirs",
        "machine pypi.example.com login me password an-old-one\n",
        "machine other.example.com login me password theirs\nmacdef init\ncd /\nls\n",
        "default login anonymous password me@example.com\n",
    ],
    "maven": [
        "<settings>\n</settings>\n",
        "<settings><servers></servers></settings>",
        """<?xml version="1.0"?>
<settings xmlns="http://maven.apache.org/SETTINGS/1.0.0"
  a="b">
  <!-- <servers> <server> <id>acme</id> -->
  <offline/>
</settings>""",
        """<settings>
  <servers>
    <server>
      <id>other</id>
      <password>theirs</password>
    </server>
  </servers>
  <profiles>
    <profile><id>acme</id></profile>
  </profiles>
</settings>
""",
        "<settings>\r\n  <servers>\r\n  </servers>\r\n</settings>\r\n",
        "<settings>\n  <localRepository><![CDATA[<servers>]]></localRepository>\n</settings>\n",
    ],
}
CASES = [
    pytest.param(name, text, id=f"{name} {number}")
    for name, texts in OWN.items()
    for number, text in enumerate(texts)
]

BLOCK = re.compile(r"[^\n]*>>>private-packages:(\w+)>>>.*?<<<private-packages:\1<<<[^\n]*\n", re.DOTALL)


def prepare(machine: Machine, name: str) -> tuple[Path, Callable[[Path], str | None]]:
    """Make a hook for one package manager; return its file and who reads the token in it."""
    repository, secret, file, reader = FILES[name]
    machine.store(**{secret: TOKEN})
    machine.make(repository)
    path = machine.home / file
    path.parent.mkdir(exist_ok=True)
    return path, reader


def rotate(machine: Machine, name: str, token: str) -> None:
    machine.store(**{FILES[name][1]: token})


@pytest.mark.parametrize("name", FILES)
def test_a_new_file(machine: Machine, name: str) -> None:
    path, token = prepare(machine, name)

    machine.run()

    assert token(path) == TOKEN


@pytest.mark.parametrize(("name", "own"), CASES)
def test_a_users_own_lines_stay(machine: Machine, name: str, own: str) -> None:
    path, token = prepare(machine, name)
    path.write_bytes(own.encode())

    machine.run()

    assert token(path) == TOKEN
    left = BLOCK.sub("", path.read_bytes().decode())
    without = left
    for added in ("npmScopes:\n", "  <servers>\n", "  </servers>\n"):
        without = without.replace(added, "", 1)
    assert "".join(own.split()) in ("".join(left.split()), "".join(without.split()))
    for line in own.splitlines(keepends=True)[:-1]:
        assert line in path.read_bytes().decode() or name == "maven"


@pytest.mark.parametrize(("name", "own"), CASES)
def test_a_second_run_changes_nothing(machine: Machine, name: str, own: str) -> None:
    path, _ = prepare(machine, name)
    path.write_bytes(own.encode())
    machine.run()
    before, kept = machine.files(), path.stat()

    machine.run()

    assert machine.files() == before
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (kept.st_ino, kept.st_mtime_ns)


@pytest.mark.parametrize(("name", "own"), CASES)
def test_a_new_token_replaces_the_old_one(machine: Machine, name: str, own: str) -> None:
    path, token = prepare(machine, name)
    path.write_bytes(own.encode())
    machine.run()
    once = path.read_bytes()

    rotate(machine, name, "not-a-real-token-2")
    machine.run()

    assert token(path) == "not-a-real-token-2"
    assert path.read_bytes() == once.replace(TOKEN.encode(), b"not-a-real-token-2")


@pytest.mark.parametrize("name", FILES)
def test_the_block_can_be_removed_by_hand_and_comes_back(machine: Machine, name: str) -> None:
    path, token = prepare(machine, name)
    machine.run()
    path.write_text(BLOCK.sub("", path.read_text()))

    machine.run()

    assert token(path) == TOKEN


@pytest.mark.parametrize("name", FILES)
def test_a_symbolic_link_stays_and_its_target_is_written(machine: Machine, tmp_path: Path, name: str) -> None:
    path, token = prepare(machine, name)
    (tmp_path / "dotfiles").mkdir()
    target = tmp_path / "dotfiles" / "the file"
    target.write_text(OWN[name][0])
    path.symlink_to(target)

    machine.run()

    assert path.is_symlink()
    assert token(target) == TOKEN
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_symbolic_link_whose_target_is_still_to_be_made(machine: Machine, tmp_path: Path) -> None:
    path, token = prepare(machine, "npm")
    path.symlink_to(tmp_path / "npmrc")

    machine.run()

    assert path.is_symlink()
    assert token(tmp_path / "npmrc") == TOKEN


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_others_could_read_is_closed_to_them(machine: Machine, name: str) -> None:
    path, _ = prepare(machine, name)
    path.write_text(OWN[name][0])
    path.chmod(0o666)
    machine.run()
    assert path.stat().st_mode & 0o777 == 0o600

    path.chmod(0o644)
    machine.run()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("trimmed", [f"  {TOKEN}", f"{TOKEN}\n", f"{TOKEN}\r\n", f"\t\n{TOKEN} \r\n\n"])
def test_white_space_around_a_token_goes(machine: Machine, trimmed: str) -> None:
    path, token = prepare(machine, "npm")
    rotate(machine, "npm", trimmed)

    machine.run()

    assert token(path) == TOKEN


@pytest.mark.parametrize("name", FILES)
def test_any_character_that_is_not_refused_arrives(machine: Machine, name: str) -> None:
    path, token = prepare(machine, name)
    refused_there = {"npm": ";#\"'`\\", "yarn": "'", "netrc": "\"'\\", "maven": "{}"}[name]
    everything = "".join(chr(code) for code in range(33, 127) if chr(code) not in refused_there)
    everything = (
        everything.replace("$", "").replace("{", "", 1 if name in ("npm", "yarn") else 0) + "$&\\1"[:2]
    )
    rotate(machine, name, everything)

    machine.run()

    assert token(path) == everything


def test_a_block_that_has_lost_its_end(machine: Machine) -> None:
    path, _ = prepare(machine, "npm")
    machine.run()
    path.write_text(path.read_text().replace("#<<<private-packages:AcmeNpm<<<\n", "fund=false\n"))
    before = path.read_bytes()

    assert "line 1: this block of the hook has lost its end: remove it by hand" in refused(
        machine.run(check=False)
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("npmScopes: {other: {npmAuthToken: theirs}}\n", "line 1: the hook cannot add to this form of a map"),
        ("npmScopes:\n  {other: {npmAuthToken: x}}\n", "line 2: the hook cannot add to this form of a map"),
        ("npmScopes:\n  <<: *others\n", "line 2: the hook cannot add to this form of a map"),
        ("npmScopes:\n\tother:\n", "line 2: the hook cannot add to this form of a map"),
        ("{enableTelemetry: false}\n", "line 1: this hook reads no YAML but lines of 'key: value'"),
        ("a: 1\n...\n", "line 2: this hook reads no YAML but lines of 'key: value'"),
        ("a: 1\n---\nb: 2\n", "line 2: this hook reads no YAML but lines of 'key: value'"),
        ('nodeLinker "node-modules"\n', "line 1: this hook reads no YAML but lines of 'key: value'"),
    ],
)
def test_a_yarnrc_that_cannot_be_added_to(machine: Machine, own: str, expected: str) -> None:
    path, _ = prepare(machine, "yarn")
    path.write_text(own)

    assert expected in refused(machine.run(check=False))
    assert path.read_text() == own


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("", None),
        ("<settings>\n", "cannot be understood"),
        ("<settings/>", None),
        ('<settings a="b" />\n', None),
        ("<settings><servers/></settings>", None),
        ("<settings>\n  <servers />\n</settings>\n", None),
        ("<settings><servers/><servers></servers></settings>", "in which <servers> stands twice"),
        (
            "<settings>\n<offline/>\n<offline/></settings>",
            "line 3: Maven reads no file in which <offline> stands",
        ),
        ("<settings><a></b></settings>", "cannot be understood"),
        ("<!DOCTYPE x [<!ENTITY y 'z'>]><settings></settings>", "cannot be understood"),
        ("<settings><!-- </settings>", "cannot be understood"),
        ("no XML", "cannot be understood"),
        (
            "<settings><servers><server><id> acme </id></server></servers></settings>",
            "line 1: this server may have the id acme: remove it",
        ),
    ],
)
def test_a_settings_xml_that_cannot_be_added_to(machine: Machine, own: str, expected: str | None) -> None:
    path, token = prepare(machine, "maven")
    path.write_text(own)

    if expected is None:
        machine.run()
        assert token(path) == TOKEN
    else:
        assert expected in refused(machine.run(check=False))
        assert path.read_text() == own


class TestPipConf:
    """pip.conf holds no token, only which index pip asks."""

    @staticmethod
    def options(machine: Machine) -> dict[str, str]:
        parser = configparser.RawConfigParser()
        parser.read_string(machine.text(".config/pip/pip.conf"))
        return dict(parser["global"])

    @staticmethod
    def write(machine: Machine, text: str) -> Path:
        path = machine.home / ".config/pip/pip.conf"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return path

    @pytest.fixture(autouse=True)
    def _hook(self, machine: Machine) -> None:
        machine.store(AcmePip=TOKEN)
        machine.make(PIP)

    def test_the_private_index_alone_is_asked(self, machine: Machine) -> None:
        """The empty option takes away another index that /etc/pip.conf may name."""
        machine.run()

        assert self.options(machine) == {
            "index-url": "https://pypi.example.com/simple/",
            "extra-index-url": "",
        }
        assert TOKEN not in machine.text(".config/pip/pip.conf")

    def test_the_private_index_as_well(self, machine: Machine) -> None:
        machine.make(PIP + "    index: extra\n")

        machine.run()

        assert self.options(machine) == {"extra-index-url": "https://pypi.example.com/simple/"}

    @pytest.mark.parametrize(
        "own",
        [
            "[global]\ntimeout = 60\n",
            "[global]\n  timeout = 60\n",
            "# a remark\n\n[global]\n\n# another\n   timeout = 60\n[install]\nno-binary = x",
            "[install]\nno-binary = x\n[global] \ntimeout: 60",
        ],
    )
    def test_a_users_own_options_stay(self, machine: Machine, own: str) -> None:
        path = self.write(machine, own)

        machine.run()

        assert self.options(machine)["timeout"] == "60"
        assert self.options(machine)["index-url"] == "https://pypi.example.com/simple/"
        assert BLOCK.sub("", path.read_text()).split() == own.split()
        before = path.read_bytes()
        machine.run()
        assert path.read_bytes() == before

    def test_with_another_configuration_folder(self, machine: Machine, tmp_path: Path) -> None:
        machine.run(XDG_CONFIG_HOME=str(tmp_path / "xdg"))

        assert (tmp_path / "xdg/pip/pip.conf").exists()

    def test_the_real_pip_reads_it(self, machine: Machine) -> None:
        machine.run()
        (machine.home / "etc/pip").mkdir(parents=True)
        (machine.home / "etc/pip/pip.conf").write_text(
            "[global]\nextra-index-url = https://pypi.org/simple\n"
        )

        listed = machine.run(
            REAL_PYTHON, "-m", "pip", "config", "list", XDG_CONFIG_DIRS=str(machine.home / "etc")
        )

        assert {line for line in listed.stdout.splitlines() if "index-url" in line} == {
            "global.extra-index-url=''",
            "global.index-url='https://pypi.example.com/simple/'",
        }


REAL_PYTHON = shutil.which("python3") or "python3"


@pytest.mark.node
def test_the_real_npm_reads_it(machine: Machine) -> None:
    path, _ = prepare(machine, "npm")
    path.write_text(OWN["npm"][4])
    machine.run()

    listed = machine.run("npm", "config", "get", "@acme:registry")

    assert listed.stdout.strip() == "https://npm.example.com/acme/"


@pytest.mark.parametrize("order", [(NPM, YARN, PIP, MAVEN), (MAVEN, PIP, YARN, NPM)])
def test_several_package_managers_at_once(machine: Machine, order: tuple[str, ...]) -> None:
    machine.store(**{secret: f"{TOKEN}-{secret}" for _, secret, _, _ in FILES.values()})
    machine.make(*order)

    machine.run()

    for _, secret, file, token in FILES.values():
        assert token(machine.home / file) == f"{TOKEN}-{secret}"


def test_several_repositories_of_one_package_manager(machine: Machine) -> None:
    entry = "\n  - {{id: {0}, manager: {1}, scope: '{2}', url: 'https://example.com/{0}', secret: {0}}}\n"
    machine.make(*(entry.format(name, "npm", f"@{name.lower()}") for name in ("One", "Two", "Three")))
    machine.store(One="token-1", Two="token-2", Three="token-3")

    machine.run()

    lines = [line for line in machine.text(".npmrc").splitlines() if not line.startswith("#")]
    assert lines == [
        "@one:registry=https://example.com/One/",
        "//example.com/One/:_authToken=token-1",
        "@two:registry=https://example.com/Two/",
        "//example.com/Two/:_authToken=token-2",
        "@three:registry=https://example.com/Three/",
        "//example.com/Three/:_authToken=token-3",
    ]
    before = machine.files()
    machine.run()
    assert machine.files() == before


def test_yarn_with_and_without_scopes(machine: Machine) -> None:
    machine.store(One="token-1", Two="token-2", Three="token-3")
    entry = "\n  - {{id: {0}, manager: yarn, {1} url: 'https://example.com/{0}', secret: {0}}}\n"
    machine.make(
        entry.format("One", "scope: '@one',"),
        entry.format("Two", "scope: '@two',"),
        entry.format("Three", ""),
    )

    machine.run()
    before = machine.files()
    machine.run()

    assert machine.files() == before
    assert yaml.safe_load(machine.text(".yarnrc.yml")) == {
        "npmScopes": {
            name.lower(): {
                "npmAlwaysAuth": True,
                "npmAuthToken": token,
                "npmRegistryServer": f"https://example.com/{name}/",
            }
            for name, token in (("One", "token-1"), ("Two", "token-2"))
        },
        "npmRegistries": {"https://example.com/Three": {"npmAlwaysAuth": True, "npmAuthToken": "token-3"}},
    }


def test_a_program_sees_each_file_whole_at_every_moment(machine: Machine) -> None:
    """Just before each renaming, the old files are whole and the new ones complete."""
    machine.store(AcmeNpm="not-a-real-token-2", AcmePip="not-a-real-token-2")
    machine.make(NPM, PIP)
    old = {".npmrc": "fund=false\n" * 50, ".netrc": "machine other.example.com login a password b\n" * 50}
    for name, text in old.items():
        (machine.home / name).write_text(text)
    machine.wrap("mv", 'cp -a "${HOME}" "${TMPDIR}/../seen.$(ls "${TMPDIR}/.." | grep -c seen)"')

    machine.run()

    first = machine.temporary.parent / "seen.0"
    for name, text in old.items():
        assert (first / name).read_text() == text
        new = first / f"{name}.private-packages"
        assert new.read_text() == machine.text(name)
        assert new.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def mounted(machine: Machine) -> Iterator[Path]:
    """An .npmrc that is mounted by itself, as Docker and Kubernetes do."""
    path = machine.home / ".npmrc"
    path.write_text("fund=false\n")
    if (
        os.getuid()
        or subprocess.run(["/bin/mount", "--bind", path, path], check=False, capture_output=True).returncode
    ):
        pytest.skip("mounting is not allowed here")
    try:
        yield path
    finally:
        subprocess.run(["/bin/umount", path], check=True)


def test_a_file_that_is_a_mount_point_is_written_where_it_is(machine: Machine, mounted: Path) -> None:
    machine.store(AcmeNpm=TOKEN, AcmePip=TOKEN)
    machine.make(NPM, PIP)
    kept = mounted.stat().st_ino

    machine.run()

    assert _npm(mounted) == TOKEN
    assert mounted.read_text().startswith("fund=false\n")
    assert mounted.stat().st_ino == kept
    assert mounted.stat().st_mode & 0o777 == 0o600
    assert sorted(machine.files()) == [".config/pip/pip.conf", ".netrc", ".npmrc"]
    machine.store(AcmeNpm="short")
    machine.run()
    assert _npm(mounted) == "short"


def test_a_mount_point_that_cannot_be_written(machine: Machine, mounted: Path) -> None:
    """As Kubernetes mounts a secret; the files that were replaced before it get back what they were."""
    subprocess.run(["/bin/mount", "-o", "remount,bind,ro", mounted], check=True)
    (machine.home / ".netrc").write_text("machine other.example.com login me password theirs\n")
    (machine.home / ".netrc").chmod(0o640)
    machine.store(AcmeNpm=TOKEN, AcmePip=TOKEN)
    machine.make(PIP, NPM)
    before = machine.files()

    assert f"{mounted} can neither be replaced nor written" in refused(machine.run(check=False))

    assert machine.files() == before
    assert machine.mode(".netrc") == 0o640


@pytest.mark.parametrize("order", [(NPM, PIP, YARN), (PIP, YARN, NPM), (YARN, NPM, PIP)])
@pytest.mark.parametrize("own", ["fund=false\n", None])
def test_all_files_or_none(machine: Machine, order: tuple[str, ...], own: str | None) -> None:
    """The last one can neither be replaced nor written."""
    machine.store(AcmeNpm=TOKEN, AcmePip=TOKEN, AcmeYarn=TOKEN)
    machine.make(*order)
    if own:
        (machine.home / ".npmrc").write_text(own)
    last = {NPM: ".npmrc", PIP: "pip.conf", YARN: ".yarnrc.yml"}[order[-1]]
    machine.wrap("mv", f'[[ "$*" != *{last} ]] || exit 1')
    machine.wrap("chmod", f'[[ "$*" != *{last} ]] || exit 1')
    before = machine.files()

    assert f"{last} can neither be replaced nor written" in refused(machine.run(check=False))

    assert machine.files() == before

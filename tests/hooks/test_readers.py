"""What the readers of a file make of it decides: what they find, what they merge, what they cannot read."""

import configparser
import netrc
import time
from pathlib import Path
from typing import Any

import pytest

from tests.hooks.machine import MAVEN, NPM, PIP, TOKEN, YARN, Machine, refused
from tests.hooks.test_files import BLOCK

IDS = ("AcmeNpm", "AcmeYarn", "AcmePip", "AcmeMaven")
NPM_PLACE = "//npm.example.com/acme/"
ELSEWHERE = "https://elsewhere.example.com/"


@pytest.fixture(autouse=True)
def _tokens(machine: Machine) -> None:
    machine.store(**dict.fromkeys(IDS, TOKEN))


def write(machine: Machine, name: str, text: str | bytes, *, project: bool = False) -> Path:
    path = (machine.path.parents[1] if project else machine.home) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def assert_refused(machine: Machine, *words: str, **changes: Any) -> None:
    before = machine.files()
    line = refused(machine.run(check=False, **changes))
    for word in words:
        assert word in line
    assert machine.files() == before


def index_url(machine: Machine, section: str = "global", file: str = ".config/pip/pip.conf") -> str:
    parser = configparser.RawConfigParser()
    parser.read_string(machine.text(file))
    return parser[section]["index-url"]


LAST_LINES = [
    "machine git.example.com login me password mine",
    "machine git.example.com login me password mine ",
    "machine git.example.com login me password mine\n",
    "machine git.example.com login me password mine \n",
    "machine git.example.com login me password mine\t\n",
    "machine git.example.com login me password mine\r\n",
    'machine git.example.com login me password "mine"\n',
    "machine git.example.com login me password mine\n\n",
    "machine git.example.com login me password mine\n  \n",
    "machine git.example.com login me password mine\n# a remark of mine\n",
    "machine git.example.com login me password mine\n#remark \n",
    "machine git.example.com\n",
    "# mine\n\n",
    "\n",
]


@pytest.mark.parametrize("own", LAST_LINES)
def test_the_remarks_of_the_hook_are_none_to_python_after_any_last_line(machine: Machine, own: str) -> None:
    path = write(machine, ".netrc", own)
    machine.make(PIP)
    before = netrc.netrc(path).hosts

    machine.run()

    assert netrc.netrc(path).hosts == before | {"pypi.example.com": ("reader", "", TOKEN)}


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (
            "machine a login b password c\n\n# two words\n",
            "line 3: Python takes the second word of this comment",
        ),
        (
            "machine a login b password c \n# two words\n",
            "line 2: Python takes the second word of this comment",
        ),
        (
            "#two words\nmachine a login b password c\n",
            "line 1: Python takes the second word of this comment",
        ),
        ("machine a login b password c\r\n# two words\r\n", "line 2: Python takes the second word"),
        ("machine a port 443 login b password c\n", "line 1: Python reads no netrc with this word"),
        ("machine a\n  protocol https\n", "line 2: Python reads no netrc with this word"),
        ("machine a login b password c\n\f\n", "line 2: Python reads no netrc with this word"),
        ("machine a login b password my secret\n", "line 1: Python reads no netrc with this word"),
        ('machine a login b password "c\n', "line 1: a quote or backslash here takes in the next line"),
        ("machine a login b password\n", "line 1: the last word has nothing behind it"),
        ("macdef init \ncd /\n\n", "line 1: the macro's name must be the last thing in its line"),
        ("\ufeffmachine a login b password c\n", "line 1: it begins with a byte order mark"),
        (b"# f\xfcr\nmachine a login b password c\n", "line 1: it holds a byte that is no UTF-8"),
        ("machine a login b\rpassword c\n", "line 1: it holds a byte that is no UTF-8, or a lone carriage"),
    ],
)
def test_a_netrc_that_python_or_uv_cannot_read(machine: Machine, own: str | bytes, words: str) -> None:
    write(machine, ".netrc", own)
    machine.make(PIP)

    assert_refused(machine, f"{machine.home}/.netrc, {words}")


def test_a_netrc_with_another_name_and_paths_that_requests_expands(machine: Machine) -> None:
    machine.make(PIP)
    write(machine, "_netrc", "machine a login b password c\n")
    assert_refused(machine, "_netrc would not be read any more beside")
    (machine.home / "_netrc").unlink()
    assert_refused(machine, "NETRC is empty, so that pip reads no netrc at all", NETRC="")
    assert_refused(machine, "netrc is no whole path", NETRC="netrc")
    assert_refused(machine, "is no whole path", NETRC="${HOME}/.netrc")
    assert_refused(machine, "lies in the source repository", NETRC=f"{machine.path.parents[1]}/netrc")

    machine.run(NETRC="~/.other")

    assert netrc.netrc(machine.home / ".other").hosts["pypi.example.com"][2] == TOKEN
    assert list(machine.path.parents[1].iterdir()) == [machine.path.parent]


@pytest.mark.parametrize("value", ["~/.npmrc", "${HOME}/.npmrc"])
def test_a_path_that_npm_expands(machine: Machine, value: str) -> None:
    machine.make(NPM)

    machine.run(NPM_CONFIG_USERCONFIG=value)

    assert TOKEN in machine.text(".npmrc")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"NPM_CONFIG_USERCONFIG": "~/other"}, "is ~/other, which pnpm, yarn and bun do not take for"),
        ({"NPM_CONFIG_USERCONFIG": ".npmrc"}, ".npmrc is no whole path"),
        ({"NPM_CONFIG_USERCONFIG": "SOURCE/.npmrc"}, "lies in the source repository"),
        ({"NPM_CONFIG_USERCONFIG": "/a", "npm_config_userconfig": "/b"}, "name two files"),
        ({"npm_config_@acme:registry": ELSEWHERE}, "registry in the environment wins over .npmrc: unset it"),
        ({f"npm_config_{NPM_PLACE}:_authToken": "x"}, ":_authToken in the environment wins over .npmrc"),
    ],
)
def test_an_environment_that_leads_npm_elsewhere(
    machine: Machine, changes: dict[str, str], words: str
) -> None:
    machine.make(NPM)
    source = str(machine.path.parents[1])

    assert_refused(machine, words, **{name: text.replace("SOURCE", source) for name, text in changes.items()})


RIVALS = [
    (NPM, ".npmrc", f"{NPM_PLACE}:_authToken=${{GITHUB_TOKEN}}", "this token wins over that of the hook"),
    (NPM, ".npmrc", f'"{NPM_PLACE}:_authToken" = x', "this token wins over that of the hook"),
    (NPM, ".npmrc", "//${REGISTRY}/acme/:_authToken=x", "this token wins over that of the hook"),
    (NPM, ".npmrc", f"{NPM_PLACE}:_auth=x", "this token wins over that of the hook"),
    (NPM, ".npmrc", f"{NPM_PLACE[:-1]}:_authToken=x", "this wins over the token of the hook"),
    (NPM, ".npmrc", f"@acme:registry={ELSEWHERE}", "this takes @acme from another registry"),
    (NPM, "functions/one/.npmrc", f"@acme:registry={ELSEWHERE}", "this takes @acme from another registry"),
    (NPM, ".npmrc", f"{NPM_PLACE}deeper/:_authToken=x", "and wins there"),
    (NPM, "bunfig.toml", f'"@acme" = "{ELSEWHERE}"', "this wins over the hook for the scope"),
    (NPM, "bunfig.toml", 'scopes = {acme = {token = "x"}}', "this wins over the hook for the scope"),
    (NPM, "bunfig.toml", "[install.scopes.acme]", "this wins over the hook for the scope"),
    (NPM, "pnpm-workspace.yaml", f"  '@acme': {ELSEWHERE}", "this wins over the hook for the scope"),
    (YARN, ".yarnrc.yml", "npmScopes: {acme: {npmAuthToken: x}}", "this may win over the hook for acme"),
    (YARN, ".yarnrc.yml", "---\nnpmScopes:\n  acme:\n    npmAuthToken: x", "this wins over the token"),
    (YARN, ".yarnrc.yml", f"npmScopes:\n  'acme':\n    npmRegistryServer: {ELSEWHERE}", "another registry"),
    (MAVEN, ".mvn/maven.config", "-s\nsettings.xml", "Maven reads this file instead"),
    (
        PIP,
        ".venv/pip.conf",
        f"[global]\n--index-url: {ELSEWHERE}",
        "this index-url wins over that of the hook",
    ),
    (PIP, "venv/pip.conf", f"[install]\nextra_index_url={ELSEWHERE}", "this extra-index-url wins over"),
]


@pytest.mark.parametrize(("repository", "name", "text", "words"), RIVALS)
def test_what_the_project_has_that_wins(
    machine: Machine, repository: str, name: str, text: str, words: str
) -> None:
    path = write(machine, name, f"# a remark\n{text}\n".replace("# a remark\n---", "---"), project=True)
    machine.make(repository)

    assert_refused(machine, f"{path}, line ", words, REGISTRY="npm.example.com")


@pytest.mark.parametrize(
    ("repository", "name", "text"),
    [
        (NPM, ".npmrc", "@acme:registry=https://npm.example.com/acme\n//npm.example.com/:_authToken=x\n"),
        (NPM, "node_modules/a/.npmrc", f"@acme:registry={ELSEWHERE}\n"),
        (NPM, "bunfig.toml", '[install.scopes]\nacme = "https://npm.example.com/acme/"\n# acme = "x"\n'),
        (NPM, "pnpm-workspace.yaml", "  '@acme': https://npm.example.com/acme\n  '@acme/x': 1\n"),
        (YARN, ".yarnrc.yml", "npmScopes:\n  acme:\n    npmRegistryServer: https://yarn.example.com/acme\n"),
        (YARN, ".yarnrc.yml", "npmScopes: {other: {npmAuthToken: x}}\nnodeLinker: node-modules\n"),
        (MAVEN, ".mvn/maven.config", "-T\n1C\n"),
        (PIP, ".venv/pip.conf", "[global]\nindex-url = https://pypi.example.com/simple\ntimeout = 5\n"),
    ],
)  # fmt: skip
def test_what_the_project_has_that_is_in_nobodys_way(
    machine: Machine, repository: str, name: str, text: str
) -> None:
    write(machine, name, text, project=True)
    machine.make(repository)

    machine.run()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fund=false\n_auth=x\n", "line 2: npm does not run with a _auth that names no registry"),
        (f"{NPM_PLACE}:_authToken[]=x\n", "line 1: this token wins over that of the hook"),
        (f"{NPM_PLACE}:_authToken=\n{NPM_PLACE}:_auth=x\n", "line 2: this token wins over that of the hook"),
        (f"{NPM_PLACE}:tokenHelper=/bin/x\n", "line 1: this wins over the token of the hook"),
        (f"[section] \n{NPM_PLACE}:_authToken=x\n", "line 2: this token wins over that of the hook"),
        (f"[section]\n{NPM_PLACE}:_authToken=\n", "line 2: this token wins over that of the hook"),
        (f"\ufeff{NPM_PLACE}x/:_authToken=x\n", "line 1: this token is for a part of"),
        (f"[section]\n{NPM_PLACE}:@acme:_authToken=x\n", "line 2: this token wins over that of the hook"),
    ],
)
def test_an_npmrc_of_the_users_that_some_reader_would_take_otherwise(
    machine: Machine, text: str, words: str
) -> None:
    write(machine, ".npmrc", text)
    machine.make(NPM)

    assert_refused(machine, f"{machine.home}/.npmrc, {words}")


@pytest.mark.parametrize("name", [".config/pnpm/auth.ini", "xdg/pnpm/auth.ini", "xdg/.npmrc"])
def test_the_files_that_pnpm_and_bun_read_instead_where_they_exist(machine: Machine, name: str) -> None:
    write(machine, name, f"{NPM_PLACE}:_authToken=old\n")
    machine.make(NPM)

    machine.run(XDG_CONFIG_HOME=str(machine.home / "xdg") if name.startswith("xdg") else None)

    for file in (name, ".npmrc"):
        assert machine.text(file).splitlines()[-2] == f"{NPM_PLACE}:_authToken={TOKEN}"


def test_the_token_of_one_scope_that_pnpm_has_written_is_set_again(machine: Machine) -> None:
    write(machine, ".config/pnpm/auth.ini", f"{NPM_PLACE}:@acme:_authToken=old\n")
    machine.make(NPM)

    machine.run()
    first = machine.files()
    machine.run()

    assert machine.text(".config/pnpm/auth.ini").splitlines()[-2] == f"{NPM_PLACE}:@acme:_authToken={TOKEN}"
    assert "@acme:_authToken" not in machine.text(".npmrc")
    assert machine.files() == first
    write(machine, ".npmrc", f"{NPM_PLACE}:@acme:_authToken=x\n", project=True)
    assert_refused(machine, "this token wins over that of the hook: remove the line")


@pytest.mark.parametrize("token", ["null", "true", "false", "undefined", "123456", "$HOME"])
def test_a_token_that_is_none_to_a_reader_of_npmrc(machine: Machine, token: str) -> None:
    machine.store(AcmeNpm=token)
    machine.make(NPM)

    assert_refused(machine, "AcmeNpm: the token is a word, a number or a variable to those who read .npmrc")


@pytest.mark.parametrize(
    "own",
    [
        "[global] ; ours\ntimeout = 5\n",
        "  [global]\n  timeout = 5\n  index-url = https://elsewhere.example.com/\n",
        "[global]\n--index_url: https://elsewhere.example.com/\npypi-url = https://x.example.com\ntimeout=5\n",
        "[global]\ntimeout=5\nextra-index-url =\n  https://a.example.com\n  # remark\n\n  https://b.example.com\n",
    ],
)
def test_a_pip_conf_that_sets_the_index_itself_is_put_out_of_use_and_comes_back(
    machine: Machine, own: str
) -> None:
    path = write(machine, ".config/pip/pip.conf", own)
    machine.make(PIP)

    machine.run()
    once = path.read_bytes()
    machine.run()

    assert path.read_bytes() == once
    assert index_url(machine) == "https://pypi.example.com/simple/"
    left = BLOCK.sub("", machine.text(".config/pip/pip.conf"))
    assert left.replace("#private-packages:# ", "") == own


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[install]\nno-index = true\n", "line 2: with this pip asks no index at all: remove the line"),
        ("\ufeff[global]\n", "line 1: it begins with a byte order mark"),
        ("timeout = 5\n", "line 1: pip reads no line that stands before every [section]"),
        ("[global]\na = 1\n[global]\n", "line 3: pip reads no file in which this stands twice"),
        ("[global]\ncache-dir = a\ncache_dir = b\n", "line 3: pip reads no file in which this stands twice"),
        ("[global]\nno-binary\n", "line 2: pip reads no option without ="),
    ],
)
def test_a_pip_conf_that_pip_cannot_read(machine: Machine, text: str, words: str) -> None:
    path = write(machine, ".config/pip/pip.conf", text)
    machine.make(PIP)

    assert_refused(machine, f"{path}, {words}")


@pytest.mark.parametrize("name", ["xdg-dirs/pip/pip.conf", ".pip/pip.conf"])
def test_a_file_that_the_users_wins_over_is_set_again_for_its_command(machine: Machine, name: str) -> None:
    write(machine, name, f"[install]\nindex-url = {ELSEWHERE}\n")
    machine.make(PIP)

    machine.run(XDG_CONFIG_DIRS=str(machine.home / "xdg-dirs"))

    for section in ("global", "install"):
        assert index_url(machine, section) == "https://pypi.example.com/simple/"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PIP_INDEX_URL": ELSEWHERE}, "PIP_INDEX_URL in the environment wins over pip.conf: unset it"),
        ({"PIP_EXTRA_INDEX_URL": ELSEWHERE}, "PIP_EXTRA_INDEX_URL in the environment wins"),
        ({"PIP_CONFIG_FILE": "/dev/null"}, "PIP_CONFIG_FILE is /dev/null, so that pip reads no file"),
        ({"PIP_NO_INDEX": "1"}, "PIP_NO_INDEX in the environment wins over pip.conf: unset it"),
        ({"MAVEN_ARGS": "-B --settings x.xml"}, "MAVEN_ARGS in the environment names another settings.xml"),
    ],
)
def test_an_environment_that_wins(machine: Machine, changes: dict[str, str], words: str) -> None:
    machine.make(PIP, MAVEN)

    assert_refused(machine, words, **changes)


def test_an_environment_that_says_the_same(machine: Machine) -> None:
    machine.make(PIP)
    own = write(machine, "pip.conf", "[global]\ntimeout = 5\n")

    machine.run(
        PIP_INDEX_URL="https://pypi.example.com/simple", PIP_EXTRA_INDEX_URL="", PIP_CONFIG_FILE=str(own)
    )

    assert index_url(machine, file="pip.conf") == "https://pypi.example.com/simple/"


def test_with_index_extra_the_other_indexes_of_the_users_stay(machine: Machine) -> None:
    path = write(machine, ".config/pip/pip.conf", f"[global]\nextra-index-url = {ELSEWHERE}\nindex-url = x\n")
    machine.make(PIP + "    index: extra\n")

    machine.run()
    machine.run()

    assert f"\nextra-index-url = https://pypi.example.com/simple/ {ELSEWHERE}\n" in path.read_text()
    assert index_url(machine) == "x"


@pytest.mark.parametrize(
    ("mirror_of", "is_refused"),
    [("*", True), ("external:*", True), ("central, acme", True), ("*,!acme", False), ("central", False)],
)
def test_a_mirror_that_takes_the_place_of_the_repository(
    machine: Machine, mirror_of: str, is_refused: bool
) -> None:
    mirror = f"<mirror><id>m</id>\n<mirrorOf>{mirror_of}</mirrorOf></mirror>"
    write(machine, ".m2/settings.xml", f"<settings><mirrors>{mirror}</mirrors></settings>")
    machine.make(MAVEN)

    if is_refused:
        assert_refused(machine, "settings.xml, line 2: this mirror takes the place of acme: add ,!acme")
    else:
        machine.run()


@pytest.mark.parametrize("repository", [NPM, YARN, PIP, MAVEN])
@pytest.mark.parametrize("old", ["new form", "old form"])
def test_the_block_of_an_id_that_has_another_name_now_goes(
    machine: Machine, repository: str, old: str
) -> None:
    machine.make(repository)
    machine.run()
    names = [name for name in machine.files() if "pip.conf" not in name]
    renamed = {
        name: machine.text(name).replace("private-packages:Acme", "private-packages:Once") for name in names
    }
    for name, text in renamed.items():
        form = text
        for arrows in (">>>", "<<<"):
            if old == "old form":
                form = form.replace(f"#{arrows}private-packages:", f"# {arrows} private-packages ")
        write(machine, name, form.replace("pip>>>", "pip >>>").replace("Pip>>>", "Pip >>> written by"))

    machine.run()

    for name in names:
        assert machine.text(name).count(TOKEN) == 1
        assert "Once" not in machine.text(name)


@pytest.mark.slow
@pytest.mark.parametrize("end", ["\n", ""], ids=["many lines", "one line"])
def test_a_large_settings_xml_is_no_matter(machine: Machine, end: str) -> None:
    server = f"<server>{end}<id>server-%s</id>{end}<password>theirs</password>{end}</server>{end}"
    servers = "".join(server % number for number in range(3600))
    write(machine, ".m2/settings.xml", f"<settings>{end}<servers>{end}{servers}</servers>{end}</settings>")
    assert len(servers) > 220_000
    machine.make(MAVEN)
    start = time.monotonic()

    machine.run()

    assert time.monotonic() - start < 5  # 0.9 seconds where nothing else runs


@pytest.mark.parametrize("port", [":443", ":4430", ":8443"])
def test_the_same_registry_in_other_words(machine: Machine, port: str) -> None:
    machine.make(NPM.replace("npm.example.com", f"npm.example.com{port}"))
    write(machine, ".npmrc", f"@acme:registry=https://npm.example.com{port}/acme\n", project=True)

    machine.run()

    write(machine, ".npmrc", "@acme:registry=https://npm.example.com:44/acme\n", project=True)
    assert_refused(machine, "this takes @acme from another registry")

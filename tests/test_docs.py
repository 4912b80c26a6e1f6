"""The documentation says what the code does."""

import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from generator import build_account, configuration, configuration_file, names
from generator.errors import ConfigurationError
from generator.templates import private_packages
from private_packages.main import main
from tests import ROOT

REFRESH = "refresh it with: UPDATE_GOLDEN=1 .venv/bin/pytest tests/test_docs.py"
TEMPLATE = ROOT / "docs" / "template.md"
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()


def blocks(markdown: str, language: str) -> list[str]:
    """Return the fenced blocks of one language; the empty one has those without any."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)
    return [text for found, text in fenced if found == language]


def permissions(command: str) -> set[str]:
    """Return the actions that the page says a command calls, without their services."""
    _, _, section = (ROOT / "docs" / "permissions.md").read_text().partition(f"\n### `{command}`\n")
    own = section.partition("\n### ")[0].partition("| needed by |")[0]
    return set(re.findall(r"`[a-z0-9]+:([A-Z]\w+)`", own))


def tables() -> str:
    """Return the parameters and outputs of the default template as Markdown."""
    template = private_packages(configuration.DEFAULT).to_dict()
    lines = [
        "# Parameters and outputs",
        "",
        "Of `templates/private-packages.yaml` for the default configuration.",
    ]
    lines += ["`templates/role-check.yaml` has those that do not belong to a repository or the key.", ""]
    lines += ["| parameter | default | meaning |", "| --- | --- | --- |"]
    for name, parameter in template["Parameters"].items():
        default = f"`{parameter['Default']}`" if parameter["Default"] else "empty"
        lines.append(f"| `{name}` | {default} | {parameter['Description']} |")
    lines += ["", "| output | meaning |", "| --- | --- |"]
    for name, output in template["Outputs"].items():
        lines.append(f"| `{name}` | {output['Description']} |")
    lines += ["", f"Of `templates/{names.BUILD_ACCOUNT}.yaml`, with `role_check: none`:", ""]
    lines += ["| parameter | default | meaning |", "| --- | --- | --- |"]
    for parameter in build_account.PARAMETERS:
        default = "empty" if hasattr(parameter, "Default") else "must be given"
        lines.append(f"| `{parameter.title}` | {default} | {parameter.Description} |")
    return "\n".join(lines) + "\n"


def test_the_tables_of_parameters_and_outputs_are_those_of_the_template() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        TEMPLATE.write_text(tables())
    assert TEMPLATE.read_text() == tables(), REFRESH


def test_the_example_configuration_is_valid() -> None:
    example, without = blocks(CONFIGURATION, "yaml")
    assert len(configuration_file.parse(example, "repositories.yaml").repositories) == 2
    assert configuration_file.parse(example + without, "repositories.yaml").role_check == "none"


def test_the_example_of_a_mistake_is_what_the_command_says() -> None:
    [example] = blocks(CONFIGURATION, "")
    mistake = (ROOT / "repositories.yaml").read_text().replace("https://", "http://")
    with pytest.raises(ConfigurationError) as fault:
        configuration_file.parse(mistake, "repositories.yaml")
    assert example == f"Error: {fault.value}\n"


def fields(model: type[BaseModel]) -> dict[str, str]:
    """Return what the docstring below each field of a model says."""
    [body] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def table(model: type[BaseModel], title: str) -> str:
    """Return the fields of a model as Markdown."""
    lines = [f"| {title} | default | meaning |", "| --- | --- | --- |"]
    for name, meaning in fields(model).items():
        field = model.model_fields[name]
        values = field.default if isinstance(field.default, tuple) else (field.default,)
        default = (
            ", ".join(
                f"`{str(each).lower() if each is False else each}`" for each in values if each is not None
            )
            or "none"
        )
        only = configuration._MANAGERS_WITH.get(name)
        of = f"{', '.join(only)} only. " if only else ""
        lines.append(f"| `{name}` | {'required' if field.is_required() else default} | {of}{meaning} |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("model", "title"),
    [(configuration.Repository, "field of a repository"), (configuration.Configuration, "field of the file")],
)
def test_the_tables_of_fields_are_those_of_the_model(model: type[BaseModel], title: str) -> None:
    assert list(fields(model)) == list(model.model_fields)
    path = ROOT / "docs/configuration.md"
    written = re.compile(rf"^\| {title} \|(.*\n)+?(?=\n)", re.MULTILINE)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(written.sub(lambda _: table(model, title), path.read_text()))
    [found] = [match[0] for match in written.finditer(path.read_text())]
    assert found == table(model, title), REFRESH


def anchors(page: Path) -> set[str]:
    """Return what a link can end in: the headings of a page, as GitHub and the site name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE) if page.suffix == ".md" else []
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for link, anchor in re.findall(r"\]\((?![a-z]+:)([^)#]*)#?([^)]*)\)", page.read_text()):
        target = page.parent / link if link else page
        assert target.exists()
        assert not anchor or anchor in anchors(target), f"{link}#{anchor}"


def test_every_page_is_in_the_navigation() -> None:
    """The site's navigation is made of these lists: docs/conf.py."""
    lists = [ROOT / "docs" / name for name in ("index.md", "commands/README.md", "decisions/README.md")]
    links = {
        (page.parent / link).resolve()
        for page in lists
        for link in re.findall(r"^(?:- |\| )\[.+?\]\(([^)#]+\.md)\)", page.read_text(), re.MULTILINE)
    }
    assert set(PAGES) - links == {lists[0]}


def test_each_command_has_a_page_to_which_its_help_is_added() -> None:
    helps = (ROOT / "tests/private_packages/golden").glob("private-packages-*.help.txt")
    commands = {re.split(r"[-.]", path.name)[2] for path in helps}
    elsewhere = set(re.findall(r'"docs/\w+": "-(\w+)"', (ROOT / "docs/conf.py").read_text()))
    assert commands - elsewhere <= {page.stem for page in (ROOT / "docs/commands").glob("*.md")}
    assert elsewhere == {"hook", "permissions"}


def test_the_list_of_decisions_has_their_titles() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text()
    for path in (ROOT / "docs/decisions").glob("[0-9]*.md"):
        number, title = re.split(r"[.:] ", path.read_text().partition("\n")[0][2:], maxsplit=1)
        assert f"- [{int(number)}. {title}]({path.name})\n" in listed


def test_the_walk_through_the_console_has_each_field_of_the_form() -> None:
    form = private_packages(configuration.DEFAULT).to_dict()["Metadata"]["AWS::CloudFormation::Interface"]
    labels = [label["default"] for label in form["ParameterLabels"].values()]
    walk = (ROOT / "docs/console.md").read_text()
    assert re.findall(r"^ +\| \*\*(.+?)\*\* \|", walk, re.MULTILINE) == labels


def test_the_costs_are_those_that_a_rollout_adds_up() -> None:
    costs = (ROOT / "docs/costs.md").read_text()
    assert f"| the key | {names.KEY_MONTHLY_USD:.2f};" in costs
    assert f"| each secret | {names.SECRET_MONTHLY_USD:.2f} |" in costs
    assert f"{names.KEY_MONTHLY_USD + names.SECRET_MONTHLY_USD + 0.08:.2f} a month" in costs


@pytest.mark.parametrize(("number", "options"), [(0, []), (1, ["--check"])], ids=["written", "checked"])
def test_the_json_of_template_is_as_shown(
    number: int, options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(main, ["template"])
    printed = CliRunner().invoke(main, ["template", "--output", "json", *options]).stdout
    shown = blocks((ROOT / "docs/commands/template.md").read_text(), "json")[number]
    assert json.loads(printed) == json.loads(shown)


def test_the_readme_shows_what_make_template_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "repositories.yaml", tmp_path)
    shown = blocks((ROOT / "README.md").read_text(), "console")[0]
    assert shown == "$ make template\n" + CliRunner().invoke(main, ["template"]).output


@pytest.mark.slow
def test_an_upgrade_as_the_page_tells_it_keeps_what_the_user_changed(tmp_path: Path) -> None:
    """In a clone, repositories.yaml and a template were edited; the new release changed both."""
    [commands] = blocks((ROOT / "docs/upgrading.md").read_text(), "")
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    environment = os.environ | {
        f"GIT_{who}_{what}": "a@acme.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }

    def run(command: str, folder: Path) -> str:
        command = command.replace("make template", f"{sys.executable} -m private_packages template")
        environment["PYTHONPATH"] = str(ROOT)
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    theirs.mkdir()
    for name in (".gitattributes", "repositories.yaml", "templates"):
        run(f"cp -R {ROOT / name} .", theirs)
    run("git init --quiet --initial-branch main && git add . && git commit --quiet --message old", theirs)
    run(f"git clone --quiet {theirs} {ours}", tmp_path)
    edited = (ours / "repositories.yaml").read_text().replace('# scope: "@acme"', 'scope: "@ours"')
    (ours / "repositories.yaml").write_text(edited)
    by_hand = ours / "templates/private-packages.yaml"
    by_hand.write_text(by_hand.read_text().replace("RetentionInDays: 30", "RetentionInDays: 7"))
    changes = (
        "s/npm.pkg.github.com/npm.example/; s/@acme/@example/; s/RetentionInDays: 30/RetentionInDays: 60/"
    )
    run(f"sed -i '{changes}' *.yaml */*.yaml", theirs)
    run("git commit --quiet --all --message new", theirs)

    for command in commands.splitlines():
        run(command, ours)
    assert (ours / "repositories.yaml").read_text() == edited  # nothing was merged into it
    assert "'@ours'" in by_hand.read_text()
    assert "RetentionInDays: 7" in run("git log -p", ours)
    run("git diff --quiet HEAD", ours)


def test_the_tree_in_the_readme_is_the_one_in_the_repository() -> None:
    """It names every folder of the packages, each under its own."""
    [tree] = [text for text in blocks((ROOT / "README.md").read_text(), "") if "custom_resource/" in text]
    named: set[str] = set()
    parents: list[str] = []
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        for folder in re.findall(r"^ *((?:\w+/ ?)+)", line)[:1]:
            for name in folder.split():
                parents[depth:] = [name]
                named.add("".join(parents))
    packages = ("custom_resource", "generator", "private_packages")
    folders = {
        f"{path.parent.relative_to(ROOT)}/"
        for package in packages
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert {name for name in named if name.startswith(packages)} == folders - {
        "private_packages/commands/rollout/status/"
    }
    assert all((ROOT / name).is_dir() for name in named)

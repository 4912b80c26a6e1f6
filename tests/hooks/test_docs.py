"""The examples of docs/hooks.md are run, and give what stands there."""

import re
from pathlib import Path

import pytest

from generator.configuration_file import parse
from generator.hooks.hook import render
from tests import ROOT
from tests.hooks.machine import TOKEN, Machine, arn

TEXT = (ROOT / "docs/hooks.md").read_text()
SECTIONS = {
    section.partition("\n")[0]: section for section in re.split(r"^#{2,3} ", TEXT, flags=re.MULTILINE)[1:]
}
EXAMPLES = [title for title, section in SECTIONS.items() if "```yaml\nrepositories:" in section]


def blocks(section: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", section, flags=re.DOTALL | re.MULTILINE)


def run_example(machine: Machine, title: str) -> None:
    [text] = blocks(SECTIONS[title], "yaml")
    configuration = parse(text, "repositories.yaml")
    for item in configuration.repositories:
        machine.store(**{item.id: f'{{"{item.token_key}": "{TOKEN}"}}' if item.token_key else TOKEN})
    arns = {item.id: arn(item.id) for item in configuration.repositories}
    machine.path.write_text(render(configuration, arns))
    machine.path.chmod(0o755)
    machine.run()


def test_every_package_manager_has_an_example_and_a_row() -> None:
    modules = {
        path.stem for path in (ROOT / "generator/hooks").glob("*.py") if "MANAGER = " in path.read_text()
    }

    assert {re.findall(r"manager: (\w+)", SECTIONS[title])[0] for title in EXAMPLES} == modules
    assert {row for row in modules if f"| `{row}` |" in TEXT} == modules
    assert len(EXAMPLES) == len(modules) + 1


@pytest.mark.parametrize("title", EXAMPLES)
def test_an_example_gives_what_stands_there(machine: Machine, title: str) -> None:
    run_example(machine, title)

    expected = re.findall(r"^`~/(\S+)`\n\n```\n(.*?)^```$", SECTIONS[title], flags=re.DOTALL | re.MULTILINE)
    assert expected
    for name, text in expected:
        assert machine.text(name) == text.replace("TOKEN", TOKEN)


def test_the_command_that_cleans_up_leaves_no_token(machine: Machine, tmp_path: Path) -> None:
    [command] = blocks(SECTIONS["Where it runs"], "bash")
    (machine.home / ".npmrc").symlink_to(tmp_path / "npmrc")
    (tmp_path / "npmrc").write_text("fund=false\n")
    for title in EXAMPLES:
        run_example(machine, title)
    assert TOKEN in (tmp_path / "npmrc").read_text()

    machine.run("bash", "-euo", "pipefail", "-c", command)

    assert not [name for name, content in machine.files().items() if TOKEN.encode() in content]
    assert (tmp_path / "npmrc").read_text() == "fund=false\n"
    assert (machine.home / ".npmrc").is_symlink()

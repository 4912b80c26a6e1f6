"""`private-packages template`: writes, prints or checks the templates, or says in a line why not."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generator import names, templates
from generator.configuration import DEFAULT, MAXIMUM_REPOSITORIES
from private_packages.commands.configured import NO_FILE
from tests import ROOT
from tests.generator.conftest import EXAMPLE, LARGE, RICH, text_of, unprivileged
from tests.private_packages.conftest import COMMAND, Run, run_process

RICH_FILE = ROOT / "tests/generator/golden/rich.yaml"
FILES = ["private-packages.yaml", "role-check.yaml"]


def content(folder: Path) -> dict[str, bytes]:
    """Return what all files under a folder hold, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def large(folder: Path, **fields: object) -> Path:
    """Write a configuration with as many repositories as possible."""
    path = folder / "large.yaml"
    path.write_text(json.dumps({"repositories": [dict(each) for each in LARGE.repositories]} | fields))
    return path


# Writing


def test_it_writes_both_templates_and_says_what_to_do_with_them(run: Run, folder: Path) -> None:
    result = run("template")
    texts = {name: text_of(name, DEFAULT) for name in templates.of(DEFAULT)}
    assert content(folder) == {f"templates/{name}.yaml": text.encode() for name, text in texts.items()}
    assert (result.exit_code, result.stderr) == (0, f"{NO_FILE}\n")
    assert result.stdout == (
        f"Wrote templates/private-packages.yaml ({len(texts['private-packages'].encode()):,} bytes)\n"
        f"Wrote templates/role-check.yaml ({len(texts['role-check'].encode()):,} bytes)\n"
        "Next: in the CloudFormation console, choose Create stack and upload"
        " templates/private-packages.yaml.\n"
    )


def test_it_reads_repositories_yaml_where_there_is_one(run: Run, folder: Path) -> None:
    (folder / "repositories.yaml").write_bytes(RICH_FILE.read_bytes())
    assert run("template").stdout.startswith("Read repositories.yaml\nWrote templates/private-packages.yaml")
    assert content(folder)["templates/private-packages.yaml"] == text_of("private-packages", RICH).encode()


def test_it_reads_and_writes_where_it_is_told(run: Run, folder: Path) -> None:
    (folder / "repositories.yaml").write_text("not read")
    run("template", "--config", RICH_FILE, "--output-dir", "build/a b")
    assert content(folder)["build/a b/private-packages.yaml"] == text_of("private-packages", RICH).encode()


def test_json_on_request(run: Run, folder: Path) -> None:
    run("template", "--format", "json")
    assert content(folder) == {
        f"templates/{name}.json": text_of(name, DEFAULT, "json").encode() for name in templates.of(DEFAULT)
    }


def test_a_second_run_changes_nothing(run: Run, folder: Path) -> None:
    run("template")
    first = content(folder)
    assert run("template").exit_code == 0
    assert content(folder) == first


def test_the_result_for_programs(run: Run, folder: Path) -> None:
    result = run("template", "--output", "json")
    assert json.loads(result.stdout) == [
        {"file": f"templates/{file}", "bytes": (folder / "templates" / file).stat().st_size} for file in FILES
    ]


def test_profile_and_region_are_taken_as_by_every_command(run: Run) -> None:
    assert run("template", "--profile", "acme", "--region", "eu-west-1").exit_code == 0


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_the_files_have_the_mode_that_the_user_wants(tmp_path: Path, umask: int, mode: int) -> None:
    assert run_process("template", folder=tmp_path, umask=umask).returncode == 0
    for file in FILES:
        assert (tmp_path / "templates" / file).stat().st_mode & 0o777 == mode


def test_a_template_that_the_api_does_not_take_is_written_with_a_note(run: Run, folder: Path) -> None:
    result = run("template", "--config", large(folder))
    assert result.exit_code == 0
    size = (folder / "templates" / "private-packages.yaml").stat().st_size
    assert size > names.TEMPLATE_BYTES
    assert result.stderr == (
        f"Note: templates/private-packages.yaml has {size:,} bytes, but CloudFormation's API takes 51,200"
        " in a call: upload it in the console, or put it into an S3 bucket and give its URL.\n"
    )


# Printing


@pytest.mark.parametrize("name", templates.of(RICH))
def test_stdout_gets_exactly_what_the_file_would_hold(run: Run, folder: Path, name: str) -> None:
    result = run("template", "--config", RICH_FILE, "--stdout", name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout_bytes == text_of(name, RICH).encode()
    assert content(folder) == {}


def test_stdout_is_utf_8_whatever_the_terminal_is(tmp_path: Path) -> None:
    arguments = ["template", "--config", str(RICH_FILE), "--stdout", "private-packages"]
    ended = run_process(*arguments, folder=tmp_path, env={"PYTHONIOENCODING": "latin-1"})
    assert ended.stdout == text_of("private-packages", RICH).encode()


def test_stdout_may_close_early(tmp_path: Path) -> None:
    pipe = (
        f"set -o pipefail; {COMMAND} template --config {large(tmp_path)} --stdout private-packages | head -1"
    )
    ended = subprocess.run(
        ["/bin/bash", "-c", pipe], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.stdout.startswith("# Generated by")
    assert "Traceback" not in ended.stderr


def test_the_note_about_the_size_does_not_get_into_stdout(run: Run, folder: Path) -> None:
    result = run("template", "--config", large(folder), "--stdout", "private-packages")
    assert result.stdout_bytes == text_of("private-packages", LARGE).encode()
    assert result.stderr.startswith("Note: private-packages has ")


# Checking


def test_fresh_files_pass_the_check(run: Run) -> None:
    run("template")
    result = run("template", "--check")
    assert (result.exit_code, result.stderr) == (0, f"{NO_FILE}\n")
    assert result.stdout == "Fresh: templates/private-packages.yaml, templates/role-check.yaml\n"


def test_a_stale_file_fails_the_check_with_the_difference_and_the_command(run: Run, folder: Path) -> None:
    run("template")
    stale = folder / "templates" / "role-check.yaml"
    stale.write_text(stale.read_text().replace("python3.13", "python3.8"))
    before = content(folder)
    result = run("template", "--check")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[:2] == [
        "--- templates/role-check.yaml (as it is)",
        "+++ templates/role-check.yaml (as it should be)",
    ]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-      Runtime: python3.8",
        "+      Runtime: python3.13",
    ]
    assert result.stderr == (
        f"{NO_FILE}\nError: Run `private-packages template` and commit. Stale: templates/role-check.yaml.\n"
    )
    assert content(folder) == before


def test_the_command_to_run_is_the_one_that_writes_these_files(run: Run) -> None:
    result = run("template", "--config", RICH_FILE, "--output-dir", "a b", "--format", "json", "--check")
    command = f"private-packages template --config {RICH_FILE} --output-dir 'a b' --format json"
    assert result.stderr == (
        f"Error: Run `{command}` and commit. Stale: a b/private-packages.json, a b/role-check.json.\n"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(lambda text: text.replace(b"\n", b"\r\n"), "^M", id="other line ends"),
        pytest.param(lambda text: text.rstrip(b"\n"), "No newline at end of file", id="no last line end"),
        pytest.param(lambda text: text + b"\n", "-", id="a blank line more"),
        pytest.param(lambda text: b"\xef\xbb\xbf" + text, "-", id="a byte order mark"),
        pytest.param(lambda _: b"", "+", id="an empty file"),
        pytest.param(lambda _: b"\xff\x00", "-", id="bytes that are no text"),
    ],
)
def test_any_other_byte_makes_a_file_stale(run: Run, folder: Path, change: object, reason: str) -> None:
    assert callable(change)
    run("template")
    stale = folder / "templates" / "private-packages.yaml"
    stale.write_bytes(change(stale.read_bytes()))
    result = run("template", "--check")
    assert result.exit_code == 1
    assert reason in result.stdout


def test_a_terminal_that_lacks_a_character_shows_the_difference_nonetheless(tmp_path: Path) -> None:
    arguments = ["template", "--config", str(RICH_FILE), "--check"]
    ended = run_process(*arguments, folder=tmp_path, env={"PYTHONIOENCODING": "latin-1"})
    assert b"\\u0141ukasz" in ended.stdout
    assert ended.stderr.startswith(b"Error: Run `private-packages template --config ")


def test_the_check_for_programs(run: Run, folder: Path) -> None:
    run("template")
    (folder / "templates" / "role-check.yaml").unlink()
    result = run("template", "--check", "--output", "json")
    assert result.exit_code == 1
    fresh, stale = json.loads(result.stdout)
    assert fresh == {"file": "templates/private-packages.yaml", "difference": ""}
    assert stale["file"] == "templates/role-check.yaml"
    assert stale["difference"].startswith("--- templates/role-check.yaml (as it is)\n")


def test_a_folder_in_place_of_a_file_cannot_be_checked(run: Run, folder: Path) -> None:
    (folder / "templates" / "private-packages.yaml").mkdir(parents=True)
    result = run("template", "--check")
    assert result.exit_code == 1
    assert (
        result.stderr
        == f"{NO_FILE}\nError: templates/private-packages.yaml: cannot be read: Is a directory.\n"
    )


# Refusing


@pytest.mark.parametrize("options", [[], ["--check"], ["--stdout", "role-check"], ["--format", "json"]])
def test_a_faulty_configuration_is_told_in_one_message_and_no_file_is_touched(
    run: Run, folder: Path, options: list[str]
) -> None:
    run("template")
    (folder / "repositories.yaml").write_text("repositories: []\nbuild_role: x\n")
    before = content(folder)
    result = run("template", *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: repositories.yaml: field repositories: must not be empty, list at least one.\n"
        "repositories.yaml: field build_role: is unknown, remove it or correct its spelling.\n"
    )
    assert content(folder) == before


def test_a_configuration_that_is_missing_is_no_reason_for_the_default(run: Run, folder: Path) -> None:
    result = run("template", "--config", "none.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: none.yaml: cannot be read: No such file or directory.\n"
    assert content(folder) == {}


@pytest.mark.slow
def test_a_template_that_is_too_large_is_refused(run: Run, folder: Path) -> None:
    unit = f"ou-ab12-{'a' * 32}/"
    paths = [f"o-a1b2c3d4e5/r-ab12/{unit * 2}ou-ab12-{number:08}/*" for number in range(100)]
    result = run("template", "--config", large(folder, organization_paths=paths))
    assert result.exit_code == 1
    assert re.fullmatch(
        r"Error: The template would have 1,\d{3},\d{3} bytes, but CloudFormation takes 1,000,000 at most:"
        r" split the repositories into several configurations, each for a stack of its own\.\n",
        result.stderr,
    )
    assert len(LARGE.repositories) == MAXIMUM_REPOSITORIES
    assert list(content(folder)) == ["large.yaml"]


# Failing to write


def test_an_output_folder_that_is_a_file(run: Run, folder: Path) -> None:
    (folder / "templates").write_text("kept")
    result = run("template")
    assert result.exit_code == 2
    assert result.stderr.endswith("Invalid value for '--output-dir': Directory 'templates' is a file.\n")
    assert content(folder) == {"templates": b"kept"}


def test_an_output_folder_that_may_not_be_written(run: Run, folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    with unprivileged():
        result = run("template", "--config", RICH_FILE, "--output-dir", closed)
    closed.chmod(0o700)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: {closed}/private-packages.yaml: cannot be written: Permission denied.\n"
    )
    assert content(folder) == {}


def test_a_folder_in_place_of_a_file_is_left_and_no_other_file_either(run: Run, folder: Path) -> None:
    (folder / "templates" / "private-packages.yaml").mkdir(parents=True)
    result = run("template")
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        result.stderr
        == f"{NO_FILE}\nError: templates/private-packages.yaml: cannot be written: Is a directory.\n"
    )
    assert content(folder) == {}


def test_a_disk_that_is_full_leaves_the_old_file_whole(tmp_path: Path) -> None:
    run_process("template", folder=tmp_path)
    before = content(tmp_path)
    program = f"""
import resource
from private_packages.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
main(["template", "--config", {str(RICH_FILE)!r}])
"""
    command = [sys.executable, "-c", program]
    # What measures coverage would have to write, too.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    ended = subprocess.run(command, cwd=tmp_path, env=unmeasured, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "Error: templates/private-packages.yaml: cannot be written: File too large.\n"
    assert content(tmp_path) == before


# Without the role check


def test_without_the_role_check_other_templates_are_written_and_another_that_is_there_is_named(
    run: Run, folder: Path
) -> None:
    (folder / "repositories.yaml").write_bytes((EXAMPLE / "repositories.yaml").read_bytes())
    (folder / "templates").mkdir()
    (folder / "templates/role-check.yaml").write_text("of somebody")
    written = run("template")
    note = (
        "Note: templates/role-check.yaml is no template of this configuration and stays as it is: delete it,"
        " if nothing else needs it.\n"
    )
    assert (written.exit_code, written.stderr) == (0, note)
    assert "role-check" not in written.stdout
    assert content(folder / "templates") == {
        "private-packages.yaml": (EXAMPLE / "private-packages.yaml").read_bytes(),
        "build-account.yaml": (EXAMPLE / "build-account.yaml").read_bytes(),
        "role-check.yaml": b"of somebody",
    }
    checked = run("template", "--check")
    assert (checked.exit_code, checked.stderr) == (0, note)


def test_without_the_role_check_its_template_cannot_be_printed(run: Run) -> None:
    refused = run("template", "--stdout", "role-check", "--config", EXAMPLE / "repositories.yaml")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.endswith(
        "Error: With `role_check: none` there is no template role-check: choose private-packages or"
        " build-account.\n"
    )

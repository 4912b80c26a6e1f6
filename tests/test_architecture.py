"""Imports go one way, so that each package can be read, tested and replaced alone; tests mirror the code.

Which package of this project may import which is said by the contracts in pyproject.toml, which `make lint`
holds. Here stands what they cannot say: that nothing else is imported, and that generating is pure.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT

AWS = {"boto3", "botocore"}
MAY_IMPORT = {
    "custom_resource": AWS,
    "generator": {"custom_resource", "awacs", "pydantic", "troposphere", "yaml"},
    "private_packages.aws": {"private_packages.invocation", "custom_resource", "generator", *AWS},
    "private_packages.commands": {
        "private_packages.aws",
        "private_packages.invocation",
        "private_packages.registry",
        "generator",
        "click",
        "rich",
    },
}
"""Besides the standard library and themselves."""
IMPURE = {
    "asyncio",
    "datetime",
    "http",
    "os",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "tempfile",
    "time",
}
"""Modules of the standard library that generating needs not: clock, chance, network, environment."""


def modules() -> Iterator[tuple[str, Path]]:
    for package in MAY_IMPORT:
        for path in sorted((ROOT / package.replace(".", "/")).rglob("*.py")):
            yield package, path


def imported_by(path: Path) -> set[str]:
    """Return the packages that a module imports, wherever in its text; of private_packages, its parts."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: write whole names in imports"
            module = str(node.module)
            names |= (
                {f"{module}.{alias.name}" for alias in node.names}
                if module == "private_packages"
                else {module}
            )
    return {".".join(name.split(".")[: 2 if name.startswith("private_packages.") else 1]) for name in names}


MODULES = [pytest.param(package, path, id=str(path.relative_to(ROOT))) for package, path in modules()]


@pytest.mark.parametrize(("package", "path"), MODULES)
def test_a_module_imports_only_what_its_package_may(package: str, path: Path) -> None:
    types = {name for name in imported_by(path) if name.startswith("mypy_boto3_")}
    others = imported_by(path) - set(sys.stdlib_module_names) - types - {package}
    assert others <= MAY_IMPORT[package]


@pytest.mark.parametrize(("package", "path"), MODULES)
def test_generating_knows_no_clock_no_chance_and_no_network(package: str, path: Path) -> None:
    if package == "generator":
        assert not imported_by(path) & IMPURE


def test_the_function_is_one_module_that_imports_nothing_of_the_project() -> None:
    files = sorted(path.name for path in (ROOT / "custom_resource").glob("*.py"))
    assert files == ["__init__.py", "role_check.py"]
    assert not imported_by(ROOT / "custom_resource" / "role_check.py") & {*MAY_IMPORT, "tests"}


def test_every_module_has_its_mirror() -> None:
    """The function is one module, whose tests are all of their folder."""
    alone = {
        str(path.relative_to(ROOT))
        for package in ("generator", "private_packages")
        for path in (ROOT / package).rglob("*.py")
        if not path.name.startswith("__")
        and not (ROOT / "tests" / path.relative_to(ROOT)).with_name(f"test_{path.name}").exists()
    }
    assert alone == set()


def test_the_contract_names_all_of_the_generator_that_aws_must_not_know() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [forbidden] = [
        each["forbidden_modules"] for each in contracts if each["name"].startswith("Of the generator")
    ]
    modules = {f"generator.{path.stem}" for path in (ROOT / "generator").glob("*.py")} | {"generator.hooks"}
    known = {"__init__", "address", "configuration", "errors", "names", "short_forms"}
    assert set(forbidden) == modules - {f"generator.{name}" for name in known}


def test_the_tests_do_not_start_ministack_in_their_own_process() -> None:
    """It begins threads that never end, and would take a patched `time.sleep` for leave to spin."""
    importing = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if re.search(
            r"^\s*(from|import) (ministack\.(app|services)|tests\.e2e\.ministack_server)",
            path.read_text("utf-8"),
            re.MULTILINE,
        )
    ]
    assert importing == ["tests/e2e/ministack_server.py"]

"""Each package manager of the configuration has a module that tells about it."""

from importlib import import_module
from typing import get_args

import pytest

from generator.configuration import Repository
from generator.hooks.manager import Manager

NAMES = get_args(Repository.model_fields["manager"].annotation)


@pytest.mark.parametrize("name", NAMES)
def test_a_package_manager_has_its_module(name: str) -> None:
    manager = import_module(f"generator.hooks.{name}").MANAGER
    assert isinstance(manager, Manager)
    assert manager.readers
    assert manager.files.startswith("~/")

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hooks.machine import Machine
from tests.hooks.secrets_manager import SecretsManager


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def secrets_manager() -> Iterator[SecretsManager]:
    with SecretsManager() as server:
        yield server

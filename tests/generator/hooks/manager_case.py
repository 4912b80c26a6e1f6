"""How the tests of the package managers ask for bash."""

from typing import Any

from generator.configuration import Configuration
from generator.hooks.manager import Manager


def configure(manager: Manager, *entries: dict[str, Any]) -> list[str]:
    """Return what a package manager's module makes of some entries of a repositories.yaml."""
    entries = tuple({"secret": f"secret{number}"} | entry for number, entry in enumerate(entries))
    return manager.configure(Configuration.model_validate({"repositories": list(entries)}).repositories)

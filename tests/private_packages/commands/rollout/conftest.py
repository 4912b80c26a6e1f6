"""The commands run against moto, with StackSets behind it."""

from tests.private_packages.aws.stack_sets.conftest import loader, organization, stack_sets

__all__ = ["loader", "organization", "stack_sets"]

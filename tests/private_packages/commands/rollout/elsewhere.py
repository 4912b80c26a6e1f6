"""What somebody else does to a stack set meanwhile."""

from tests.private_packages.aws.stack_sets.service import StackSets

NAME = "stackery-role-check"


def begin(service: StackSets, operation_id: str = "from-the-console", action: str = "UPDATE") -> None:
    """Leave an operation running, from wherever."""
    found = service.sets[NAME]
    service._begin(found, action, {"OperationId": operation_id}, list(found.instances.values()))

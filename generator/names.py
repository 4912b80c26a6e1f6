"""Logical ids that more than one module refers to."""

STACKERY_ROLE = "StackeryRole"
"""The custom resource; everything else that the stack creates depends on it, directly or not."""

KEY = "Key"


def secret(repository_id: str) -> str:
    """Return the logical id of a repository's secret."""
    return f"{repository_id}Secret"


def secret_name_parameter(repository_id: str) -> str:
    """Return the parameter that names a repository's secret."""
    return f"{repository_id}SecretName"


def token_parameter(repository_id: str) -> str:
    """Return the parameter that holds a repository's token."""
    return f"{repository_id}Token"

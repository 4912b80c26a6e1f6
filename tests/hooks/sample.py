"""Prints a hook with everything in it that a hook can have, for `make lint`."""

from generator.configuration_file import parse
from generator.hooks.hook import render
from tests.hooks.machine import MAVEN, NPM, PIP, YARN, arn


def sample() -> str:
    """Return the hook: what shellcheck says of it, it says of each file of bash that hooks are made of."""
    entries = "".join(f"{entry}    token_key: token\n" for entry in (NPM, YARN, PIP, MAVEN))
    configuration = parse(f"repositories:{entries}", "repositories.yaml")
    arns = {repository.id: arn(repository.id) for repository in configuration.repositories}
    return render(configuration, arns, ["--config", "repositories.yaml"])


if __name__ == "__main__":
    print(sample(), end="")

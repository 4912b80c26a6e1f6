"""How subcommands of `rollout` ask before they begin."""

import click


def confirm(question: str, *, yes: bool) -> None:
    """Ask unless the answer was given beforehand.

    Raises:
        ClickException: the answer is no, or nobody is there to give one.
    """
    if yes:
        return
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        raise click.ClickException(
            "Nothing was changed: nobody answered, say --yes to go on without."
        ) from None
    if not agreed:
        raise click.ClickException("Nothing was changed.")

"""Text that others wrote, such as an account's name or AWS's own words."""


def one_line(text: object, length: int | None = None) -> str:
    """Return text on one line, cut to length, without control characters and others that print nothing.

    Letters of every language stay. What a terminal would obey, what turns the direction of writing and what
    ends a line becomes a blank.
    """
    printable = "".join(character if character.isprintable() else " " for character in str(text))
    return " ".join(printable.split())[:length]

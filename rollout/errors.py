"""What can go wrong in talking to AWS, each with a message that its user can act on."""


class RolloutError(Exception):
    """Base of the errors that this package raises."""


class StackError(RolloutError):
    """A stack cannot be read, or does not hold what it should."""

"""What messages repeat of a command line: a token that was typed where it does not belong is not shown.

Whoever types `token set ID TOKEN` has it in the shell's history and in the process list already; a message
would carry it into the log of a build and onto a shared screen as well.
"""

import os
import re
from collections.abc import Sequence

from private_packages.aws.text import NOT_SHOWN, without_tokens

WARNING = (
    "A token is never an argument: it may now be in your shell's history and in the process list; make a new"
    " one."
)
_SHORT = 20
"""Characters; tokens are longer, and what people mistype mostly is not."""
_PREFIXES = re.compile(
    r"gh[pousr]_|github_pat_|glpat-|gl[a-z]{2,6}-|npm_|pypi-|dckr_pat_|AKIA|ASIA|xox[abp]-|sk-|eyJ|AKC|cmVm"
)
"""How the tokens of GitHub, GitLab, npm, PyPI, Docker, AWS, JFrog and others begin, and JSON Web Tokens."""
_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[A-Za-z0-9/_+=,.@:*-]+")


def masked(message: str, words: Sequence[str], *, known_only: bool = False) -> str:
    """Return a message without what may be a token among the words of a command line.

    Args:
        message: what is about to be shown.
        words: the arguments of the command.
        known_only: whether only what begins as tokens are known to begin is masked.
    """
    found, message = False, without_tokens(message)
    # The longest first: one word may be a part of another.
    for piece in sorted({part for word in words for part in _pieces(word)}, key=len, reverse=True):
        looks_like_one = _looks_like_a_token(piece)
        if piece in message and (looks_like_one or not (known_only or _is_harmless(piece))):
            message = message.replace(piece, NOT_SHOWN)
            found = found or looks_like_one
    message = message.replace(f"({NOT_SHOWN})", NOT_SHOWN)  # click has brackets of its own
    return f"{message.rstrip(' .')}. {WARNING}" if found else message


def _pieces(word: str) -> list[str]:
    """Return the parts of a word that could be a value of its own."""
    name, separator, value = word.partition("=")
    return [part for part in ((name, value) if separator else (word,)) if part]


def _looks_like_a_token(piece: str) -> bool:
    return len(piece) >= 8 and bool(_PREFIXES.match(piece.lstrip("-")))


def _is_harmless(piece: str) -> bool:
    is_option = re.fullmatch("--[a-z]+(-[a-z]+)*", piece)
    return bool(len(piece) <= _SHORT or is_option or _ARN.fullmatch(piece)) or os.path.lexists(piece)

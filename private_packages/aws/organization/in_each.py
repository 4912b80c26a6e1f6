"""Something done in each of many accounts: one that does not answer costs the others next to nothing."""

from bisect import insort
from collections.abc import Callable, Generator, Iterable
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TypeVar

Answer = TypeVar("Answer")

SLOW = 2
"""Seconds beyond the usual after which an account no longer keeps another from its turn."""
LATE = 25
"""Seconds beyond the usual after which an account is given up."""
MORE = 128
"""How many accounts at the most are under way because others are slow."""


def in_each(
    accounts: Iterable[str], call: Callable[[str], Answer], concurrency: int
) -> Generator[tuple[str, Answer | None], None, None]:
    """Yield what a call returns for each account as it comes, and None for one that is late.

    What is usual is the median of what others took: where AWS slows all down, nobody is late for that. What
    is late is left to itself, as is all that has begun where the iterator is closed early.

    Args:
        accounts: taken one by one, as they get their turn.
        call: is called with an account in a thread of its own.
        concurrency: how many accounts are under way at once, without those that are slow.
    """
    answers: SimpleQueue[tuple[str, Answer]] = SimpleQueue()
    waiting, begun, took = iter(accounts), dict[str, float](), list[float]()

    def ask(account: str) -> None:
        answers.put((account, call(account)))

    def begin() -> None:
        now = monotonic()
        quick = sum(now - since < usual + SLOW for since in begun.values())
        while quick < concurrency and len(begun) < concurrency + MORE:
            if (account := next(waiting, None)) is None:
                break
            begun[account] = monotonic()
            quick += 1
            # Not an executor, whose threads would keep the process from ending when its user has had enough.
            Thread(target=copy_context().run, args=(ask, account), daemon=True).start()

    usual = 0.0
    begin()
    while begun:
        try:
            account, answer = answers.get(timeout=0.1)
        except Empty:
            pass
        else:
            if (since := begun.pop(account, None)) is not None:
                insort(took, monotonic() - since)
                usual = took[len(took) // 2]
                yield account, answer
        for account in [each for each, since in begun.items() if monotonic() - since > usual + LATE]:
            del begun[account]
            yield account, None
        begin()

"""How a rollout asks before it begins, and how its operations are shown while they run."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.text import Text

from private_packages.aws.stack_sets.operation import Progress
from private_packages.aws.stack_sets.plan import Plan
from private_packages.aws.stack_sets.removal import Removal
from private_packages.commands.live import live
from private_packages.commands.printing import progress_console
from private_packages.commands.question import confirm
from private_packages.commands.rollout.report import print_plan, print_removal


def show(console: Console, updates: Iterable[Progress]) -> Progress:
    """Show operations until they are over, and return how they ended.

    In a terminal a bar for each group grows; elsewhere a line for each tells what has changed.
    """
    progress, printed = None, dict[str, str]()
    with live(console, stays=True) as display:
        for progress in updates:
            for group, counts in progress.counts.items():
                label, text, total = group or "all", words(counts), sum(counts.values())
                display.show(label, text, total - _waiting(counts), total)
                if not console.is_terminal and printed.get(label) != text:
                    printed[label] = text
                    console.print(Text(f"{label}: {text}"))
    assert progress is not None  # noqa: S101 - following begins with a look
    return progress


def words(counts: Mapping[str, int]) -> str:
    """Return how many instances are how far."""
    parts = [
        f"done {counts.get('SUCCEEDED', 0):,}",
        f"failed {counts.get('FAILED', 0):,}",
        f"waiting {_waiting(counts):,}",
    ]
    if cancelled := counts.get("CANCELLED"):
        parts.append(f"cancelled {cancelled:,}")
    return ", ".join(parts)


def _waiting(counts: Mapping[str, int]) -> int:
    return counts.get("PENDING", 0) + counts.get("RUNNING", 0)


class Terminal:
    """The dialogue with whoever called the command."""

    def __init__(self, *, yes: bool = False) -> None:
        """Take whether the answers are given beforehand."""
        self._yes = yes

    def note(self, sentence: str) -> None:
        """Tell something."""
        progress_console().print(sentence)

    def agree(self, proposal: Plan | Removal) -> None:
        """Show what would be done, and ask.

        Raises:
            ClickException: the user does not agree, or nobody is there to do so.
        """
        if isinstance(proposal, Plan):
            print_plan(progress_console(), proposal, with_accounts=False)
            price = proposal.monthly_cost
            cost = f", for {price:,.2f} USD a month" if price else ""
            confirm(f"Go on{cost}?", yes=self._yes)
        else:
            print_removal(progress_console(), proposal)
            confirm("Remove it?", yes=self._yes)

    def show(self, updates: Iterable[Progress]) -> Progress:
        """Show how far operations are until they have ended, and return how they did."""
        return show(progress_console(), updates)

"""How long `rollout status` takes to read and show a stack set of many instances, and with how much memory.

Run it with `.venv/bin/python -m benchmarks.report`. AWS does not take part: the answers of ListStackInstances
are made here, every twentieth a failure.
"""

import gc
import io
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.overview import Overview
from private_packages.commands.rollout.status import document, page, text
from tests.private_packages.aws.stack_sets.rollouts import STACK_SET, account, summary, too_old

RUNS = 5
SIZES = (10, 1_000, 10_000)
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")


def answers(number: int) -> list[dict[str, Any]]:
    """Return what CloudFormation would list."""
    return [
        summary(each, "FAILED", too_old(each, f"1.{each % 25}.0"), region=REGIONS[each % 3])
        if each % 20 == 0
        else summary(each, "SUCCEEDED", region=REGIONS[each % 3])
        for each in range(number)
    ]


def read(summaries: list[dict[str, Any]], names: dict[str, str]) -> Overview:
    """Return the report that is made of these answers."""
    found = [instances.read(each, names) for each in summaries]
    counts, groups = instances.count(found), instances.group(found)
    return Overview(STACK_SET, "us-east-1", account(0), counts, groups, found)


def measure(name: str, run: Callable[[], Any]) -> None:
    """Run something some times and print how long that takes."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    print(f"  {name:<28} median {statistics.median(seconds) * 1000:7.1f} ms  (max {max(seconds) * 1000:.1f})")


def memory(make: Callable[[], Any]) -> int:
    """Return the bytes that what is made holds."""
    gc.collect()
    tracemalloc.start()
    kept = make()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return size


def main() -> None:
    """Measure each size in turn."""
    made = datetime(2026, 11, 25, tzinfo=UTC)
    terminal = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=100)
    pipe = Console(file=io.StringIO(), width=10_000)
    for size in SIZES:
        summaries = answers(size)
        names = {each["Account"]: f"account {each['Account'][-4:]}" for each in summaries}
        report = read(summaries, names)
        print(f"{size:,} instances")
        measure("read and group", lambda: read(summaries, names))  # noqa: B023 - runs at once
        measure("text, terminal", lambda: text.render(report, terminal))  # noqa: B023
        measure("text, pipe", lambda: text.render(report, pipe))  # noqa: B023
        measure("JSON", lambda: json.dumps(document.document(report), indent=2, ensure_ascii=False))  # noqa: B023
        measure("CSV", lambda: document.table(report))  # noqa: B023
        measure("HTML", lambda: page.render(report, None, {}, made))  # noqa: B023
        # Parsed, as from AWS: no two instances share a string.
        answered = json.dumps(summaries)
        held = memory(lambda: read(json.loads(answered), names))  # noqa: B023
        html = page.render(report, None, {}, made).encode()
        print(f"  memory of the report         {held / size:,.0f} bytes an instance, {held / 1e6:.1f} MB")
        print(f"  size of the page             {len(html) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

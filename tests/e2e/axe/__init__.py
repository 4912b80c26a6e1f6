"""axe-core, which finds in a page what keeps people out."""

from pathlib import Path

from tests import node
from tests.e2e.browser import Browser

_HERE = Path(__file__).parent


def script() -> str:
    """Return axe-core; installs it where it is missing."""
    node.install(_HERE)
    return (_HERE / "node_modules/axe-core/axe.min.js").read_text()


def findings(window: Browser, script: str) -> list[tuple[str, str, str]]:
    """Return the faults of the page at hand: how bad, which, and the first element that has it."""
    window.settle()
    # A page's own policy may let no other script in.
    window.devtools("Runtime.evaluate", {"expression": script})
    run = "axe.run({resultTypes: ['violations']}).then((found) => found.violations)"
    ran = {"expression": run, "awaitPromise": True, "returnByValue": True}
    found = window.devtools("Runtime.evaluate", ran)["result"]["value"]
    return [(each["impact"], each["id"], each["nodes"][0]["html"]) for each in found]

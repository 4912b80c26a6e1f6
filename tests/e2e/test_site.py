"""The site that `make docs` makes, in a browser: by mouse, keyboard and ear, on a phone and on paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import ROOT
from tests.e2e import axe, browser
from tests.e2e.browser import TAB, Browser
from tests.missing import missing

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SITE = ROOT / "build/site"
AT_ONCE = "<style>* {transition: none !important; scroll-behavior: auto !important}</style>"
WIDER = "[...document.querySelectorAll('{}')].filter((each) => each.scrollWidth > each.clientWidth).length"


@pytest.fixture(scope="module")
def pages() -> list[Path]:
    found = sorted(SITE.rglob("*.html"))
    if not found:
        missing("not made on this machine: the site; make docs")
    return found


@pytest.fixture
def window(pages: list[Path], tmp_path: Path) -> Iterator[Browser]:
    assert pages
    with browser.driver() as address, browser.browser(address, tmp_path) as window:
        yield window


@pytest.mark.node
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_axe_finds_nothing_that_keeps_anybody_out(
    pages: list[Path], window: Browser, width: int, scheme: str
) -> None:
    script = axe.script()
    window.set_screen(width, 900)
    window.set_media(scheme=scheme)
    found = {}
    for page in pages:
        window.open(page)
        found[page] = axe.findings(window, script)
        assert window.run(f"return {WIDER.format('html')}") == 0, page
    assert {page: faults for page, faults in found.items() if faults} == {}


def test_what_the_keyboard_comes_to_is_in_sight_on_a_phone(window: Browser) -> None:
    window.set_screen(320, 900)
    window.open(SITE / "docs/commands/status.html")
    window.run(f"document.head.insertAdjacentHTML('beforeend', '{AT_ONCE}')")
    where = """
    const {left, right, top, bottom} = document.activeElement.getBoundingClientRect();
    const inside = left < innerWidth && right > 0 && top < innerHeight && bottom > 0;
    return [document.activeElement.tagName, inside, document.activeElement.outerHTML.slice(0, 200)];
    """
    found = []
    while (at := reach(window, where))[0] != "BODY":
        found.append(at)
    assert [html for _, inside, html in found if not inside] == []
    assert {"A", "BUTTON", "INPUT", "PRE"} <= {name for name, _, _ in found}


def reach(window: Browser, script: str) -> list[Any]:
    """Return what a script says of what the next press of the key Tab comes to."""
    window.press(TAB)
    window.settle()
    found: list[Any] = window.run(script)
    return found


@pytest.mark.parametrize(("media", "width"), [("screen", 768), ("print", 672)])
def test_no_table_and_on_paper_no_line_is_cut(
    pages: list[Path], window: Browser, media: str, width: int
) -> None:
    cut = ".table-wrapper, article pre" if media == "print" else ".table-wrapper"
    window.set_screen(width, 900)
    window.set_media(media)
    for page in pages:
        window.open(page)
        assert window.run(f"return {WIDER.format(cut)}") == 0, page

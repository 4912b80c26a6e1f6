"""How Sphinx makes the site of README, CHANGELOG and docs/ as they lie in the repository: `make docs`."""

import re
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
HELP = ROOT / "tests/private_packages/golden"
"""What `--help` prints; the tests hold it to the commands."""
LISTS = ("docs/index", "docs/commands/README", "docs/decisions/README")
"""The pages whose lists and tables of links are the navigation."""
HELP_ELSEWHERE = {"docs/hooks": "-hook", "docs/permissions": "-permissions", "docs/commands/README": ""}
LACKING = {
    'role="heading"': r'\g<0> aria-level="2"',
    '<aside class="sidebar-drawer': '<aside aria-label="All pages" class="sidebar-drawer',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
    '<div id="search-results">': r"<h1>Search</h1>\g<0>",
    '<img [^>]* src="([^"]+)" />': r'<a href="\1">\g<0></a>',
}
"""What is found in the site's pages, and what stands there instead."""
START = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=docs/index.html">
<title>stackery-private-packages</title>
<a href="docs/index.html">stackery-private-packages</a>
"""

project = "stackery-private-packages"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "docs/*/*.md"]
exclude_patterns = [".*", "build"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_show_search_summary = False  # it is fetched, which no browser does from a file
highlight_language = "none"


def add_navigation(_: Sphinx, page: str, source: list[str]) -> None:
    """Add to a page of links what Sphinx needs to know of the order of pages."""
    if page not in LISTS:
        return
    for section in re.split(r"^#+ ", source[0], flags=re.MULTILINE):
        caption, _, text = section.partition("\n")
        links = re.findall(r"^(?:- |\| )\[(.+?)\]\(([^)#]+\.md)\)", text, re.MULTILINE)
        own = [
            f"{title.replace('`', '')} <{path}>"
            for title, path in links
            if page == root_doc or path[0] != "."
        ]
        if own:
            shown = f":caption: {caption}\n" if page == root_doc else ""
            source[0] += "\n\n```{toctree}\n:hidden:\n" + shown + "\n".join(["", *own]) + "\n```\n"


def add_help(_: Sphinx, page: str, source: list[str]) -> None:
    """Add to a command's page what its `--help` prints, and that of its subcommands."""
    folder, _, name = page.rpartition("/")
    command = HELP_ELSEWHERE.get(page, f"-{name}" if folder == "docs/commands" else "-none")
    names = [f"private-packages{command}.help.txt", f"private-packages{command}-*.help.txt"]
    found = [path for pattern in names[: 2 if command else 1] for path in sorted(HELP.glob(pattern))]
    if found:
        source[0] += "\n\n## All options\n"
    for path in found:
        source[0] += f"\n```text\n{path.read_text('utf-8')}```\n"


def let_everybody_reach(app: Sphinx, fault: Exception | None) -> None:
    """Write what axe-core misses in the pages of Sphinx and furo, and let a phone open a picture alone."""
    for path in [] if fault else Path(app.outdir).rglob("*.html"):
        page = path.read_text("utf-8")
        for found, instead in LACKING.items():
            page = re.sub(found, instead, page)
        path.write_text(page, "utf-8")


def lead_to_the_start(app: Sphinx, fault: Exception | None) -> None:
    """Let the site's folder itself lead to its first page."""
    if not fault:
        Path(app.outdir, "index.html").write_text(START, "utf-8")


def setup(app: Sphinx) -> None:
    """Take part in Sphinx's work."""
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", add_navigation)
    app.connect("source-read", add_help)
    app.connect("build-finished", let_everybody_reach)
    app.connect("build-finished", lead_to_the_start)

"""How Sphinx makes the site of README, CHANGELOG and docs/ as they lie in the repository: `make docs`."""

import re
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
HELP = ROOT / "tests/private_packages/golden"
"""What `--help` prints; the tests hold it to the commands."""
LISTS = ("docs/index", "docs/commands/README", "docs/decisions/README")
"""The pages whose lists and tables of links are the navigation."""
HELP_ELSEWHERE = {"docs/hooks": "-hook", "docs/permissions": "-permissions", "docs/commands/README": ""}

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


def let_everybody_reach(
    _: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Let the keyboard scroll what is wide, and say of which level the navigation's headings are.

    Both are what axe-core finds serious in what Sphinx and furo write.
    """
    for part, before, after in (
        ("body", "<pre>", '<pre tabindex="0">'),
        ("furo_navigation_tree", 'role="heading"', 'role="heading" aria-level="2"'),
    ):
        context[part] = context.get(part, "").replace(before, after)


def lead_to_the_start(app: Sphinx, fault: Exception | None) -> None:
    """Let the site's folder itself lead to its first page."""
    if not fault:
        refresh = '<meta http-equiv="refresh" content="0; url=docs/index.html">\n'
        Path(app.outdir, "index.html").write_text(refresh, "utf-8")


def setup(app: Sphinx) -> None:
    """Take part in Sphinx's work."""
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", add_navigation)
    app.connect("source-read", add_help)
    app.connect("html-page-context", let_everybody_reach, priority=900)  # behind furo
    app.connect("build-finished", lead_to_the_start)

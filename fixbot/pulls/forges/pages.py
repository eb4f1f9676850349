"""What people see of the local forge: an index, and a page for each pull request and issue.

The pages hold everything they need, run no script and load nothing. Texts are Markdown, of which every HTML tag
is escaped but the few in `_TAGS`, and those only without attributes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from fixbot.pulls import hidden
from fixbot.pulls.forges.store import Item

_TAGS = {f"<{slash}{name}>" for name in ("details", "summary", "sub", "sup", "br") for slash in ("", "/")}
_TAG = re.compile(r"(<[^<>]*>)")
_BOX = re.compile(r"\A\[([ xX])\] ")
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
a { color: #2f6fd0 } h1 { font-size: 1.5rem; margin-bottom: .3rem } small, .soft { opacity: .7 }
table { border-collapse: collapse } th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left }
code, pre { font: 13px/1.45 ui-monospace, monospace; background: var(--soft); border-radius: 4px }
code { padding: .1em .3em } pre { padding: .7rem; overflow-x: auto } pre code { background: none; padding: 0 }
section { border: 1px solid var(--line); border-radius: 6px; padding: .3rem 1rem; margin: 1rem 0 }
blockquote { border-left: 3px solid var(--line); margin-left: 0; padding-left: 1rem }
.state, .label { border-radius: 1em; padding: .1em .7em; font-size: 13px; color: #fff; background: #6e7781 }
.open { background: #1a7f37 } .merged { background: #8250df } .closed { background: #cf222e }
.label { background: #0969da } .add { color: #1a7f37 } .del { color: #cf222e } .hunk { color: #8250df }
ol.items { list-style: none; padding: 0 } ol.items li { border-bottom: 1px solid var(--line); padding: .5rem 0 }
"""


def page(item: Item, diff: str) -> str:
    """One pull request with what it changes, or one issue."""
    about = _about(item)
    if item.kind == "pull":
        verb = "wants" if item.state == "open" else "wanted"
        about += f" {verb} to merge <code>{escape(item.branch)}</code> into <code>{escape(item.base)}</code>"
    people = [f"Assigned: {escape(who)}" for who in item.assignees]
    people += [f"Review asked of: {escape(who)}" for who in item.reviewers]
    parts = [
        '<p><a href="../index.html">All pull requests</a></p>',
        f"<h1>{escape(item.title)} <small>#{item.number}</small></h1>",
        f"<p>{about}</p>",
        *(f'<p class="soft">{line}</p>' for line in people),
        f"<section>{markdown(item.body)}</section>",
        *(
            f"<section><p><b>{escape(comment.author)}</b> says</p>{markdown(comment.body)}</section>"
            for comment in item.comments
        ),
        f"<h2>Changes</h2><pre>{_coloured(diff)}</pre>" if diff else "",
    ]
    return _document(f"{item.title} #{item.number}", "\n".join(part for part in parts if part))


def index(name: str, items: Sequence[Item]) -> str:
    """Everything there is: open ones first, each group in the order of numbers."""
    groups = (
        ("Open pull requests", [item for item in items if item.kind == "pull" and item.state == "open"]),
        ("Closed pull requests", [item for item in items if item.kind == "pull" and item.state != "open"]),
        ("Issues", [item for item in items if item.kind == "issue"]),
    )
    lists = [f"<h2>{title}</h2>\n<ol class=items>{_rows(group)}</ol>" for title, group in groups if group]
    return _document(
        f"Pull requests of {name}",
        f"<h1>Pull requests</h1>\n<p class=soft>{escape(name)}</p>\n"
        + ("\n".join(lists) or "<p>There are none.</p>"),
    )


def markdown(text: str) -> str:
    """HTML of a text as a forge shows it, with nothing in it that could run or load."""
    return str(_MARKDOWN.render(hidden.without(text)))


def _rows(items: Sequence[Item]) -> str:
    return "\n".join(
        f'<li><a href="pages/{item.number}.html">{escape(item.title)}</a> <small>#{item.number}</small><br>{_about(item)}</li>'
        for item in items
    )


def _about(item: Item) -> str:
    shown = "draft" if item.draft and item.state == "open" else item.state
    labels = "".join(f' <span class="label">{escape(label)}</span>' for label in item.labels)
    return f'<span class="state {item.state}">{shown}</span>{labels} {escape(item.author)}'


def _coloured(diff: str) -> str:
    return "\n".join(_coloured_line(line) for line in diff.split("\n"))


def _coloured_line(line: str) -> str:
    kinds = {"+": "add", "-": "del", "@": "hunk"}
    heading = line.startswith(("--- a/", "+++ b/", "--- /dev/null", "+++ /dev/null"))
    kind = "" if heading else kinds.get(line[:1], "")
    return f'<span class="{kind}">{escape(line)}</span>' if kind else escape(line)


def _document(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


class _Renderer(RendererHTML):
    """Text as ever, but HTML in Markdown escaped, images as links, and boxes of lists as signs."""

    def html_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A block of HTML."""
        return _allowed(tokens[idx].content)

    def html_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A tag within a sentence."""
        return _allowed(tokens[idx].content)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """What it shows, in words: pages load nothing."""
        return escape(tokens[idx].content)

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Plain text; a box at its beginning becomes a sign."""
        content = tokens[idx].content
        box = _BOX.match(content) if idx == 0 else None
        return escape(f"{'☐' if box[1] == ' ' else '☑'} {content[box.end() :]}" if box else content)


def _allowed(html: str) -> str:
    return "".join(part if part in _TAGS else escape(part) for part in _TAG.split(html))


_MARKDOWN = MarkdownIt("commonmark", renderer_cls=_Renderer).enable(["table", "strikethrough"])

"""What was new in each version, in words: the changelog."""

import re
from datetime import date
from html import escape
from pathlib import Path

from IPython.display import HTML

from analysis import paths

HEAD = re.compile(r"^## (\S+).*$", re.M)


def changelog(root: Path = paths.ROOT) -> dict[str, str]:
    """What the changelog says of each version.

    Parameters
    ----------
    root : Path
        Holds CHANGELOG.md, with a heading ``## <version>`` for each.

    Returns
    -------
    dict of str to str
        By version, in the order of the file.

    Examples
    --------
    >>> changelog()["0.1.0"].splitlines()[0]
    'First version.'
    """
    parts = HEAD.split((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def block(text: str) -> HTML:
    r"""One entry of the changelog: paragraphs and lists.

    Parameters
    ----------
    text : str
        As in the file.

    Returns
    -------
    HTML

    Examples
    --------
    >>> block("First.\n\n- One,\n  continued.\n- Two.").data
    '<div class="notes"><p>First.</p><ul><li>One, continued.</li><li>Two.</li></ul></div>'
    """
    parts = []
    for part in re.split(r"\n\s*\n", text.strip()):
        items = [" ".join(item.split()) for item in re.split(r"^- ", part, flags=re.M) if item.strip()]
        if part.startswith("- "):
            parts.append(f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</ul>")
        else:
            parts.append(f"<p>{_inline(' '.join(part.split()))}</p>")
    return HTML(f'<div class="notes">{"".join(parts)}</div>')


def _inline(text: str) -> str:
    """Code between backticks; all else as it is."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def day_text(day: str) -> str:
    """A day as it is read.

    Examples
    --------
    >>> day_text("2026-11-01")
    '1 November 2026'
    """
    return f"{date.fromisoformat(day):%-d %B %Y}"

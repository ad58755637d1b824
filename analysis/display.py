"""Figures and tables as they stand on a page: title, drawing, caption, source, data, files to take away.

Texts may hold the placeholders of `analysis.doors.fill`, so that no number is typed. What is synthetic is marked here,
once for all figures and tables: see `analysis.provenance`.
"""

import base64
import re
from collections.abc import Callable, Sequence
from html import escape, unescape

import pandas as pd
from IPython.display import HTML

from analysis import doors
from analysis import provenance as origin
from analysis.claims import source_text
from analysis.plots import svg
from analysis.plots.style import NARROW, WIDE

NOTHING = '<span class="nil">{}</span>'


def figure(
    tables,
    draw: Callable,
    table: pd.DataFrame,
    *,
    name: str,
    title: str,
    sub: str,
    alt: str,
    caption: str,
    data: dict[str, str],
    claims: Sequence[str] | None = None,
    provenance: str = "published",
    below: str = "",
    widths: tuple[int, int] = (WIDE, NARROW),
    listed: pd.Series | None = None,
) -> HTML:
    """A figure block.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    draw : callable
        Function of `analysis.plots`, called with ``table`` and a width.
    table : DataFrame
        What is drawn.
    name : str
        Anchor, and name of the files; begins with ``synthetic-`` if and only if the numbers are synthetic.
    title, sub, alt, caption : str
        The finding; what is shown, with its unit; alternative text; caption. Placeholders are filled.
    data : dict of str
        Columns of ``table`` and their headings, for the data under the figure and its CSV.
    claims : sequence of str, optional
        Ids for the source line; the index of ``table`` where not given.
    provenance : {"published", "computed", "synthetic", "invented"}
        Said under the figure; synthetic and invented also beside the title, in the drawing, in the caption, in the
        alternative text, and in the rows of the CSV (as in the column ``data_kind`` of ``table``, if it has one).
    below : str
        HTML between drawing and caption.
    widths : tuple of int
        CSS pixels of the two drawings.
    listed : Series of bool, optional
        Rows listed under the figure, where the CSV holds too many for a page.

    Returns
    -------
    HTML

    Raises
    ------
    ValueError
        If synthetic numbers are shown as others, or under a name that does not say so.
    """
    origin.check(name, provenance, table)
    ids = [i for i in (table.index if claims is None else claims) if i in tables.claims.index]
    source = source_text(tables.claims.loc[ids], tables.reports) if ids else "this review"
    synthetic = provenance in origin.SYNTHETIC
    plain = doors.fill(tables, title, plain=True, synthetic=synthetic)
    label = origin.sentence(provenance) + doors.fill(tables, alt, plain=True, synthetic=synthetic)
    plots = "".join(
        svg.inline(_drawn(draw, table, width, provenance), f"{name}-{kind}", label, f"fig-{kind}")
        for kind, width in zip(("wide", "narrow"), widths, strict=True)
    )
    shown = table[list(data)].rename(columns=data)
    file = origin.labelled(provenance, shown, table)
    listing = _rows(tables, file if listed is None else file[listed.to_numpy()], numeric=())
    said = f"{origin.WORDS[provenance]} numbers. Source: {source}. CC BY 4.0"
    takeaway = svg.files(_drawn(draw, table, max(widths), provenance), plain, said)
    contents = {"csv": file.to_csv(index=False), "svg": takeaway["svg"], "png": takeaway["png"]}
    files = "".join(_file(f"{name}.{kind}", text, encoded=kind == "png") for kind, text in contents.items())
    mark = f"{origin.badge(provenance)} " if synthetic else ""
    return HTML(
        f'<figure class="fig" id="{name}"><div class="fig-head">'
        f'<p class="fig-title">{escape(plain, quote=False)}</p>'
        f'<p class="fig-sub">{mark}{doors.fill(tables, sub)}</p></div>'
        f'<div class="fig-plot">{plots}</div>{below}'
        f"{_figcaption(name, provenance, doors.fill(tables, caption), source, listing)}{files}</figure>"
    )


def _figcaption(name: str, provenance: str, caption: str, source: str, listing: str) -> str:
    """Under a figure: number, caption, source, files, data."""
    return (
        f'<figcaption><p><strong><span class="fig-number" data-figure="{name}"></span>.</strong> '
        f"{origin.sentence(provenance)}{caption}</p>"
        f'<p class="fig-source">{origin.badge(provenance)} Source: {escape(source)}.</p>'
        f'<div class="fig-foot"><p class="fig-links">{_links(name, ("csv", "svg", "png"))}</p>'
        f"<details><summary>Data of this figure</summary>{listing}</details></div></figcaption>"
    )


def table(
    tables,
    frame: pd.DataFrame,
    *,
    name: str,
    caption: str,
    sub: str = "",
    numeric: Sequence[str] = (),
    missing: str = "not printed",
    anchors: Sequence[str] | None = None,
    stack: bool = True,
    note: str = "",
    download: bool = True,
    searchable: bool | str = False,
    provenance: str = "published",
) -> HTML:
    """A table block.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    frame : DataFrame
        Cells are text with placeholders, or HTML of `doors.door`; the first column heads its row. Empty cells show
        ``missing``.
    name : str
        Anchor, and name of the CSV.
    caption, sub, note : str
        The finding; what is shown, with its unit; remarks below.
    numeric : sequence of str
        Columns set flush right.
    missing : str
        Words for an empty cell.
    anchors : sequence of str, optional
        Anchor of each row.
    stack : bool
        Whether each row becomes a small block on a phone; otherwise the table scrolls.
    download : bool
        Whether the table can be had as CSV.
    searchable : bool or str
        Whether the page's filter field (there is one for all such tables) hides rows without the typed words; as text,
        the words that the field suggests (those of the first such table).
    provenance : {"published", "computed", "synthetic", "invented"}
        Synthetic and invented are said over the table and in every row of the CSV; a column ``data_kind`` of ``frame``
        is not shown, but says it of each row.

    Returns
    -------
    HTML

    Raises
    ------
    ValueError
        If synthetic numbers are shown as others, or under a name that does not say so.
    """
    origin.check(name, provenance, frame)
    kinds, frame = frame, frame.drop(columns=origin.KIND, errors="ignore")
    synthetic = provenance in origin.SYNTHETIC
    mark = f"{origin.badge(provenance)} {origin.sentence(provenance)}" if synthetic else ""
    small = f"<small>{mark}{doors.fill(tables, sub)}</small>" if mark or sub else ""
    head = f"<caption>{doors.fill(tables, caption, plain=True, synthetic=synthetic)}{small}</caption>"
    body = _rows(tables, frame, numeric=numeric, missing=missing, anchors=anchors, stack=stack, head=head)
    if not stack:
        label = escape(doors.fill(tables, caption, plain=True, synthetic=synthetic))
        body = f'<div class="tbl-scroll" tabindex="0" role="region" aria-label="{label}">{body}</div>'
    foot = f'<p class="tbl-note">{doors.fill(tables, note)}</p>' if note else ""
    links = f'<p class="fig-links">{_links(name, ("csv",))}</p>' if download else ""
    text = origin.labelled(provenance, frame.map(lambda cell: _plain(tables, cell, synthetic)), kinds)
    file = _file(f"{name}.csv", text.to_csv(index=False)) if download else ""
    words = "" if searchable is True else searchable
    searched = f' data-searchable="{escape(words)}"' if searchable else ""
    return HTML(f'<div class="tbl-wrap" id="{name}"{searched}>{body}{foot}{links}{file}</div>')


def _drawn(draw: Callable, table: pd.DataFrame, width: int, provenance: str):
    """The drawing, with the words over it if its numbers are synthetic."""
    figure = draw(table, width)
    return svg.stamped(figure, origin.WORDS[provenance]) if provenance in origin.SYNTHETIC else figure


def takeaways(tables, lines: Sequence[str]) -> HTML:
    """The box that opens a chapter, for chapters whose answers are computed.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    lines : sequence of str
        Full sentences, with placeholders.

    Returns
    -------
    HTML
    """
    items = "".join(f"<li><p>{doors.fill(tables, line)}</p></li>" for line in lines)
    return HTML(
        f'<div class="takeaways admonition"><p class="admonition-title">Key takeaways</p><ul>{items}</ul></div>'
    )


def fold(*blocks: tuple[str, HTML], opened: bool = False) -> HTML:
    """Blocks that open on demand; a link to a row inside opens them too.

    Parameters
    ----------
    *blocks : tuple of str and HTML
        Words to open it by, and the block.
    opened : bool
        Whether they stand open at first.

    Returns
    -------
    HTML
    """
    state = " open" if opened else ""
    parts = (
        f'<details class="fold"{state}><summary>{escape(w)}</summary>{block.data}</details>' for w, block in blocks
    )
    return HTML("".join(parts))


def _rows(
    tables,
    frame: pd.DataFrame,
    *,
    numeric: Sequence[str],
    missing: str = "not printed",
    anchors: Sequence[str] | None = None,
    stack: bool = True,
    head: str = "",
) -> str:
    """The table element."""
    columns = [str(column) for column in frame.columns]
    side = [' class="n"' if column in numeric else "" for column in columns]
    top = "".join(f'<th scope="col"{n}>{escape(c)}</th>' for c, n in zip(columns, side, strict=True))
    lines = []
    for place, cells in enumerate(frame.itertuples(index=False, name=None)):
        texts = [_cell(tables, cell, missing) for cell in cells]
        first = f'<th scope="row">{texts[0]}</th>'
        others = "".join(
            f'<td{n} data-h="{escape(c)}">{t}</td>' for c, n, t in zip(columns[1:], side[1:], texts[1:], strict=True)
        )
        mark = f' id="{anchors[place]}"' if anchors is not None else ""
        lines.append(f"<tr{mark}>{first}{others}</tr>")
    kind = "tbl stack" if stack else "tbl"
    return f'<table class="{kind}">{head}<thead><tr>{top}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _cell(tables, cell: object, missing: str) -> str:
    """One cell as HTML; text is escaped unless it is a link made here."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and pd.isna(cell)) or cell == "":
        return NOTHING.format(escape(missing))
    if isinstance(cell, HTML):
        return cell.data
    text = f"{cell:g}" if isinstance(cell, float) else str(cell)
    return doors.fill(tables, escape(text, quote=False))


def _plain(tables, cell: object, synthetic: bool) -> object:
    """One cell as text for a file; refused where a synthetic number would stand there without a word."""
    if isinstance(cell, HTML):
        if 'data-kind="synthetic"' in cell.data and not synthetic:
            raise ValueError(f"a synthetic number in a table that does not say so: {cell.data}")
        return unescape(re.sub(r"<[^>]+>", "", cell.data))
    return doors.fill(tables, cell, plain=True, synthetic=synthetic) if isinstance(cell, str) else cell


def _links(name: str, kinds: Sequence[str]) -> str:
    """Links to the files; the site extension writes them beside the pages."""
    return "".join(f'<a href="../files/{name}.{kind}" download>{kind.upper()}</a>' for kind in kinds)


def _file(name: str, content: str, *, encoded: bool = False) -> str:
    """Content of a file, carried in the cell's output and taken out of the page by the site extension."""
    packed = content if encoded else base64.b64encode(content.encode()).decode()
    return f'<template data-file="{name}">{packed}</template>'

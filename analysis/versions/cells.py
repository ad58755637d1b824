"""The versions as the page on updates shows them: tables, and one block for each version that may have been cited."""

from html import escape

import pandas as pd
from IPython.display import HTML

from analysis import display, doors
from analysis.versions import conclusion, notes, numbers
from analysis.versions.compare import Difference, difference
from analysis.versions.history import History, named, newest, steps
from analysis.versions.results import words
from analysis.versions.store import Release, short_names

KINDS = ["pooled", "share", "printed", "page", "synthetic"]  # in the order in which results are listed
FOLLOWING = {  # name of the table, what it holds
    "computed": ("tab-follow", "Numbers that follow", "counts in the text, and groups that stand side by side"),
    "synthetic": ("synthetic-follow", "Numbers of synthetic patients", "no estimates for real ones"),
}
FIRST = "none: this is the first version"


def takeaways(tables, past: History, plan: dict) -> list[str]:
    """What the page says in short.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    past : History
        Of `analysis.versions.history.history`.
    plan : dict
        The protocol.

    Returns
    -------
    list of str
        Full sentences.
    """
    shown = f"These pages show **{named(past)}**, with the last search on {notes.day_text(past.shown.searched_on)}."
    shown = shown.replace("**", "<strong>", 1).replace("**", "</strong>", 1)
    if (change := newest(past, tables)) is None:
        return [shown, "It is the first version: there is no earlier one with which its results could be compared."]
    return [shown, _news(change), _answer(past.before, past.shown, plan)]


def _news(change: Difference) -> str:
    """What came, in one sentence."""
    counts = [
        (len(change.searches), "new search", "new searches"),
        (len(change.added), "new report", "new reports"),
        (len(change.corrected), "corrected report", "corrected reports"),
        (len(change.removed), "report taken out", "reports taken out"),
        (len(change.changes), "changed result", "changed results"),
    ]
    told = [f"{n:,} {one if n == 1 else many}" for n, one, many in counts if n]
    if not told:
        return f"Since version {change.old} only words have changed: all {change.same:,} results are the same."
    return f"Since version {change.old}: {', '.join(told)}; {change.same:,} are the same."


def _answer(old: Release, new: Release, plan: dict) -> str:
    """Whether the answer changed, in one sentence."""
    found = conclusion.verdicts(old, new, plan)
    moved = "; ".join(f"{v.label} is {v.reason}" for v in found if v.changed)
    return f"<strong>The answer has changed:</strong> {moved}." if moved else "The answer has not changed."


def answer_rows(past: History, plan: dict) -> pd.DataFrame:
    """The results that carry the answer, before and now.

    Parameters
    ----------
    past : History
        Of `analysis.versions.history.history`.
    plan : dict
        The protocol.

    Returns
    -------
    DataFrame
        ``Result, Before, Now, Changed``.
    """
    found = conclusion.verdicts(past.before or past.shown, past.shown, plan)
    rows = [
        (v.label, v.old if past.before else None, v.new, _changed(v) if past.before else "nothing to compare with")
        for v in found
    ]
    return pd.DataFrame(rows, columns=["Result", "Before", "Now", "Changed"])


def _changed(verdict: conclusion.Verdict) -> str:
    """Yes or no, with the reason."""
    word = {True: "yes", False: "no", None: "new"}[verdict.changed]
    return f"{word}: {verdict.reason}"


def change_rows(change: Difference, releases: list[Release], always: tuple[str, ...] = ()) -> pd.DataFrame:
    """Results old and new, and what moved each.

    Parameters
    ----------
    change : Difference
        Of two versions.
    releases : list of Release
        The two.
    always : tuple of str
        Results that are listed even if they are the same.

    Returns
    -------
    DataFrame
        ``Result, Then, Now, What moved it``; the results of ``always`` first, then pooled ones, shares, printed numbers
        and numbers of the text. Printed numbers that came or went with a report are one row.
    """
    old, new = releases
    rows = change.changes
    whole = rows[(rows.kind == "printed") & ((rows.old == "") | (rows.new == ""))]
    single = rows.drop(whole.index).set_index("name", drop=False)
    ordered = single.sort_values("kind", key=lambda k: k.map(KINDS.index), kind="stable")
    kept = [_kept(name, old, new, single) for name in always if name in new.results.index]
    lines = [*kept, *(_line(row) for row in ordered[~ordered.name.isin(always)].itertuples(index=False))]
    lines += _whole_reports(whole, short_names(releases), releases)
    return pd.DataFrame(lines, columns=["Result", "Then", "Now", "What moved it"])


def _parts(change: Difference, releases: list[Release]) -> tuple[Difference, ...]:
    """Estimates and printed numbers; what follows from them in the text and side by side; numbers of nobody."""
    rows = change.changes
    pooled = [release.results.estimate.reindex(rows.name).notna().to_numpy() for release in releases]
    first = rows.kind.isin(["share", "printed"]) | ((rows.kind == "pooled") & (pooled[0] | pooled[1]))
    made_up = rows.kind == "synthetic"
    return tuple(change._replace(changes=rows[some]) for some in (first, ~first & ~made_up, made_up))


def _line(row) -> tuple:
    """One changed result."""
    return row.label, row.old or "not given", row.new or "no longer given", row.why


def _kept(name: str, old: Release, new: Release, changed: pd.DataFrame) -> tuple:
    """A result that is listed in any case."""
    if name in changed.index:
        return _line(changed.loc[name])
    text = words(new.results.loc[name])
    return new.results.label[name], text if name in old.results.index else "not given", text, "nothing: the same"


def _whole_reports(rows: pd.DataFrame, names: dict[str, str], releases: list[Release]) -> list[tuple]:
    """Printed numbers that came or went, counted by report."""
    lines = []
    for column, release, shown in (("old", releases[1], "new"), ("new", releases[0], "gone")):
        some = rows[rows[column] == ""]
        for report, part in some.groupby(release.results.reports.reindex(some.name).to_numpy(), sort=True):
            label = f"{names[report]}: {len(part)} printed number{'s' if len(part) > 1 else ''}"
            then, now = ("not given", shown) if column == "old" else ("given", shown)
            lines.append((label, then, now, part.why.iloc[0]))
    return lines


def since(tables, past: History, plan: dict) -> HTML:
    """One block for each version that may have been cited: what has changed since.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    past : History
        Of `analysis.versions.history.history`.
    plan : dict
        The protocol.

    Returns
    -------
    HTML
        All blocks under each other; a script lets the reader choose one.
    """
    if not past.published:
        return HTML("<p>No version has been published yet, so that none can have been cited.</p>")
    blocks = [_block(tables, release, past, plan) for release in past.published[::-1]]
    return HTML(f'<div class="since-all">{"".join(blocks)}</div>')


def _block(tables, release: Release, past: History, plan: dict) -> str:
    """What has changed since one version."""
    name, day = release.version, release.released_on
    head = f'<section class="since" id="since-{name}" data-since="{name}" data-on="{day}">'
    head += f"<h3>Since version {name} ({day})</h3>"
    if release.version == past.shown.version and past.is_published:
        return f"{head}<p>This is the version that you are reading.</p></section>"
    change = difference(release, past.shown, tables)
    told = f"<p>{_news(change)} {_answer(release, past.shown, plan)}</p>"
    shown = past.shown.results
    pooled = shown.index[(shown.kind == "pooled") & shown.estimate.notna()]
    always = tuple(dict.fromkeys([*plan["conclusion"]["results"], *pooled]))
    both = [release, past.shown]
    first, *rest = _parts(change, both)
    table = display.table(
        tables,
        change_rows(first, both, always),
        name=f"tab-since-{name}",
        caption=f"Each result then and now, version {name}",
        sub="The results that carry the answer and all pooled ones first, the same or not; others only if they changed",
        provenance="computed",
    )
    parts = zip(FOLLOWING, rest, strict=True)
    more = "".join(_rest(tables, change_rows(part, both), name, kind) for kind, part in parts if len(part.changes))
    return f"{head}{told}{_errata(tables, change)}{table.data}{more}</section>"


def _rest(tables, rows: pd.DataFrame, version: str, provenance: str) -> str:
    """What follows from the changed results, behind a fold."""
    name, what, of = FOLLOWING[provenance]
    caption = f"{what}, version {version}"
    block = display.table(tables, rows, name=f"{name}-{version}", caption=caption, provenance=provenance)
    return display.fold((f"{what} ({len(rows)}): {of}", block)).data


def _errata(tables, change: Difference) -> str:
    """Errata since, with doors to their claims."""
    rows = tables.errata.loc[change.errata]
    items = "".join(f"<li>{escape(row.erratum)}: {escape(row.what)}</li>" for row in rows.itertuples())
    return f"<p>Errors corrected since:</p><ul>{items}</ul>" if items else ""


def versions(tables, past: History, plan: dict) -> HTML:
    """Every published version, newest first, or a sentence that there is none.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    past : History
        Of `analysis.versions.history.history`.
    plan : dict
        The protocol.

    Returns
    -------
    HTML
    """
    if not past.published:
        return HTML("<p>None has been published yet.</p>")
    rows = []
    for new, old, kind in steps(past):
        moved = f"{len(difference(old, new).changes):,}" if old else None
        answer = None
        if old:
            answer = "changed" if conclusion.changed(conclusion.verdicts(old, new, plan)) else "unchanged"
        meaning = "first version" if kind == "first" else f"{kind}: {numbers.MEANING[kind]}"
        rows.append(
            (
                new.version,
                _unbroken(new.released_on),
                meaning,
                _unbroken(new.searched_on),
                f"{len(new.reports):,}",
                moved,
                answer,
            )
        )
    names = ["Version", "Published", "Kind", "Last search", "Reports", "Results changed", "Answer"]
    return display.table(
        tables,
        pd.DataFrame(rows, columns=names),
        name="tab-versions",
        caption="Published versions, newest first",
        sub="Results changed and answer: against the version before",
        missing="nothing to compare with",
        numeric=["Reports", "Results changed"],
        provenance="computed",
    )


def _unbroken(text: str) -> HTML:
    """A day on one line."""
    return HTML(f'<span class="nb">{text}</span>')


def meaning_rows() -> pd.DataFrame:
    """What each part of a version's number stands for.

    Examples
    --------
    >>> meaning_rows().Part.tolist()
    ['MAJOR', 'MINOR', 'PATCH']
    """
    return pd.DataFrame(numbers.MEANING.items(), columns=["Part", "It grows with"])


def errata(tables) -> HTML:
    """Errors found after publication, newest first, or a sentence that there is none.

    Parameters
    ----------
    tables : Tables
        All tables of the review.

    Returns
    -------
    HTML
    """
    if tables.errata.empty:
        return HTML("<p>None has been reported yet. That does not mean that there are none.</p>")
    rows = []
    for row in tables.errata.sort_index(ascending=False).itertuples():
        claims = " ".join(doors.door(tables, name, "id") for name in (row.claims or "").split())
        versions = f"{row.stood_in} to {row.corrected_in or 'the next version'}"
        rows.append((row.erratum, f"{row.noticed_on}, {row.noticed_by}", row.what, HTML(claims), row.effect, versions))
    names = ["Erratum", "Noticed", "What was wrong", "Numbers", "Effect", "Stood from, to"]
    frame = pd.DataFrame(rows, columns=names)
    caption, sub = "Errors, and what they changed", "Who noticed, what was wrong, what it changed on the site"
    return display.table(tables, frame, name="tab-errata", caption=caption, sub=sub, missing="none")

"""How old is the last search? Said in the header of every page, and in a banner once the protocol's interval is over.

The page holds the day of the search; the days since then are counted by the reader's own clock, so that an old copy
says how old it is. The scripts run while the page is read, before it is drawn: nothing jumps. Without script the day
stands there.
"""

from pathlib import Path

from analysis import review
from analysis.review.searches import last_search
from analysis.versions.notes import day_text

TEMPLATES = Path(__file__).with_name("templates")
HEADER = ["toggle-primary-sidebar.html", "last-search.html"]


def facts(tables, plan: dict, version: str) -> dict[str, object]:
    """What the header holds for its own scripts and for those that prepare a report of an error.

    Parameters
    ----------
    tables : Tables
        All tables of the review.
    plan : dict
        The protocol.
    version : str
        Of the review.

    Returns
    -------
    dict
        ``searched, day, interval`` (days), ``version, contact, note``.
    """
    last = last_search(tables)
    contact = plan["contact"]
    words = {"version": version, "contact": contact["address"], "note": contact["note"]}
    return {"searched": last, "day": day_text(last), "interval": plan["search_interval_days"]} | words


def use_template(app, config) -> None:
    """Put the day of the last search into the header."""
    config.templates_path = [*config.templates_path, str(TEMPLATES)]
    config.html_theme_options["article_header_start"] = HEADER


def add_age(app, page, template, context, doctree) -> None:
    """Facts for the header, and the banner above the page."""
    context["age"] = facts(app.tables, review.protocol(), str(app.citation["version"]))
    if doctree is not None and "body" in context:
        context["body"] = app.builder.templates.render("stale.html", context) + context["body"]


def setup(app) -> None:
    """Connect to Sphinx."""
    app.connect("config-inited", use_template)
    app.connect("html-page-context", add_age)

"""The Sphinx extension behind the site: numbers that lead to their source, no request to other servers."""

from analysis.site import age, cache, formulas, metadata, offline, pages


def setup(app) -> dict[str, bool]:
    """Connect all parts to Sphinx."""
    for part in (cache, formulas, metadata, offline, pages, age):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Figures as inline SVG."""

from analysis.plots import svg
from analysis.plots.style import C, canvas


def test_numbers_in_words_keep_their_digits():
    """Coordinates are shortened, p values and the like are not."""
    figure = canvas(100, 40)
    figure.text(0.123456, 0.5, "p 0.039 to 0.0461", color=C["ink"])
    text = svg.inline(figure, "test", "a label with 0.1234")
    assert "p 0.039 to 0.0461" in text
    assert "12.3456" not in text

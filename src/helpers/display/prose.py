"""Text that displays itself as Markdown."""

MARKUP = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#!|$@~^&\"'"})


def plain(text: str) -> str:
    """Text from data as it is, whatever Markdown or HTML it looks like."""
    return " ".join(text.split()).translate(MARKUP)


class Prose(str):
    """Markdown text; a chapter's cell that ends with it shows it as prose."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)

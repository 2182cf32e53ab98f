"""Text that displays itself as Markdown."""


class Prose(str):
    """Markdown text; a chapter's cell that ends with it shows it as prose."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)

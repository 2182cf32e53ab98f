"""Errors that a user can act on; the command line turns each into its exit code."""


class UsageError(Exception):
    """Something was asked for that does not exist or does not fit: an unknown study, cut, parameter or setting."""


class UnknownNameError(UsageError):
    """A name that is not among those that exist.

    Parameters
    ----------
    what : str
        What was looked for, such as ``"study"``.
    name : str
        The name that was given.
    known : iterable of str
        The names that exist; they are listed in the message.
    """

    def __init__(self, what: str, name: str, known: "list[str] | tuple[str, ...]") -> None:
        super().__init__(f"unknown {what} '{name}'; known: {', '.join(sorted(known)) or 'none'}")

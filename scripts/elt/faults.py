"""A fault: what is wrong with input or settings, said so that a person can mend it."""


class Fault(Exception):  # noqa: N818 (a fault of the input, not of the program)
    """Input or a setting that cannot be used.

    The message names the file, the record or key, what was expected and what to do. It never quotes a
    cell's content: what stands in a cell may be a person.
    """

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        self.where, self.problem, self.remedy = where, problem, remedy
        super().__init__(f"{where}: {problem}. {remedy}. Nothing was written.")


class DamagedFileError(Fault, ValueError):
    """A file that was written by a run, by now cut off or overwritten."""

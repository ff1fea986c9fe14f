"""From the closed place to the names of the contract: only what was searched, with the mode of what it holds.

A file that may hold rows about single persons is for its owner alone; every other one has the mode that the setting
`published_mode` states. A folder can be entered by whom its files are for.
"""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from elt.faults import Fault
from elt.files import PRIVATE, copied, folder_mode, sha256, staged
from elt.privacy.leak_files import contracted
from elt.retention import deletion

REMEDY = "Type the same command again: then it is searched as it is now"


def bits(mode: str) -> int:
    """Permission bits of a setting such as "0640"."""
    return int(mode, 8)


def mode_of(name: str, published_mode: int) -> int:
    """The permission bits of a published file, by its path in the run."""
    return PRIVATE if deletion.is_row_level(name) else published_mode


def open_folders(run: Path, name: str, published_mode: int) -> None:
    """Make the folders of a published file; who may read what is published may enter them, whatever the umask."""
    for folder in reversed((run / name).parents):
        if folder != run and folder.is_relative_to(run):
            folder.mkdir(exist_ok=True)
            folder.chmod(folder_mode(published_mode))


def publish(run: Path, closed: Iterable[Path], searched: Mapping[str, str], published_mode: int) -> dict[str, str]:
    """Copy closed files to where the contract has them; path in the run -> SHA-256 of what was published.

    `searched`: path in the run -> SHA-256 of what was searched. No name is given before every copy is whole and is what
    was searched; raises Fault if one is not.
    """
    written = {}
    with ExitStack() as copies:
        for path in sorted(closed):
            name = contracted(path, run)
            open_folders(run, name, published_mode)
            copy = copies.enter_context(staged(run / name, mode_of(name, published_mode)))
            if sha256(path) != searched.get(name) or copied(path, copy) != searched[name]:
                raise Fault(name, "is not as it was searched, so nothing was published", REMEDY)
            written[name] = searched[name]
    return written

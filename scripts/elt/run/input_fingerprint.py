"""What names the content of all raw files of a run."""

import hashlib
from collections.abc import Mapping
from typing import Any


def input_fingerprint(tables: Mapping[str, Any]) -> str:
    """16 hex digits that name the content of all raw files, whatever their names and places.

    `tables`: name -> metadata of a table of silver.
    """
    hashes = sorted(f"{name} {file['sha256']}" for name, found in tables.items() for file in found["files"])
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:16]

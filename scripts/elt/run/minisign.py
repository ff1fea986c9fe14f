"""Signatures in the format of minisign (https://jedisct1.github.io/minisign/), which other programs check too.

A file is hashed by BLAKE2b and the hash signed by Ed25519; a second signature covers the first and the comment. Keys
without a password are read here; one with a password is used with the program minisign itself.
"""

import hashlib
from base64 import b64decode, b64encode
from pathlib import Path

from elt.faults import Fault

UNTRUSTED, TRUSTED = "untrusted comment: ", "trusted comment: "
ALGORITHM, HASHED = b"Ed", b"ED"  # of a key; of a signature of a file's hash
KEY = 42  # bytes of a public key: algorithm, number, key
SIGNATURE = 74
SECRET = 158  # algorithm, way of encryption, way of the checksum, salt, its limits, number, seed, public key, checksum
PLAIN = ALGORITHM + b"\0\0" + b"B2"  # how a secret key without a password begins


def decoded(text: str, size: int) -> bytes:
    """The bytes of a text in base64; none if it is no such text or of another size."""
    try:
        found = b64decode(text, validate=True)
    except ValueError:
        return b""
    return found if len(found) == size else b""


def lines_of(path: Path) -> list[str]:
    """The lines of a file of minisign, which end in LF and in nothing else; none if it cannot be read."""
    try:
        return path.read_bytes().decode().removesuffix("\n").split("\n") if path.is_file() else []
    except (OSError, ValueError):
        return []


def public_key(given: str) -> bytes:
    """A public key, given as its file or as the text that stands in it; raises Fault."""
    lines = lines_of(Path(given)) or [given]
    found = decoded(lines[-1], KEY)
    if not found.startswith(ALGORITHM):
        raise Fault("public_key", "is no public key of minisign, nor a file with one", "Give what minisign -G has made")
    return found


def secret_key(path: Path) -> tuple[bytes, bytes]:
    """(number, seed) of a secret key without a password; raises Fault."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    lines = lines_of(path)
    found = decoded(lines[1], SECRET) if len(lines) == 2 else b""
    number, seed, public = found[54:62], found[62:94], found[94:126]
    is_plain = found.startswith(PLAIN)
    if not is_plain or Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() != public:
        remedy = "Give one that minisign -G -W has made, or sign with the program: minisign -S -m <manifest>"
        raise Fault("sign_with", "is no secret key of minisign without a password", remedy)
    return number, seed


def signed(path: Path, key: tuple[bytes, bytes], comment: str) -> str:
    """The signature of a file, as minisign writes it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    number, seed = key
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    first = secret.sign(hashlib.blake2b(path.read_bytes()).digest())
    last = secret.sign(first + comment.encode())
    head = b64encode(HASHED + number + first).decode()
    return f"{UNTRUSTED}signature of a run\n{head}\n{TRUSTED}{comment}\n{b64encode(last).decode()}\n"


def is_signed(path: Path, signature: Path, key: bytes) -> bool:
    """Whether a signature is of a file as it is and of its own comment, made with the secret key of a public one."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    lines = lines_of(signature)
    if len(lines) != 4 or not lines[2].startswith(TRUSTED):
        return False
    head, last = decoded(lines[1], SIGNATURE), decoded(lines[3], 64)
    if not head.startswith(HASHED + key[2:10]):
        return False
    public = Ed25519PublicKey.from_public_bytes(key[10:])
    try:
        public.verify(head[10:], hashlib.blake2b(path.read_bytes()).digest())
        public.verify(last, head[10:] + lines[2].removeprefix(TRUSTED).encode())
    except (InvalidSignature, OSError):
        return False
    return True

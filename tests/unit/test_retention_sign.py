"""A signature of the manifest in the format of minisign: made, checked, and known when anything under it has changed."""

import json
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path

import made_manifest
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from erasure_case import finished
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from test_retention_verify import verify

import retention_sign
from elt.command import retention
from elt.faults import Fault
from elt.run import manifest, minisign

NUMBER = b"12345678"


def key_pair(folder: Path, seed: bytes = b"s" * 32, name: str = "auditor") -> tuple[Path, Path]:
    """Files with the secret and the public key that minisign -G -W would make."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    secret = minisign.PLAIN + bytes(48) + NUMBER + seed + public + bytes(32)
    for ending, key in (("key", secret), ("pub", b"Ed" + NUMBER + public)):
        (folder / f"{name}.{ending}").write_text(f"untrusted comment: x\n{b64encode(key).decode()}\n")
    return folder / f"{name}.key", folder / f"{name}.pub"


@pytest.fixture
def keys(folder: Path) -> tuple[Path, Path]:
    """A finished run, signed; the key pair."""
    finished(folder, "r1")
    pair = key_pair(folder)
    retention_sign.main("r1", str(pair[0]), str(folder / "sign.json"))
    return pair


RUN = Path("artifacts/runs/r1")


def test_a_signed_run_is_checked_with_the_public_key_as_file_or_text(folder, keys):
    content = manifest.stated(RUN)
    comment = f"run r1 complete root {content['root']}"
    assert json.loads((folder / "sign.json").read_text())["lines"] == [comment, str(RUN / manifest.SIGNATURE)]
    for key in (str(keys[1]), keys[1].read_text().splitlines()[1]):
        assert verify(folder, public_key=key)[-1] == "the manifest is signed with the secret key of public_key"
    assert len(verify(folder)) == 1


def test_a_manifest_that_was_made_anew_with_a_fitting_seal_is_known_by_its_signature(folder, keys):
    content = manifest.stated(RUN)
    made_manifest.write(RUN, **{**content, "settings": {"seed": 43}})
    verify(folder)
    with pytest.raises(Fault, match=r"run_manifest.json.minisig is not the signature of the manifest under public_key"):
        verify(folder, public_key=str(keys[1]))


def test_a_signature_of_another_key_and_none_at_all_are_named(folder, keys):
    other = key_pair(folder, b"t" * 32, "other")
    with pytest.raises(Fault, match="is not the signature of the manifest"):
        verify(folder, public_key=str(other[1]))
    (RUN / manifest.SIGNATURE).unlink()
    with pytest.raises(Fault, match="run_manifest.json.minisig is missing"):
        verify(folder, public_key=str(keys[1]))


@pytest.mark.parametrize("end", [b"\r", b"\x0b", b"\x0c", b"\x1c", b"\xc2\x85", b"\r\n", b"\n\n"])
def test_a_line_of_a_signature_ends_in_a_line_feed_alone(folder, keys, end):
    key, other = minisign.public_key(str(keys[1])), folder / "damaged"
    text = (RUN / manifest.SIGNATURE).read_bytes()
    assert minisign.is_signed(RUN / manifest.NAME, RUN / manifest.SIGNATURE, key)
    for damaged in (text[:-1] + end, text.replace(b"\n", end)):
        other.write_bytes(damaged)
        assert not minisign.is_signed(RUN / manifest.NAME, other, key)


@how(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_signature_is_none_and_no_exception(folder, keys, data):
    path, key = RUN / manifest.SIGNATURE, minisign.public_key(str(keys[1]))
    text = path.read_bytes()
    at, byte = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, 255))
    damaged = data.draw(st.sampled_from([text[:at], text[:at] + bytes([byte]) + text[at + 1 :], text[at:]]))
    other = folder / "damaged"
    other.write_bytes(damaged)
    parts = [part.split(b"\n")[1:4] for part in (damaged, text)]
    assert not minisign.is_signed(RUN / manifest.NAME, other, key) or parts[0] == parts[1]


@pytest.mark.remedy("elt.run.minisign", "Give what minisign -G has made")
@pytest.mark.parametrize("text", ["", "no key", "RWQ", "none.pub"])
def test_what_is_no_public_key_is_a_message(folder, keys, text):
    with pytest.raises(Fault, match="public_key: is no public key of minisign"):
        verify(folder, public_key=text)
    verify(folder, public_key=str(keys[1]))


@pytest.mark.remedy(
    "elt.run.minisign", "Give one that minisign -G -W has made, or sign with the program: minisign -S -m <manifest>"
)
def test_what_is_no_secret_key_without_a_password_is_a_message(folder, keys):
    secret = folder / "wrong.key"
    encrypted = keys[0].read_text().replace(b64encode(minisign.PLAIN).decode(), b64encode(b"EdScB2").decode())
    torn = keys[0].read_text().replace("c3Nz", "c3Mz")
    for text in ("", "one line", encrypted, torn, keys[1].read_text()):
        secret.write_text(text)
        with pytest.raises(Fault, match="sign_with: is no secret key of minisign without a password"):
            retention_sign.main("r1", str(secret), str(folder / "sign.json"))
    retention_sign.main("r1", str(keys[0]), str(folder / "sign.json"))


@pytest.mark.remedy("retention_sign", "Run it again, then sign it")
def test_a_manifest_that_was_edited_is_not_signed(folder, keys):
    text = (RUN / manifest.NAME).read_text()
    (RUN / manifest.NAME).write_text(text.replace("complete", "failed"))
    with pytest.raises(Fault, match="is missing, or not as it was written"):
        retention_sign.main("r1", str(keys[0]), str(folder / "sign.json"))
    (RUN / manifest.NAME).write_text(text)
    retention_sign.main("r1", str(keys[0]), str(folder / "sign.json"))


@pytest.mark.remedy(
    "elt.command.retention", "name the file of a secret key of minisign: --config sign_with=<file>", line=True
)
def test_to_sign_a_key_must_be_named(folder, keys):
    config = {"company": "config/shop", "raw": "raw", "today": "clock", "sign_with": None}
    assert next(retention.faults("sign", config)).startswith("sign_with: name the file of a secret key")
    assert next(retention.faults("sign", config | {"sign_with": "none.key"})) == "sign_with: none.key is no file"
    assert list(retention.faults("sign", config | {"sign_with": str(keys[0])})) == []


@pytest.mark.skipif(shutil.which("minisign") is None, reason="the program minisign is not installed")
def test_the_program_minisign_checks_what_is_signed_here_and_its_signatures_are_checked_here(folder):
    finished(folder, "r1")
    name = str(RUN / manifest.NAME)
    subprocess.run(["minisign", "-G", "-W", "-p", "a.pub", "-s", "a.key"], check=True, capture_output=True)
    retention_sign.main("r1", "a.key", str(folder / "sign.json"))
    said = subprocess.run(["minisign", "-V", "-p", "a.pub", "-m", name], check=True, capture_output=True, text=True)
    assert "Trusted comment: run r1 complete root " in said.stdout
    subprocess.run(["minisign", "-S", "-s", "a.key", "-m", name], check=True, capture_output=True)
    assert verify(folder, public_key="a.pub")[-1].startswith("the manifest is signed")

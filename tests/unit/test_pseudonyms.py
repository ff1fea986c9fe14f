"""Keyed pseudonyms: the scheme computed again here, and every key that is refused, without a word of it."""

import base64
import hashlib
import hmac
import os
import re
import subprocess
import unicodedata

import pytest

from elt.faults import Fault
from elt.protection import pseudonyms

HEX = hashlib.sha256(b"a key for tests").hexdigest()
KEY = bytes.fromhex(HEX)


@pytest.fixture
def env(tmp_path):
    """A good key file."""
    return write(tmp_path / ".env", f"ELT_PSEUDONYM_KEY={HEX}\n")


def write(path, text, mode=0o600):
    """A key file with a text and a mode."""
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_pseudonym_is_the_keyed_hash_of_scheme_domain_and_value():
    digest = hmac.new(KEY, b"elt-pseudonym\x00v1\x00customer\x00AW00011000", hashlib.sha256).digest()
    expected = "cu1_" + base64.b32encode(digest[:16]).decode("ascii").lower().rstrip("=")
    assert pseudonyms.pseudonym(KEY, "customer", "AW00011000") == expected
    assert len(expected) == 4 + 26


def test_a_pseudonym_never_changes():
    # printf 'elt-pseudonym\0v1\0customer\0AW00011000' | openssl dgst -sha256 -mac HMAC -macopt hexkey:… -binary |
    # head -c 16 | base32
    key = bytes.fromhex("8f1d5c07a3be42996e10d47b25fac83358e0b1947d6c2f9a0e43dd71c6128b54")
    assert pseudonyms.pseudonym(key, "customer", "AW00011000") == "cu1_73a4gd6vohe34tvvi22yqqhhu4"


def test_the_key_id_is_a_keyed_hash_and_not_one_of_the_key():
    expected = hmac.new(KEY, b"elt-key-id\x00v1", hashlib.sha256).hexdigest()[:16]
    assert pseudonyms.key_id(KEY) == expected
    assert expected not in hashlib.sha256(KEY).hexdigest()
    assert expected not in HEX


def test_one_value_in_two_unicode_forms_or_padded_has_one_pseudonym():
    forms = {unicodedata.normalize(form, "Müller-Straße Ångström") for form in ("NFC", "NFD")}
    assert len(forms) == 2
    forms |= {f" {form}\t" for form in forms}
    assert len({pseudonyms.pseudonym(KEY, "customer", form) for form in forms}) == 1


def test_values_that_differ_in_case_have_two_pseudonyms():
    assert pseudonyms.pseudonym(KEY, "customer", "aw1") != pseudonyms.pseudonym(KEY, "customer", "AW1")


def test_another_key_or_domain_gives_another_pseudonym(monkeypatch):
    monkeypatch.setattr(pseudonyms, "PREFIX", {"customer": "cu1_", "order": "cu1_"})
    other = bytes(reversed(KEY))
    found = {pseudonyms.pseudonym(key, domain, "AW1") for key in (KEY, other) for domain in ("customer", "order")}
    assert len(found) == 4


def test_a_domain_without_a_prefix_is_an_error():
    with pytest.raises(KeyError):
        pseudonyms.pseudonym(KEY, "telephone", "1")


@pytest.mark.parametrize("text", ["", "# ours\nOTHER=1\n", "OTHER=x\r\n"])
def test_the_key_is_read_from_its_line(tmp_path, text):
    path = write(tmp_path / ".env", f"{text} ELT_PSEUDONYM_KEY = {HEX.upper()} \nMORE=ELT_PSEUDONYM_KEY\n")
    assert pseudonyms.read_key(path) == KEY


FEW_DISTANCES = "ce82c9297083c43fca2afe40148fd112459bce5900d4e731d8195a2e4137eb2d"  # 14 modulo 256, 21 as they stand
READABLE = b"t3BAX&bH-;GV]<N*_^2mekR pK~TEhaI"  # the first and the last sign that can be printed among others
REFUSED = {
    "too short": (HEX[:-2], "is not 64 hex digits"),
    "too long": (HEX + "00", "is not 64 hex digits"),
    "odd": (HEX[:-1], "is not 64 hex digits"),
    "empty": ("", "is not 64 hex digits"),
    "not hex": ("g" + HEX[1:], "is not 64 hex digits"),
    "blanks within": (HEX[:30] + "    " + HEX[34:], "is not 64 hex digits"),
    "blanks between": (" ".join(HEX[at : at + 2] for at in range(0, 64, 2)), "is not 64 hex digits"),
    "in quotes": (f'"{HEX[:62]}"', "is not 64 hex digits"),
    "other digits": ("\uff11" + HEX[1:], "is not 64 hex digits"),
    "one byte only": ("ab" * 32, "is a weak key"),
    "nineteen bytes": ((bytes(range(100, 119)) + bytes([100] * 13)).hex(), "is a weak key"),
    "counting": (bytes(range(32)).hex(), "is a weak key"),
    "counting down": (bytes(range(31, -1, -1)).hex(), "is a weak key"),
    "counting from one": (bytes(range(1, 33)).hex(), "is a weak key"),
    "few distances round the ring": (FEW_DISTANCES, "is a weak key"),
    "readable text with a blank and a tilde": (READABLE.hex(), "is a weak key"),
    "readable text": (b"Kj8s!x0Qz_wv4Lp-TgR7yNbH3mUe6Fdc".hex(), "is a weak key"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_key_is_refused_without_a_word_of_it(tmp_path, case):
    value, words = REFUSED[case]
    with pytest.raises(Fault) as caught:
        pseudonyms.read_key(write(tmp_path / ".env", f"ELT_PSEUDONYM_KEY={value}\n"))
    assert words in str(caught.value)
    assert str(caught.value).startswith(".env: ")
    assert len(value) < 8 or value[4:20] not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_remark_in_another_encoding_beside_the_key_does_not_matter(env):
    env.write_bytes(b"# Schl\xfcssel\n" + env.read_bytes())
    assert pseudonyms.read_key(env) == KEY


def test_twenty_different_bytes_are_enough(tmp_path):
    different = bytes(dict.fromkeys(KEY))[:20]
    key = different + bytes(reversed(different))[:12]
    assert (len(set(key)), len(key)) == (20, 32)
    assert pseudonyms.read_key(write(tmp_path / ".env", f"ELT_PSEUDONYM_KEY={key.hex()}\n")) == key


@pytest.mark.parametrize("change", [(b" ", b"\x1f"), (b"~", b"\x7f")])
def test_a_key_with_one_byte_that_cannot_be_printed_is_no_readable_text(change):
    assert pseudonyms.is_weak(READABLE) and not pseudonyms.is_weak(READABLE.replace(*change))


@pytest.mark.parametrize("text", ["", "OTHER=1\n", f"ELT_PSEUDONYM_KEY={HEX}\nELT_PSEUDONYM_KEY={HEX}\n"])
def test_the_key_must_stand_exactly_once(tmp_path, text):
    with pytest.raises(Fault, match="must stand in it exactly once") as caught:
        pseudonyms.read_key(write(tmp_path / ".env", text))
    assert HEX not in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601, 0o660])
def test_a_key_that_others_can_open_is_refused(env, mode):
    env.chmod(mode)
    with pytest.raises(Fault, match="can be read by group or others. Type: chmod 600 .env"):
        pseudonyms.read_key(env)


def test_a_link_to_the_key_is_refused(tmp_path, env):
    (tmp_path / "link").symlink_to(env)
    with pytest.raises(Fault, match="the key is a link"):
        pseudonyms.read_key(tmp_path / "link")


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()], ids=["nothing", "folder"])
def test_a_missing_key_is_refused(tmp_path, make):
    make(tmp_path / ".env")
    with pytest.raises(Fault, match="the key file is missing"):
        pseudonyms.read_key(tmp_path / ".env")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277])
def test_a_new_key_is_random_good_and_readable_by_its_owner_alone(tmp_path, umask):
    before = os.umask(umask)
    try:
        for name in ("one", "two"):
            pseudonyms.make_key(tmp_path / name)
    finally:
        os.umask(before)
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("one", "two")} == {0o600}
    assert pseudonyms.read_key(tmp_path / "one") != pseudonyms.read_key(tmp_path / "two")


def test_a_new_key_is_one_line_and_safe_on_disk_before_anything_is_made_with_it(tmp_path, monkeypatch):
    synced, plain = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append((tmp_path / ".env").read_text()), plain(file)))
    pseudonyms.make_key(tmp_path / ".env")
    assert synced == [(tmp_path / ".env").read_text()]
    assert re.fullmatch("ELT_PSEUDONYM_KEY=[0-9a-f]{64}\n", synced[0])


@pytest.mark.parametrize("dangling", [False, True])
def test_a_key_file_that_exists_is_never_overwritten(tmp_path, dangling):
    path = tmp_path / ".env"
    path.symlink_to(tmp_path / "nowhere") if dangling else path.write_text("mine")
    with pytest.raises(FileExistsError):
        pseudonyms.make_key(path)
    assert not (tmp_path / "nowhere").exists()
    assert dangling or path.read_text() == "mine"


def test_a_run_makes_a_key_if_there_is_none_and_says_so_without_it(tmp_path, capfd):
    path = tmp_path / ".env"
    found = pseudonyms.ready(path, make=True)
    said = capfd.readouterr().err
    assert found == pseudonyms.key_id(pseudonyms.read_key(path))
    assert "A new pseudonym key was made" in said
    assert pseudonyms.read_key(path).hex() not in said


@pytest.mark.parametrize("make", [False, True])
def test_a_key_that_is_lost_although_runs_have_pseudonyms_is_refused_and_none_is_made(tmp_path, make):
    with pytest.raises(Fault, match="the key file is missing, and run newest was made with a key. Restore the file"):
        pseudonyms.ready(tmp_path / ".env", make=make, made_with=["older", "newest"])
    assert not (tmp_path / ".env").exists()


def test_a_key_that_is_there_serves_the_runs_made_with_it(env):
    assert pseudonyms.ready(env, make=False, made_with=["run"]) == pseudonyms.key_id(KEY)


def test_random_keys_are_not_refused():
    drawn = [hashlib.sha512(str(number).encode()).digest()[:32] for number in range(5000)]
    assert not [key for key in drawn if pseudonyms.is_weak(key)]


def test_a_dry_run_makes_no_key(tmp_path):
    assert pseudonyms.ready(tmp_path / ".env", make=False) == "none yet"
    assert not (tmp_path / ".env").exists()


def test_a_key_that_is_there_is_not_made_again(env):
    assert pseudonyms.ready(env, make=True) == pseudonyms.key_id(KEY)
    assert env.read_text() == f"ELT_PSEUDONYM_KEY={HEX}\n"


@pytest.mark.parametrize("make", [False, True])
def test_a_key_inside_artifacts_is_refused_and_none_is_made_there(tmp_path, monkeypatch, make):
    (tmp_path / "artifacts/runs").mkdir(parents=True)
    (tmp_path / "Snakefile").touch()
    monkeypatch.chdir(tmp_path / "artifacts/runs")
    path = pseudonyms.Path(".env")
    if not make:
        write(path, f"ELT_PSEUDONYM_KEY={HEX}\n")
    with pytest.raises(Fault, match="the key lies inside artifacts/"):
        pseudonyms.ready(path, make=True)
    assert path.exists() is not make


def test_a_project_below_any_folder_called_artifacts_is_fine(tmp_path):
    (tmp_path / "artifacts").mkdir()
    path = write(tmp_path / "artifacts/.env", f"ELT_PSEUDONYM_KEY={HEX}\n")
    assert pseudonyms.ready(path, make=False) == pseudonyms.key_id(KEY)


def test_a_key_in_a_folder_of_a_project_beside_artifacts_is_fine(tmp_path):
    (tmp_path / "Snakefile").touch()
    (tmp_path / "config").mkdir()
    path = write(tmp_path / "config/.env", f"ELT_PSEUDONYM_KEY={HEX}\n")
    assert pseudonyms.ready(path, make=False) == pseudonyms.key_id(KEY)


def git(folder, *arguments):
    """A git command in a folder."""
    name = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_key_that_git_tracks_is_refused(tmp_path, env):
    git(tmp_path, "init", "-q")
    assert pseudonyms.ready(env, make=False) == pseudonyms.key_id(KEY)
    git(tmp_path, "add", "-f", ".env")
    with pytest.raises(
        Fault, match="git tracks the key file. Type: git rm --cached .env, and make a new key"
    ) as caught:
        pseudonyms.ready(env, make=False)
    assert HEX not in str(caught.value)


def test_what_git_says_of_a_key_that_it_does_not_track_is_kept_from_the_terminal(tmp_path, env, capfd):
    git(tmp_path, "init", "-q")
    assert pseudonyms.ready(env, make=False) == pseudonyms.key_id(KEY)
    assert capfd.readouterr() == ("", "")


def test_a_project_without_git_is_fine(env, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert pseudonyms.ready(env, make=False) == pseudonyms.key_id(KEY)


def test_the_form_of_a_pseudonym_is_known_and_nothing_else_has_it():
    sound = pseudonyms.pseudonym(KEY, "customer", "4711")
    assert pseudonyms.is_pseudonym("customer", sound) is True
    for text in ("", sound[:-1], sound + "a", sound.upper(), " " + sound, sound + "\n", sound.replace("cu1_", "cu2_")):
        assert pseudonyms.is_pseudonym("customer", text) is False, text


def test_what_a_policy_says_of_scheme_and_version_is_what_pseudonyms_are_made_with():
    text = f"elt-pseudonym\0{pseudonyms.VERSION}\0customer\x004711".encode()
    assert pseudonyms.keyed(KEY, "customer", "4711") == hmac.digest(KEY, text, "sha256")[:16]
    assert pseudonyms.SCHEME == "HMAC-SHA-256"


def test_a_salt_is_the_same_for_a_key_and_a_name_and_another_for_any_other():
    salt = pseudonyms.salt(KEY, "a.json")
    assert salt == pseudonyms.salt(KEY, "a.json") and len(bytes.fromhex(salt)) == 32
    others = {pseudonyms.salt(KEY, "b.json"), pseudonyms.salt(KEY[::-1], "a.json"), pseudonyms.key_id(KEY)}
    assert len(others | {salt}) == 4 and pseudonyms.key_id(KEY) not in salt

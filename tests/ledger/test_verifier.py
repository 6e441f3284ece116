"""The stand-alone verifier's own cryptography, against the standards' vectors and a library."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.sealing import public_key_of
from ledger.verifier import (
    differences,
    is_signed,
    leaf_hash,
    path_of,
    root_by_path,
    root_of,
    tree_of,
)

# RFC 8032, section 7.1, test 2
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_the_vector_of_the_rfc_is_accepted() -> None:
    assert is_signed(b"\x72", SIGNATURE, PUBLIC)


def test_one_flipped_bit_anywhere_is_refused() -> None:
    for place in (0, 31, 32, 63):
        broken = bytearray(SIGNATURE)
        broken[place] ^= 1
        assert not is_signed(b"\x72", bytes(broken), PUBLIC)
    assert not is_signed(b"\x73", SIGNATURE, PUBLIC)


@settings(max_examples=10, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=100))
def test_what_the_library_signs_is_accepted(seed: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)

    assert is_signed(message, key.sign(message), bytes.fromhex(public_key_of(key)))


@given(count=st.integers(1, 70), data=st.data())
def test_every_leaf_has_a_path_to_the_root(count: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(str(n)) for n in range(count)]
    index = data.draw(st.integers(0, count - 1))

    path = path_of(tree_of(leaves), index)

    assert root_by_path(leaves[index], path) == root_of(leaves)
    assert root_by_path(leaf_hash("other"), path) != root_of(leaves)


def test_three_leaves_make_the_tree_of_rfc_6962() -> None:
    a, b, c = (leaf_hash(text) for text in "abc")
    node = hashlib.sha256(b"\1" + a + b).digest()

    assert root_of([a, b, c]) == hashlib.sha256(b"\1" + node + c).digest()


@given(now=st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=5), data=st.data())
def test_a_range_differs_when_its_leaves_do(now: list[bytes], data: st.DataObject) -> None:
    sealed = data.draw(st.lists(st.sampled_from([b"a", b"b", b"d"]), max_size=5))
    places = [f"7-{number}" for number in range(len(now))]

    assert bool([*differences(places, now, sealed)]) == (now != sealed)

"""The Merkle tree is that of RFC 6962: published vectors, a plain reference, and properties."""

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.proofs import (
    MerkleTree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from industriverse.kernel.errors import ContractError

# The test vectors of the certificate-transparency reference code.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSIONS = [
    (0, 1, []),
    (0, 8, [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]),
    (5, 8, [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (1, 5, [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]),
]  # fmt: skip
CONSISTENCIES = [
    (1, 1, []),
    (1, 8, INCLUSIONS[1][2]),
    (6, 8, [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]),
    (2, 5, INCLUSIONS[4][2][1:]),
]  # fmt: skip
WIDEST = 40


def a_tree(size: int) -> MerkleTree:
    return MerkleTree(leaf_hash(str(i).encode()) for i in range(size))


def reference_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    middle = 1
    while 2 * middle < len(leaves):
        middle *= 2
    return node_hash(reference_root(leaves[:middle]), reference_root(leaves[middle:]))


@pytest.fixture(scope="module")
def published():
    return MerkleTree(map(leaf_hash, LEAVES))


@pytest.mark.parametrize("size", range(9))
def test_published_roots(published, size):
    assert published.root(size).hex() == ROOTS[size]
    assert MerkleTree(map(leaf_hash, LEAVES[:size])).root().hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "hashes"), INCLUSIONS)
def test_published_inclusion_proofs(published, index, size, hashes):
    assert [h.hex() for h in published.inclusion(index, size)] == hashes
    path = [bytes.fromhex(h) for h in hashes]
    root = bytes.fromhex(ROOTS[size])
    assert verify_inclusion(leaf_hash(LEAVES[index]), index, size, path, root)


@pytest.mark.parametrize(("first", "second", "hashes"), CONSISTENCIES)
def test_published_consistency_proofs(published, first, second, hashes):
    assert [h.hex() for h in published.consistency(first, second)] == hashes
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert verify_consistency((first, second), roots, [bytes.fromhex(h) for h in hashes])


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_is_that_of_the_definition(contents):
    assert MerkleTree(map(leaf_hash, contents)).root() == reference_root(contents)


@given(st.lists(st.binary(max_size=4), max_size=40), st.lists(st.binary(max_size=4), max_size=40))
def test_a_tree_grown_in_two_parts_is_the_tree(first, second):
    grown = MerkleTree(map(leaf_hash, first))
    grown.extend(map(leaf_hash, second))
    assert grown.root() == reference_root(first + second)
    assert grown.root(len(first)) == reference_root(first)


def test_every_leaf_of_every_size_is_included():
    tree = a_tree(WIDEST)
    for size in range(1, WIDEST + 1):
        root = tree.root(size)
        for index in range(size):
            path = tree.inclusion(index, size)
            assert verify_inclusion(leaf_hash(str(index).encode()), index, size, path, root)


def test_every_pair_of_sizes_is_consistent():
    tree = a_tree(WIDEST)
    for second in range(1, WIDEST + 1):
        for first in range(1, second + 1):
            hashes = tree.consistency(first, second)
            roots = tree.root(first), tree.root(second)
            assert verify_consistency((first, second), roots, hashes)


def test_no_other_index_or_leaf_or_root_fits():
    tree = a_tree(WIDEST)
    for size in range(1, WIDEST + 1):
        root, index = tree.root(size), (7 * size) % size
        path, leaf = tree.inclusion(index, size), leaf_hash(str(index).encode())
        others = [other for other in range(size + 2) if other != index]
        assert not any(verify_inclusion(leaf, other, size, path, root) for other in others)
        assert not verify_inclusion(leaf_hash(b"x"), index, size, path, root)
        assert not verify_inclusion(leaf, index, size, path, leaf_hash(b"x"))
        assert not verify_inclusion(leaf, index, size, [*path, root], root)
        assert not verify_inclusion(leaf, -1, size, path, root)
        for at in range(len(path)):
            assert not verify_inclusion(leaf, index, size, path[:at] + path[at + 1 :], root)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 8, 20])
def test_a_path_is_as_long_as_its_tree_is_high(size):
    tree = a_tree(size)
    leaf, path, root = leaf_hash(b"0"), tree.inclusion(0), tree.root()
    for taller in (2 * size, 2 * size + 1, 5 * size):
        assert not verify_inclusion(leaf, 0, taller, path, root)
    for first in range(1, size + 1):
        roots, hashes = (tree.root(first), root), tree.consistency(first)
        assert not verify_consistency((first, 4 * size), roots, hashes)
        assert not verify_consistency((first, size), roots, [*hashes, root])


@given(st.data())
def test_a_log_that_changed_its_past_is_inconsistent(data):
    second = data.draw(st.integers(2, WIDEST))
    first = data.draw(st.integers(1, second))
    changed = data.draw(st.integers(0, first - 1))
    tree = a_tree(second)
    other = MerkleTree(
        leaf_hash(b"other" if i == changed else str(i).encode()) for i in range(second)
    )
    roots = tree.root(first), other.root(second)
    for hashes in (tree.consistency(first, second), other.consistency(first, second)):
        assert not verify_consistency((first, second), roots, hashes)


@given(st.data())
def test_a_bent_consistency_proof_is_refused(data):
    second = data.draw(st.integers(2, WIDEST))
    first = data.draw(st.integers(1, second - 1))
    tree = a_tree(second)
    hashes, roots = tree.consistency(first, second), (tree.root(first), tree.root(second))
    at = data.draw(st.integers(0, len(hashes) - 1))
    bent = [leaf_hash(h) if i == at else h for i, h in enumerate(hashes)]
    assert not verify_consistency((first, second), roots, bent)
    assert not verify_consistency((first, second), roots, hashes[:-1])
    assert not verify_consistency((first, second), roots, [*hashes, hashes[-1]])
    assert not verify_consistency((first, second), (roots[1], roots[0]), hashes)
    assert not verify_consistency((second, first), roots, hashes)
    assert not verify_consistency((0, second), roots, hashes)


@given(
    st.tuples(st.integers(-2, 40), st.integers(-2, 40)),
    st.lists(st.binary(min_size=32, max_size=32), max_size=8),
)
def test_verifiers_answer_no_to_noise(sizes, hashes):
    a, b = leaf_hash(b"a"), leaf_hash(b"b")
    assert verify_consistency(sizes, (a, b), hashes) is False
    assert verify_inclusion(a, sizes[0], sizes[1], hashes, b) is False


@pytest.mark.parametrize(
    ("ask", "numbers", "sentence"),
    [
        ("root", (6,), "holds 5 leaves; 6 were asked"),
        ("root", (-1,), "holds 5 leaves; -1 were asked"),
        ("inclusion", (5,), "has no leaf 5"),
        ("inclusion", (-1,), "has no leaf -1"),
        ("inclusion", (3, 3), "tree of 3 leaves has no leaf 3"),
        ("consistency", (0,), "tree of 0 leaves"),
        ("consistency", (4, 3), "tree of 4 leaves to one of 3"),
        ("consistency", (1, 9), "9 were asked"),
        ("extend", ([b"short"],), "32 bytes"),
    ],
)
def test_what_the_tree_does_not_hold_is_refused(ask, numbers, sentence):
    with pytest.raises(ContractError, match=sentence):
        getattr(a_tree(5), ask)(*numbers)


def test_a_hundred_thousand_leaves_are_quick():
    begin = time.process_time()
    tree = a_tree(100_000)
    built = time.process_time()
    path = tree.inclusion(77_777)
    tree.consistency(65_537, 99_999)
    assert verify_inclusion(leaf_hash(b"77777"), 77_777, 100_000, path, tree.root())
    assert built - begin < 15
    assert time.process_time() - built < 0.5

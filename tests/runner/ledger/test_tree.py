"""The Merkle tree over the lines of a ledger, against a plain reading of its definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.ledger import tree

Leaves = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def naive(leaves: list[bytes]) -> str:
    """The root as RFC 9162 defines it, word by word."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).hexdigest()
    at = max(2**power for power in range(10) if 2**power < len(leaves))
    left, right = bytes.fromhex(naive(leaves[:at])), bytes.fromhex(naive(leaves[at:]))
    return hashlib.sha256(b"\1" + left + right).hexdigest()


def flipped(digest: str) -> str:
    return f"{int(digest[0], 16) ^ 1:x}{digest[1:]}"


def test_known_roots() -> None:
    """The roots are those of the test vectors that Certificate Transparency's implementations share."""
    leaves = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
    assert tree.root([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree.root(leaves[:1]) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert tree.root(leaves[:3]) == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert tree.root(leaves[:7]) == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_roots_are_those_of_the_definition(leaves: list[bytes]) -> None:
    """The root over the first lines is that of the definition, for every number of lines, in one pass."""
    sizes = range(len(leaves) + 1)
    assert tree.roots_at(leaves, [*sizes, len(leaves) + 5]) == {size: naive(leaves[:size]) for size in sizes}


@given(Leaves, st.data())
def test_a_path_leads_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    """A line and its path lead to the root; another line, place, number of lines or digest leads elsewhere."""
    index = data.draw(st.integers(0, len(leaves) - 1))
    path, size, root = tree.inclusion(leaves, index), len(leaves), naive(leaves)
    assert tree.root_from(leaves[index], index, size, path) == root
    assert tree.root_from(leaves[index] + b"!", index, size, path) != root
    for at in range(len(path)):
        assert tree.root_from(leaves[index], index, size, [*path[:at], flipped(path[at]), *path[at + 1 :]]) != root
    for wrong in ([*path, root], path[:-1] if path else [root]):
        with pytest.raises(ValueError, match="too"):
            tree.root_from(leaves[index], index, size, wrong)


@given(Leaves, st.data())
def test_the_beginning_of_the_lines_is_proved(leaves: list[bytes], data: st.DataObject) -> None:
    """A proof shows that earlier lines are the beginning of the later ones, and shows nothing else."""
    first, size = data.draw(st.integers(1, len(leaves))), len(leaves)
    proof, old, new = tree.consistency(leaves, first), naive(leaves[:first]), naive(leaves)
    assert tree.consistent(first, old, size, new, proof)
    assert not tree.consistent(first, flipped(old), size, new, proof)
    assert not tree.consistent(first, old, size, flipped(new), proof)
    assert not tree.consistent(first, old, size, new, [*proof, old])
    for at in range(len(proof)):
        assert not tree.consistent(first, old, size, new, [*proof[:at], flipped(proof[at]), *proof[at + 1 :]])
        assert not tree.consistent(first, old, size, new, proof[:at])


@given(Leaves, st.data())
def test_another_beginning_has_no_proof(leaves: list[bytes], data: st.DataObject) -> None:
    """No honest proof of the lines shows that a changed line was among their beginning."""
    first = data.draw(st.integers(1, len(leaves)))
    changed = data.draw(st.integers(0, first - 1))
    other = [leaf + b"!" if at == changed else leaf for at, leaf in enumerate(leaves)]
    assert not tree.consistent(first, naive(other[:first]), len(leaves), naive(leaves), tree.consistency(leaves, first))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_line_that_is_not_there_has_no_path(index: int, size: int) -> None:
    """Neither a path nor a root is made up for a line outside of the tree."""
    with pytest.raises(ValueError, match="there is none"):
        tree.inclusion([b"x"] * size, index)
    with pytest.raises(ValueError, match="there is none"):
        tree.root_from(b"x", index, size, [])


@pytest.mark.parametrize("first", [-1, 0, 4])
def test_a_beginning_that_is_none_has_no_proof(first: int) -> None:
    """More lines than there are, or none, are no beginning."""
    with pytest.raises(ValueError, match="no beginning"):
        tree.consistency([b"x"] * 3, first)
    assert not tree.consistent(first, naive([b"x"] * 3), 3, naive([b"x"] * 3), [])

"""Model files of an attacker who can write the index too, so that every digest is right.

Each is a function that writes into a folder and returns the name to load. Where a file carries code, running it
makes a file `ran` beside it.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import skops.io  # type: ignore[import-untyped]
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import StandardScaler

MIB = 1 << 20
HOSTILE: dict[str, Callable[[Path], str]] = {}


class Runs:
    """What makes a file when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.folder / "ran",)


def hostile(write: Callable[[Path], str]) -> Callable[[Path], str]:
    HOSTILE[write.__name__] = write
    return write


def put(folder: Path, name: str, content: bytes, **facts: Any) -> str:
    """Write a file with an index that fits."""
    (folder / name).write_bytes(content)
    entry = {"format": name.rpartition(".")[2], "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    models = {name: {**entry, "libraries": {}, "training": None, "metrics": {}, **facts}}
    (folder / "models.json").write_text(json.dumps({"format": 1, "models": models}))
    return name


def zipped(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def hiding(name: bytes) -> bytes:
    """The directory promises ten bytes, and the stream goes on for 300 MiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = b"".join(packer.compress(bytes(MIB)) for _ in range(300)) + packer.flush()
    sizes = struct.pack("<3L2H", zlib.crc32(bytes(10)), len(stream), 10, len(name), 0)
    local = b"PK\x03\x04" + struct.pack("<5H", 20, 0, 8, 0, 33) + sizes + name + stream
    central = (
        b"PK\x01\x02" + struct.pack("<6H", 20, 20, 0, 8, 0, 33) + sizes + struct.pack("<3H2L", 0, 0, 0, 0, 0) + name
    )
    return local + central + b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local), 0)


def npy(descr: str, shape: str, data: bytes) -> bytes:
    """An array whose head says what it likes."""
    head = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    head = head.ljust(118) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode("latin-1") + data


def skops_of(change: Callable[[dict[str, Any]], None], *more: tuple[str, bytes]) -> bytes:
    """A scaler whose schema was changed."""
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(StandardScaler().fit(np.eye(3))))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members["schema.json"])
    change(schema)
    return zipped(*{**members, "schema.json": json.dumps(schema).encode()}.items(), *more)


def node(loader: str, module: str, name: str, **facts: Any) -> dict[str, Any]:
    return {"__loader__": loader, "__module__": module, "__class__": name, **facts}


@hostile
def pickle_named_npz(folder: Path) -> str:
    return put(folder, "model.npz", pickle.dumps(Runs(folder)))


@hostile
def pickle_named_json(folder: Path) -> str:
    return put(folder, "model.json", pickle.dumps(Runs(folder)))


@hostile
def pickle_named_skops(folder: Path) -> str:
    return put(folder, "model.skops", pickle.dumps(Runs(folder)))


@hostile
def plain_pickle(folder: Path) -> str:
    return put(folder, "model.pkl", pickle.dumps(Runs(folder)))


@hostile
def joblib_file(folder: Path) -> str:
    joblib.dump(Runs(folder), folder / "model.joblib")
    return put(folder, "model.joblib", (folder / "model.joblib").read_bytes())


@hostile
def torch_file(folder: Path) -> str:
    torch.save({"weights": Runs(folder)}, folder / "model.pt")
    return put(folder, "model.pt", (folder / "model.pt").read_bytes())


@hostile
def torch_file_named_npz(folder: Path) -> str:
    torch.save({"weights": Runs(folder)}, folder / "model.pt")
    return put(folder, "model.npz", (folder / "model.pt").read_bytes())


@hostile
def format_of_the_index_is_not_believed(folder: Path) -> str:
    return put(folder, "model.npz", pickle.dumps(Runs(folder)), format="pickle")


@hostile
def npz_with_objects(folder: Path) -> str:
    target = io.BytesIO()
    np.savez(target, allow_pickle=True, weights=np.array([Runs(folder)], dtype=object))
    return put(folder, "model.npz", target.getvalue())


@hostile
def npz_with_a_bare_pickle(folder: Path) -> str:
    return put(folder, "model.npz", zipped(("weights.npy", pickle.dumps(Runs(folder)))))


@hostile
def npz_with_structured_objects(folder: Path) -> str:
    data = pickle.dumps(Runs(folder))
    return put(folder, "model.npz", zipped(("weights.npy", npy("[('a', '|O')]", "(1,)", data))))


@hostile
def npz_that_unpacks_to_gigabytes(folder: Path) -> str:
    zeros = bytes(MIB)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("weights.npy", "w") as member:
        for _ in range(300):
            member.write(zeros)
    return put(folder, "model.npz", target.getvalue())


@hostile
def npz_that_hides_its_size(folder: Path) -> str:
    return put(folder, "model.npz", hiding(b"weights.npy"))


@hostile
def skops_that_hides_its_size(folder: Path) -> str:
    return put(folder, "model.skops", hiding(b"schema.json"))


@hostile
def npz_with_a_huge_directory(folder: Path) -> str:
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    central = entry * (40 * MIB // len(entry))
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 65535, 65535, len(central), 0, 0)
    return put(folder, "model.npz", central + end)


@hostile
def npz_that_climbs(folder: Path) -> str:
    return put(folder, "model.npz", zipped(("../../ran.npy", npy("'<f8'", "(1,)", bytes(8)))))


@hostile
def npz_with_one_name_twice(folder: Path) -> str:
    member = zipped(("a.npy", npy("'<f8'", "(1,)", bytes(8))), ("b.npy", npy("'<f8'", "(1,)", bytes(8))))
    return put(folder, "model.npz", member.replace(b"b.npy", b"a.npy"))


@hostile
def npz_whose_shape_lies(folder: Path) -> str:
    return put(folder, "model.npz", zipped(("weights.npy", npy("'<f8'", "(1000000, 1000000)", bytes(8)))))


@hostile
def npz_with_a_negative_shape(folder: Path) -> str:
    return put(folder, "model.npz", zipped(("weights.npy", npy("'<f8'", "(-1,)", bytes(8)))))


@hostile
def npz_with_no_width(folder: Path) -> str:
    return put(folder, "model.npz", zipped(("weights.npy", npy("'|S0'", "(99999999999,)", b""))))


@hostile
def npz_with_code_for_a_head(folder: Path) -> str:
    return put(folder, "model.npz", zipped(("weights.npy", npy("__import__('os').getpid()", "(1,)", bytes(8)))))


@hostile
def npz_with_a_nested_head(folder: Path) -> str:
    return put(folder, "model.npz", zipped(("weights.npy", npy("(" * 4000 + ")" * 4000, "(1,)", bytes(8)))))


@hostile
def npz_cut_off(folder: Path) -> str:
    good = zipped(("weights.npy", npy("'<f8'", "(1,)", bytes(8))))
    return put(folder, "model.npz", good[: len(good) // 2])


@hostile
def json_with_nan(folder: Path) -> str:
    return put(folder, "model.json", b'{"weight": NaN}')


@hostile
def json_with_a_number_too_large(folder: Path) -> str:
    return put(folder, "model.json", b'{"weight": 1e999}')


@hostile
def json_with_a_million_digits(folder: Path) -> str:
    return put(folder, "model.json", b"9" * MIB)


@hostile
def json_nested_deep(folder: Path) -> str:
    return put(folder, "model.json", b"[" * MIB + b"]" * MIB)


@hostile
def json_that_is_huge(folder: Path) -> str:
    return put(folder, "model.json", b"[" + b"[]," * (20 * MIB // 3) + b"[]]")


@hostile
def json_with_a_name_twice(folder: Path) -> str:
    return put(folder, "model.json", b'{"width": 1, "width": 1000000000}')


@hostile
def skops_that_calls_the_system(folder: Path) -> str:
    def change(schema: dict[str, Any]) -> None:
        touch = json.dumps(f"touch {folder / 'ran'}")
        words = node("TupleNode", "builtins", "tuple", content=[node("JsonNode", "builtins", "str", content=touch)])
        none = node("JsonNode", "builtins", "str", content="null")
        parts = {"func": node("FunctionNode", "os", "system"), "args": words, "kwds": none, "namespace": none}
        schema["content"]["content"]["mean_"] = node("PartialNode", "functools", "partial", content=parts)

    return put(folder, "model.skops", skops_of(change))


@hostile
def skops_of_a_type_of_the_system(folder: Path) -> str:
    return put(
        folder, "model.skops", skops_of(lambda schema: schema.update(__module__="subprocess", __class__="Popen"))
    )


@hostile
def skops_that_calls_by_name(folder: Path) -> str:
    def change(schema: dict[str, Any]) -> None:
        words = node("TupleNode", "builtins", "tuple", content=[node("JsonNode", "builtins", "str", content='"x"')])
        schema["content"]["content"]["mean_"] = node("OperatorFuncNode", "operator", "methodcaller", attrs=words)

    return put(folder, "model.skops", skops_of(change))


@hostile
def skops_of_a_forest(folder: Path) -> str:
    """Its trees hold places in memory."""
    forest = RandomForestClassifier(1, random_state=0).fit(np.eye(4), [0, 1, 0, 1])
    return put(folder, "model.skops", skops.io.dumps(forest))


@hostile
def skops_of_another_protocol(folder: Path) -> str:
    return put(folder, "model.skops", skops_of(lambda schema: schema.update(protocol=0)))


@hostile
def skops_with_an_array_of_objects(folder: Path) -> str:
    data = npy("'|O'", "(1,)", pickle.dumps(Runs(folder)))
    return put(folder, "model.skops", skops_of(lambda _: None, ("more.npy", data)))


@hostile
def skops_that_holds_itself(folder: Path) -> str:
    def change(schema: dict[str, Any]) -> None:
        schema["content"]["content"]["mean_"] = {**schema["content"], "content": {}}

    return put(folder, "model.skops", skops_of(change))


@hostile
def skops_nested_deep(folder: Path) -> str:
    deep = (
        b'{"__loader__": "DictNode", "__module__": "builtins", "__class__": "dict", "key_types": {}, "content": {"a": '
    )
    start = (
        b'{"__loader__": "ObjectNode", "protocol": 2, "__module__": "sklearn.decomposition._pca", "__class__": "PCA", '
    )
    schema = start + b'"content": ' + deep * 400 + b"{}" + b"}}" * 400 + b"}"
    return put(folder, "model.skops", zipped(("schema.json", schema)))


@hostile
def skops_without_a_schema(folder: Path) -> str:
    return put(folder, "model.skops", zipped(("0.npy", npy("'<f8'", "(1,)", bytes(8)))))


@hostile
def a_link_to_a_secret(folder: Path) -> str:
    secret = folder / "secret"
    secret.write_text('{"password": "hunter2"}')
    name = put(folder, "model.json", secret.read_bytes())
    (folder / name).unlink()
    (folder / name).symlink_to(secret)
    return name


@hostile
def a_name_that_climbs(folder: Path) -> str:
    inner = folder / "inner"
    inner.mkdir()
    return put(inner, "../model.json", b"{}")


@hostile
def an_index_of_its_own_making(folder: Path) -> str:
    name = put(folder, "model.json", b"{}")
    (folder / "models.json").write_text('{"format": 1, "models": {"model.json": {"call": "os.system"}}}')
    return name


@hostile
def another_file_in_its_place(folder: Path) -> str:
    name = put(folder, "model.json", b'{"width": 8}')
    (folder / name).write_bytes(b'{"width": 9}')
    return name

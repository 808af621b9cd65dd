"""The values of names in a kernel."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from runner.kernel.read_back import read_back


async def answers(folder: Path, code: str, names: list[str]) -> dict[str, str]:
    """What a kernel that ran the code says of the names."""
    manager = AsyncKernelManager(kernel_name="python3", transport="ipc", connection_file=str(folder / "kernel.json"))
    await manager.start_kernel()
    client = manager.client()
    assert isinstance(client, AsyncKernelClient)
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=30)
        client.execute(code)
        return await read_back(client, names)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


def test_values_are_their_repr(tmp_path: Path) -> None:
    """In full up to a length, whatever a cell has made of `repr`; unknown names and what is no name are left out."""
    code = "a, b, c = 1.5, 'it\\'s\\n', list(range(5000)); repr = print; raise ValueError"
    said = asyncio.run(answers(tmp_path, code, ["a", "b", "c", "unknown", "__import__('os').abort()"]))
    assert said == {"a": "1.5", "b": repr("it's\n"), "c": repr(list(range(5000)))[:1000]}


def test_nothing_is_asked_without_names(tmp_path: Path) -> None:
    """A notebook without parameters costs no question."""
    assert asyncio.run(answers(tmp_path, "", [])) == {}

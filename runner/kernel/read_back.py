"""The values that names have in a kernel when its last cell has run: what was injected, or what a cell made of it."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterable
from typing import Any

LONGEST = 1000
"""So many characters of a value's `repr` are kept."""


async def read_back(client: Any, names: Iterable[str]) -> dict[str, str]:  # noqa: ANN401 - an untyped kernel client
    """The `repr` of each name, in the words of the kernel; a name that has no value there is left out."""
    asked = {name: f"__import__('builtins').repr({name})[:{LONGEST}]" for name in names if name.isidentifier()}
    if not asked:
        return {}
    told = await _told(client, asked)
    texts = {name: one["data"]["text/plain"] for name, one in told.items() if one.get("status") == "ok"}
    return {name: str(ast.literal_eval(text))[:LONGEST] for name, text in texts.items()}


async def _told(client: Any, asked: dict[str, str]) -> dict[str, Any]:  # noqa: ANN401
    """The kernel's answer. Right behind a failed cell it turns requests away, so it may be asked again."""
    while True:
        message = client.execute("", silent=True, store_history=False, user_expressions=asked, allow_stdin=False)
        while (reply := await client.get_shell_msg())["parent_header"].get("msg_id") != message:
            continue
        if reply["content"]["status"] == "ok":
            return reply["content"].get("user_expressions", {})
        await asyncio.sleep(0.1)

"""What numba compiles for UMAP is kept on disk, so that only the first run of a host waits for the compiler.

UMAP asks numba to keep one of its functions and forgets the others, which cost seconds in every process. What is
compiled lets go of Python's lock as well, so that two layouts are made at the same time. Where it is kept is numba's
choice: `NUMBA_CACHE_DIR` if it is set, beside the package if that may be written, else the user's own cache folder. A
new release of UMAP or numba, or another processor, compiles anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from numba.core.dispatcher import Dispatcher
from umap import layouts, umap_, utils


@cache
def keep_compiled() -> None:
    """Keep what numba will compile for UMAP in this process, and take what was kept before."""
    for function in compilers():
        if not function.signatures:  # compiled already: too late to look it up
            function.targetoptions["nogil"] = True
            function.enable_caching()


def compilers() -> Iterator[Dispatcher]:
    """UMAP's functions that numba compiles."""
    modules = (layouts, umap_, utils)
    return (value for module in modules for value in vars(module).values() if isinstance(value, Dispatcher))

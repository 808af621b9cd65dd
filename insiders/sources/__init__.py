"""Where transactions come from: files, folders, public data sets, the generated shop."""

from insiders.sources.loading import Source, load

__all__ = ["Source", "load"]

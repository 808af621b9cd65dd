"""Raw transactions made ready for analysis, every filter named and counted."""

from insiders.transactions.preparation import Prepared, prepare

__all__ = ["Prepared", "prepare"]

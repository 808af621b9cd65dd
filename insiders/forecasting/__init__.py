"""The forecast room: what is followed, models by name, origins, choice, champions, bounds, coherence, report."""

from insiders.forecasting.contest import Contest, contest
from insiders.forecasting.followed import Followed, follow, write_source
from insiders.forecasting.origins import Origin, rolling_origins
from insiders.forecasting.outlook import Outlook, artifacts, look_ahead, write_tables

__all__ = [
    "Contest",
    "Followed",
    "Origin",
    "Outlook",
    "artifacts",
    "contest",
    "follow",
    "look_ahead",
    "rolling_origins",
    "write_source",
    "write_tables",
]

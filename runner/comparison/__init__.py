"""Two runs side by side, without what is never the same: what was asked, what was computed, and what came of it."""

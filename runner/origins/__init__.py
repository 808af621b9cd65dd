"""Where a run comes from, what decides its results, and which earlier run has done the work."""

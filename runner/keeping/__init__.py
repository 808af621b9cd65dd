"""What is kept of old runs and for how long: equal files kept once, runs removed, runs that stay for good."""

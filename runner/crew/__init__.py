"""The crew: who runs the steps of a run, how many at once, where each of them works, and how their records meet."""

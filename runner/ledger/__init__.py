"""The ledger: one line for each thing that became of a run, chained so that no line can go or change unseen."""

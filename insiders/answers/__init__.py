"""The business questions, answered from the tables of one run: each with figures, a chart and a plain sentence."""

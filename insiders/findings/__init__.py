"""What `02_clustering` finds, part by part: a few sentences, the tables they rest on, the figures, and the metrics."""

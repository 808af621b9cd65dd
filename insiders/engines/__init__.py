"""Engines: programs that run one SELECT where the tables are, on this machine (DuckDB) or on a cluster (Spark)."""

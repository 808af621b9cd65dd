"""Questions to the database: SQL over the views, every value bound, aggregated where the rows are."""

-- One of several parts of the lines, each with all lines of its customers.
SELECT * EXCLUDE (part, row) FROM coded WHERE customer % $parts = $part

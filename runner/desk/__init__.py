"""The reviewer's desk: the history of all runs in a browser, and the same pages as files."""

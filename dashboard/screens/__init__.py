"""The pages, one file each; every page is a function that shows it."""

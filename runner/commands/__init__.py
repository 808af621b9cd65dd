"""The commands of the command line, one file each: `EXAMPLE`, `add_arguments(parser)` and `main(options)`."""

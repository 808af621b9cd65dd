"""What is kept of a run: its manifest, its journal, its folder."""

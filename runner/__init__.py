"""Circumstances: when a notebook runs, with which parameters, and where its copy goes. Knows nothing about retail."""

import sys

# Wherever this package is installed, jsonschema (which nbformat imports) builds the grammar of a text format that no
# notebook has: 1.6 s of a processor, in every process. An import that fails is what jsonschema does without.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

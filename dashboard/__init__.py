"""The pages that the business reads: published tables and registered models, nothing else, and nothing is written.

Needed from `insiders`: wording, the neutralised CSV, the registry of models and the live forecast.
"""

"""Retail customer value: mechanisms that turn transactions into customers, segments, forecasts and answers."""

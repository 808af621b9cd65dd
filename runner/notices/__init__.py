"""Notices: what a person has to hear of without looking, said once, by SNS, by mail or to a web address."""

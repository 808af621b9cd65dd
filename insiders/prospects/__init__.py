"""What every customer is likely to do next, by models that are judged on days they have not seen."""

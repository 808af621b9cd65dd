"""An executed copy as a document that a hostile one cannot break out of."""

"""The tables of the console, as they came to be."""

"""Words of the command line that several files know."""

#: What a lone ``-`` among the arguments becomes: read the words from standard input.
STANDARD_INPUT = "@-"

"""The HTTP API, version 1: what the console can do, for programs.

The law: an operation has a scope, and its key a list of shops. It asks the same desk as
the console, so that rules, journal and answers are the same whoever asks.
"""

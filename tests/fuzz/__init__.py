"""Fuzzing: what reads other people's bytes, fed with bytes that nobody wrote.

``targets.py`` says what holds for any bytes, ``seeds/`` what a run begins with, and
``python -m fuzz`` runs one target with atheris (``make fuzz TIME=60``).
"""

"""What is remembered: orders as the queue, the journal, shops, the inbox.

A Django application (label ``kvitt``). Its models are used by nobody outside
this folder but the console's templates; everybody else asks ``queue``,
``ledger``, ``reads`` and ``repositories``.
"""

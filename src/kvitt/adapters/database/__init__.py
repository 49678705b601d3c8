"""What is remembered: orders as the queue, the journal, shops, the inbox.

A Django application (label ``kvitt``). The law: the queue and the journal are written in this
folder and nowhere else. The use cases know none of it but through their own Protocols; the
console, the API and the command line also read the models.
"""

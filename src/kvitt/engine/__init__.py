"""What keeps the queue moving. The queue is the truth; an engine only drives it."""

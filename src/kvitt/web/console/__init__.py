"""The console: what each order is, on both sides, and the one button that makes sense next."""

"""What people are told by e-mail: what to tell, in which words, and when."""

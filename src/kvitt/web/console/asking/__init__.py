"""What an operator asks for by hand: a form, a review of what will happen, and the answer.

The law: nothing is sent before its review, and nothing else is sent than what was
reviewed. The key is minted with the form and stays in the addresses, so that a double
click, a reload and the back button are one request.
"""

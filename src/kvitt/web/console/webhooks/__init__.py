"""The pages of the webhooks that kvitt sends: who is told of what, and what arrived."""

"""The reconciliation: whether shop and Klarna agree on a month, and where they do not."""

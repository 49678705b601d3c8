"""Who may use the console, and how they prove who they are."""

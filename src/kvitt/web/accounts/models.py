"""What is remembered of failed sign-ins, so that guessing gets slower."""

from django.db import models


class FailedSignIn(models.Model):
    """How often sign-in has failed for one account or from one address."""

    #: A digest of the account's name or of the address: no list of either is kept.
    subject = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField(db_index=True)

    class Meta:
        """Named as people would look for it."""

        db_table = "kvitt_failed_sign_in"

    def __str__(self) -> str:
        return f"{self.failures} failed sign-ins"

"""The forms of people and their passwords."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import reads
from kvitt.web.accounts import roles
from kvitt.web.accounts.proof import check_password
from kvitt.web.accounts.rights import Right, Role

ROLE_NAMES = {
    Role.VIEWER: _("Viewer: sees orders"),
    Role.OPERATOR: _("Operator: also captures and tries again"),
    Role.MANAGER: _("Manager: also refunds and sets rules"),
    Role.OWNER: _("Owner: also invites people"),
}
NO_ROLE = "none"
EVERYWHERE = "all"


class RoleForm(forms.Form):
    """A role, and where: in one of the shops that the reader owns, or in all."""

    place = forms.ChoiceField(label=_("Where"))
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, owner: User, *args: Any, with_none: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        shops = roles.shops_of(owner, Right.PEOPLE)
        everywhere = [(EVERYWHERE, _("Every shop"))] if shops is None else []
        named = [(str(shop.pk), shop.name) for shop in reads.visible_shops(shops)]
        self._choose("place", [*everywhere, *named])
        none = [(NO_ROLE, _("No role"))] if with_none else []
        self._choose(
            "role", [*((role.value, name) for role, name in ROLE_NAMES.items()), *none]
        )

    @property
    def shop(self) -> int | None:
        """The row id of the shop; None is every shop."""
        place = self.cleaned_data["place"]
        return None if place == EVERYWHERE else int(place)

    @property
    def new_role(self) -> Role | None:
        """The role; None takes it away."""
        role = self.cleaned_data["role"]
        return None if role == NO_ROLE else Role(role)

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - both are, above
        field.choices = choices


class NewPasswordForm(forms.Form):
    """A new password, for a new account or an old one."""

    password = forms.CharField(
        label=_("New password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A sentence is good, or a password manager's."),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean_password(self) -> str:
        """Refuse what is short, common, or like the name."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self.user)
        return password


class InvitationForm(NewPasswordForm):
    """A name and a password, of somebody who was invited."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    field_order = ("name", "password")

    def clean_name(self) -> str:
        """Refuse a name that is taken, also in other letters."""
        name = str(self.cleaned_data["name"])
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(_("This name is taken: choose another."))
        self.user.username = name
        return name


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    present = forms.CharField(
        label=_("Current password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("present", "password")

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(user, *args, **kwargs)

    def clean_present(self) -> str:
        """Compare the present password, throttled like a sign-in."""
        check_password(self.request, self.user, str(self.cleaned_data["present"]))
        return ""

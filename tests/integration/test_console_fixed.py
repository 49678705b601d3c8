"""Fixed texts of templates: quicker than Django writes them, and the same."""

import pytest
from django.template import engines
from django.utils import translation

TAGS = (
    '{% translate "Needs attention" %}',
    "{% translate 'Needs attention' %}",
    '{% translate "It\'s 100 % <b>ours</b> & \\"theirs\\"" %}',
    '{% translate "Refund" context "command" %}',
    '{% translate "Refund" as said %}[{{ said }}]',
    '{% translate "Refund" noop %}',
    '{% translate "Refund"|upper %}',
    "{% translate asked %}",
    "{% translate 5 %}",
)


@pytest.mark.parametrize("language", ["en", "sv", "de"])
@pytest.mark.parametrize("tag", TAGS)
def test_a_fixed_text_is_written_as_django_writes_it(tag: str, language: str) -> None:
    """Whatever the tag asks for, the console's tag and Django's write the same."""
    django = engines["django"]
    given = {"asked": "Needs attention"}

    with translation.override(language):
        plain = django.from_string("{% load i18n %}" + tag)
        quick = django.from_string("{% load i18n console %}" + tag)
        try:
            expected = plain.render(given)
        except AttributeError:
            with pytest.raises(AttributeError):
                quick.render(given)
        else:
            assert quick.render(given) == expected

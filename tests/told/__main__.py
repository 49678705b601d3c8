"""Write ``plans.txt``, ``lines.txt`` and ``choices.txt`` anew."""

from told import telling
from told.situations import choices, examples, situations

telling.PATH.write_text(telling.tell(situations()), encoding="utf-8")
telling.LINES_PATH.write_text(telling.tell_lines(examples()), encoding="utf-8")
telling.CHOICES_PATH.write_text(telling.tell_choices(choices()), encoding="utf-8")

"""Write ``plans.txt`` and ``lines.txt`` anew."""

from told import telling
from told.situations import examples, situations

telling.PATH.write_text(telling.tell(situations()), encoding="utf-8")
telling.LINES_PATH.write_text(telling.tell_lines(examples()), encoding="utf-8")

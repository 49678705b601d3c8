"""Write ``plans.txt`` anew."""

from told import telling
from told.situations import situations

telling.PATH.write_text(telling.tell(situations()), encoding="utf-8")

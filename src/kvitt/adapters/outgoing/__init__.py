"""Events told to other programs: signed (pure), and posted."""

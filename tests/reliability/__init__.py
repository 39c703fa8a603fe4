"""`make reliability`: the checks of the checks, which take minutes and not seconds."""

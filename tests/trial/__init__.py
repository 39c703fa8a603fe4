"""The trial: its clock, letting a week pass, and the life that is invented for it."""

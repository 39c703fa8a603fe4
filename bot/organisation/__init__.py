"""What belongs to the charity: its file, numbers, hours, waits, shifts and adopted rules."""

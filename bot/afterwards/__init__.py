"""After the decision: reminders, second looks, two who were there, closing."""

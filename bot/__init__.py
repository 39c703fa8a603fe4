"""What people do, and how they are spoken to."""

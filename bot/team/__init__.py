"""The charity's own people: who they are, who is away or on call, who keeps the list."""

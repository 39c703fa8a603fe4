"""The store on both engines: what is kept, what is refused, and who is first."""

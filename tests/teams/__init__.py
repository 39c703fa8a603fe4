"""The Teams channel's tests: the real SDK, against a login service and a connector of our own that speak HTTP."""

"""One file a migration; expand first, contract in a later release."""

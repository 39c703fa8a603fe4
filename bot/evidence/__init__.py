"""That the record can be trusted: the ledger verified and anchored, keys turned and counted, a role that only adds."""

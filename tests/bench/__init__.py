"""One press measured against bare and tuned slack-bolt on this machine: `make bench`. Nothing here asserts a speed."""

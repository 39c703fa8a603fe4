"""One press on Teams beside Microsoft's own adapter: part of `make bench`. Nothing here asserts a speed."""

"""The tests: real SQL on both engines, real SDKs, fake servers that speak HTTP. The clock is always passed in."""

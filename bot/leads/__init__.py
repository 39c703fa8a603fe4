"""The leads' board: everything open, opening one again, two on one reference, handing over, what nobody holds."""

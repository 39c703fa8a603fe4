"""The bot around its channels: the command line, the charity's files, starting and stopping, and being killed."""

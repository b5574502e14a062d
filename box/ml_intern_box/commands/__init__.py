"""The commands of the supervisor, each module loaded when one of its own is asked for."""

"""What runs on the box: the supervisor of jobs and the programs that jobs run."""

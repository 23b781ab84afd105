"""One folder per Lambda function: an entry point that calls one step, and nothing else."""

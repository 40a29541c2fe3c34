"""What people do, one module a stage: load, call one pure function, append, return."""

"""The schema's history: Alembic migrations, run when a review is opened for writing."""

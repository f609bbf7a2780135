"""One file a version of the tables; a new one names the one before as its `down_revision`."""

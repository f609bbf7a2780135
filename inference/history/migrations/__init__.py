"""How the tables of the history became what they are: Alembic's versions, which database.py runs when it opens one."""

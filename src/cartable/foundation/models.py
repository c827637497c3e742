"""No table of its own; Django announces a migration only to rooms that have this module (see `store_rules`)."""

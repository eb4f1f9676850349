"""One instance of a service instead of one per request: may it be (`sharing`), who hands it out (`providers`), all of it (`plan`)."""

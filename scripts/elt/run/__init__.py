"""One execution: settings, company knowledge, the run folder, manifest, closing words."""

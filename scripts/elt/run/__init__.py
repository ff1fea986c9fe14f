"""One execution: settings, company knowledge, lineage of its marts, the run folder, manifest, closing words."""

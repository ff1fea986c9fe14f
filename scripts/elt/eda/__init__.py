"""What the data hold, without personal data: profiles, distributions, breakdowns, charts."""

"""What all reports share: Markdown, pages, numbers, languages, figures."""

"""The star schema: days of the calendar, document types."""

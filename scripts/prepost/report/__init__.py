"""What the report's cells show: messages, figures with their tables, methods and the rows behind every number."""

from prepost.report.book import Report

__all__ = ["Report"]

"""Exports for an auditor's own tools. All stream: memory does not grow with the transfers."""

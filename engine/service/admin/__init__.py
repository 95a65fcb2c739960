"""What administrators do in the browser: fields, groups, display names, drafts and what they publish."""

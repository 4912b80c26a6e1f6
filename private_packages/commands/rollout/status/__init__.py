"""`private-packages rollout status`: text, JSON, CSV and a page for the browser."""

"""What `private-packages rollout status` shows: text, JSON, CSV and a page for the browser."""

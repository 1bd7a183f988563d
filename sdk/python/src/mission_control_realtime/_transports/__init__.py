"""The two ways to the service: POST /events over HTTPS, and the event bus."""

"""The platform: accounts, synced records, the outbox. It knows nothing of exercise or diet."""

VERSION = "0.1.0"

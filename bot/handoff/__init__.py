"""A person is needed, takes the conversation, answers, and gives it back."""

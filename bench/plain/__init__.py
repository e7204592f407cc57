"""The same job without Hearback's engine: a task is given a message and posts the answer.

Plain Celery and plain dramatiq on Redis, set up as their own guides do. They store nothing: the
queue in Redis is all that remembers a message, and so they have less to do for each.
"""

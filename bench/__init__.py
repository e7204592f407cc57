"""What the design costs and what it buys: ratios measured in one run. One script per figure.

Only the printed figures count, and only those of one run: machines differ, and so do their moods.
"""

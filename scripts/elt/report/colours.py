"""The colours of figures and pages; the stylesheet takes them from here too."""

INK = "#1f2933"  # text, and this year
SOFT = "#5d6f81"  # what stands beside the main thing in a chart
MUTED = "#84919f"  # last year, and the rest: no paler, for bars and lines stand out from white by 3:1
GRID = "#e4e7eb"
ACCENT = "#0b6e75"  # the one thing to look at, and what went well
BAD = "#b4332b"  # what went badly
PALE = "#f3f6f7"  # the low end of a scale that ends in the accent
RED = "#9b2c2c"  # the negative end of a scale from -1 to 1
AMBER = "#b45309"  # the end of a scale below an average
SEGMENTS = (ACCENT, AMBER, "#5b3fa0", RED, "#2f6db5", "#6b7a1f", "#a03f7d", SOFT)  # beside a number, never alone

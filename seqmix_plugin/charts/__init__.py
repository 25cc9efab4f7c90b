"""Charts: specifications of Vega-Lite, which the report draws in a browser and `rendering` as PNG, SVG and PDF."""

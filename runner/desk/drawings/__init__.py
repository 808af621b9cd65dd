"""Small pictures that the desk draws itself: places of boxes, lines and days; the templates make SVG of them."""

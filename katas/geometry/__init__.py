"""Computational geometry: exact questions asked of inexact numbers.

Every algorithm here asks a yes-or-no question of coordinates: left or right of a line, inside or outside, nearer or
farther. Floats answer with a rounding error, and one wrong answer sends a convex hull or a triangulation astray. The
katas begin with the two tools for it, comparison with a tolerance and vector arithmetic, and go on to predicates that
are exact and to the algorithms that stand on them.

A point or a vector is a tuple of two coordinates. Integers stay exact, however large; what holds for floats is said in
each docstring.

Read before you start:

- Goldberg 1991, "What every computer scientist should know about floating-point arithmetic"
- de Berg et al., "Computational Geometry: Algorithms and Applications", chapter 1
- Shewchuk 1997, "Adaptive precision floating-point arithmetic and fast robust geometric predicates"
"""

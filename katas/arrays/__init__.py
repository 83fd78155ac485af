"""Sorted arrays: merging in place, with little memory and few comparisons.

Merging two sorted runs is the step that merge sort, Timsort, database joins and the compaction of log-structured
stores repeat all day. The result is easy; the katas here ask for the method as well. How many comparisons are needed?
How much memory besides the input? Which element goes first when two are equal? Meters count, so an answer that sorts
everything again is told so, however fast it is.

Read before you start:

- Knuth, The Art of Computer Programming, volume 3, section 5.2.4 (merging)
- Tim Peters, "listsort.txt" in CPython's source: how a real library merges runs
"""

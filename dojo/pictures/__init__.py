"""Pictures of a kata's calls: the worked example, and the call on which an answer is wrong.

What all pictures share is here: ``case`` (what is drawn), ``drawer`` (who draws it), ``paper`` (the figure, its file),
``ink`` (expected and got: two colours that also differ in form), and kinds of panels: ``plane``, ``rows``, ``heat``,
``graph``, ``timeline``. What is drawn of a kata stands beside its properties, in ``tests/<topic>/pictures/<kata>.py``:

- a function for each function or probe whose calls can be drawn, of the same name: ``draw(figure, case)``, which may
  return a line of text;
- ``EXAMPLE``: the name of one of them and its arguments by name, the worked example.

matplotlib is imported when something is drawn.
"""

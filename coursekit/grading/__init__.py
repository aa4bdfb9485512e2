"""The instructor's side, on nbgrader: release, collect, grade, feedback, report, export.

layout     the class's folder, laid out as nbgrader lays it out
starter    the student's version of a solved notebook (the standard library alone: the wheel's build uses it)
release    checks a lesson, writes its student version and one zip to hand out
roster     who is in the class
collect    submissions from folders, zips and LMS downloads, the latest of each student
repair     a damaged notebook, made gradeable
report     the class at a glance
export     grades as CSV; marks reads them from the gradebook
sample     a made-up class; demo grades it, and compares
commands   the command line of all this

Nothing is imported here: a student's command line looks at this package too.
"""

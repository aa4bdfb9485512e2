"""The instructor's side, on nbgrader, in the order of a class's life.

layout      the class's folder, laid out as nbgrader lays it out
database    the gradebook's: SQLite, or what nbgrader's db_url names
starter     the student's version of a solved notebook, by the standard library alone: a wheel's build uses it
release     checks a lesson, tries it out, writes its student version and one zip to hand out
roster      who is in the class
collect     submissions from folders, zips and LMS downloads, the latest of each student
repair      a damaged notebook, made gradeable
grade       what is new or changed, from `submitted/` into the gradebook
run         one submission in a kernel of its own: executed, asked, judged; no gradebook is seen here
journal     what the run finds out, written as it is found
apply       what the journal holds, into nbgrader's gradebook; the only writer
converters  nbgrader's own converters, one submission at a time
faults      what a disk or a database cannot do, in one sentence
feedback    nbgrader's feedback, with each exercise's verdict in it
marks       what the gradebook holds
report      the class at a glance
export      grades as a CSV file
sample      a class of made-up students, for the demo and for tests
demo        the whole life of a class
commands    the command line of all this

Nothing is imported here: a student's command line looks at this package too.
"""

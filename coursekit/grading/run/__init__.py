"""The run: a submission in, what grading found out. No gradebook and no course folder are seen here.

work       what travels: the submission, what it may use, what was found out
pool       many submissions at once, in worker processes
worker     one such process
cluster    the same on a Dask cluster: bench is what runs in a Dask worker, machine by what a machine judges
sitting    one submission: its notebooks executed, asked, judged
execute    its cells, whatever that costs in kernels
outputs    what cells show, capped
kernel     a student's kernel, a process of its own; watch looks at it from outside
package    the coursekit that a kernel sees; inside is its __init__
verdicts   verdicts as data, and as a check cell shows them

Student code runs in kernels only; verdicts are given here.
"""

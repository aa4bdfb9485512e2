"""Isolation: a student's kernel in a sandbox of its own, forked from a process that is warm already.

bubblewrap    builds and holds a sandbox: all of the policy is its flags
system_calls  what no process in it may ask of the system
warm          the warm process, seen from the worker
forks         what the warm process does; it lies in the kernel's own coursekit
enter         how a fork goes into its sandbox, for good; so does this
cgroup        limits on all of it together, where a control group can be made
provisioner   all that, as jupyter_client starts a kernel

The sandbox shares no folder with the machine that could be written to. What passes between a kernel and its
worker goes through sockets that the worker has made.
"""

"""The system calls that a student's kernel may not make, as a seccomp filter.

Namespaces and a read-only system keep a sandbox's processes from everything outside. What is refused
here are the calls that would hold memory where nobody counts it (in segments and files that no process
maps), make new namespaces or mounts, look into other processes, or reach into the kernel. The list
follows Docker's default profile and the Linux manual, seccomp(2).
"""

from __future__ import annotations

import errno
import platform
import struct

# name: number on x86-64, on arm64
REFUSED = {
    # memory that no process's resident size shows
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "semget": (64, 190),
    "msgget": (68, 186), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # namespaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    # the machine and its kernel
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "swapon": (167, 224), "swapoff": (168, 225),
    "reboot": (169, 142), "acct": (163, 89), "quotactl": (179, 60), "syslog": (103, 116),
    "fanotify_init": (300, 262), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "adjtimex": (159, 171), "clock_adjtime": (305, 266), "sethostname": (170, 161),
    "setdomainname": (171, 162), "vhangup": (153, 58),
}  # fmt: skip
CLONE, CLONE3, SOCKET, SOCKETPAIR, FCNTL = (56, 220), (435, 435), (41, 198), (53, 199), (72, 25)
NEW_NAMESPACES = 0x7E020000  # the flags of clone(2) that make some
FAMILIES = (1, 2, 10, 16)  # of sockets: unix, IPv4, IPv6, netlink; the network of a sandbox is empty
# Commands of fcntl(2): a lease holds up whoever opens that file, in other sandboxes and outside.
LEASE, NOTIFY = 1024, 1026
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _ANY_OF, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # of classic BPF
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24  # places in struct seccomp_data


def known() -> bool:
    """Whether this machine's system calls are known here."""
    return platform.machine() in MACHINES


def program() -> bytes:
    """The filter, as the instructions that the kernel and bubblewrap take."""
    which, architecture = MACHINES[platform.machine()]
    steps = [_step(_LOAD, _ARCHITECTURE), _step(_EQUAL, architecture, 1, 0), _refuse(errno.EPERM)]
    steps.append(_step(_LOAD, _NUMBER))
    if which == 0:  # the x32 calls of x86-64 have numbers of their own
        steps += [_step(_AT_LEAST, 0x40000000, 0, 1), _refuse(errno.ENOSYS)]
    for numbers in REFUSED.values():
        steps += [_step(_EQUAL, numbers[which], 0, 1), _refuse(errno.EPERM)]
    # Its flags cannot be looked at; the C library goes on with clone.
    steps += [_step(_EQUAL, CLONE3[which], 0, 1), _refuse(errno.ENOSYS)]
    steps += [_step(_EQUAL, CLONE[which], 0, 4), _step(_LOAD, _FIRST_ARGUMENT)]
    steps += [_step(_ANY_OF, NEW_NAMESPACES, 0, 1), _refuse(errno.EPERM), _step(_RETURN, _ALLOW)]
    steps += [_step(_EQUAL, FCNTL[which], 0, 5), _step(_LOAD, _SECOND_ARGUMENT)]
    steps += [_step(_EQUAL, LEASE, 1, 0), _step(_EQUAL, NOTIFY, 0, 1), _refuse(errno.EPERM)]
    steps.append(_step(_RETURN, _ALLOW))
    for call in (SOCKET, SOCKETPAIR):
        steps += [_step(_EQUAL, call[which], 0, len(FAMILIES) + 3), _step(_LOAD, _FIRST_ARGUMENT)]
        steps += [_step(_EQUAL, family, len(FAMILIES) - i, 0) for i, family in enumerate(FAMILIES)]
        steps += [_refuse(errno.EAFNOSUPPORT), _step(_RETURN, _ALLOW)]
    steps.append(_step(_RETURN, _ALLOW))
    return b"".join(steps)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _refuse(error: int) -> bytes:
    return _step(_RETURN, _ERRNO | error)

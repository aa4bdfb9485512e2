"""The data that the lessons use.

carried      what comes with the course: Hubble's galaxies
digits       scikit-learn's small digits
mnist        MNIST: found, downloaded or stood in for, and it says which
containers   the files that MNIST comes in, and the check that it is MNIST
places       where it is looked for
mirrors      where it is downloaded from
fetching     a download that nothing can hold up
stand_in     what is given in its place without it
"""

from coursekit.data.carried import data_file, load_hubble
from coursekit.data.digits import load_digits
from coursekit.data.mnist import load_mnist

__all__ = ["data_file", "load_digits", "load_hubble", "load_mnist"]

"""The settings of an installation, with the floor among its addresses."""

from samskab.config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.floor"

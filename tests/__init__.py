"""Tests; a package so that they can share builders, fakes, strategies and servers."""

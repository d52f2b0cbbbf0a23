# SPDX-License-Identifier: BSL-1.0
"""Builds the consumer against the package that `conan create` has just made, and runs it."""
import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.layout import basic_layout
from conan.tools.meson import Meson


class TestPackage(ConanFile):
    settings = "os", "arch", "compiler", "build_type"
    generators = "PkgConfigDeps", "MesonToolchain"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        basic_layout(self)

    def build(self):
        meson = Meson(self)
        meson.configure()
        meson.build()

    def test(self):
        if can_run(self):
            consumer = os.path.join(self.cpp.build.bindir, "consumer")
            database = os.path.join(self.build_folder, "consumer.db")
            self.run(f'"{consumer}" "{database}"', env="conanrun")

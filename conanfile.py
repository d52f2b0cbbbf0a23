# SPDX-License-Identifier: BSL-1.0
"""Conan 2 recipe of Cairn, a header-only library."""
import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy
from conan.tools.layout import basic_layout


class CairnRecipe(ConanFile):
    name = "cairn"
    version = "0.1.0"
    license = "BSL-1.0"
    description = "A crash-safe, indexed, typed store for the structs of a program"
    topics = ("persistence", "embedded-database", "sqlite", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"with_recovery": [True, False]}
    default_options = {"with_recovery": False}
    exports_sources = "include/*", "LICENSE"
    no_copy_source = True
    test_package_folder = "tests/consumers/conan/test_package"

    def layout(self):
        basic_layout(self, src_folder=".")

    def requirements(self):
        # transitive_headers: a consumer compiles against them through our headers.
        self.requires("boost/[>=1.74 <2]", options={"header_only": True}, transitive_headers=True)
        self.requires("cereal/[>=1.3.2 <2]", transitive_headers=True)
        self.requires("xxhash/[>=0.8.1 <0.9]", transitive_headers=True)
        # From 3.51.3 on, SQLite is free of the WAL-reset bug.
        self.requires("sqlite3/[>=3.51.3 <4]", transitive_headers=True, transitive_libs=True)

        if self.options.with_recovery:
            self.requires("zstd/[>=1.5 <2]", transitive_headers=True, transitive_libs=True)

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "*", os.path.join(self.source_folder, "include"),
             os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.set_property("pkg_config_name", "cairn")
        self.cpp_info.requires = ["boost::headers", "cereal::cereal", "xxhash::xxhash",
                                  "sqlite3::sqlite3"]
        if self.options.with_recovery:
            self.cpp_info.requires.append("zstd::zstdlib")
        if self.settings.get_safe("os") in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]

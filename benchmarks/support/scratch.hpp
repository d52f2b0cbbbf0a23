// SPDX-License-Identifier: BSL-1.0
// A fresh folder for the files of one measurement, removed at the end.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace bench {

/// Lies on the file system of the folder that `folder` names, so that a durable write is one.
class scratch {
public:
    explicit scratch(std::filesystem::path const& folder = ".")
    {
        std::filesystem::create_directories(folder);
        auto name = (folder / "bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no scratch folder: " + name);
        path_ = name;
    }
    scratch(scratch const&) = delete;
    scratch& operator=(scratch const&) = delete;
    ~scratch()
    {
        auto ignored = std::error_code{};
        std::filesystem::remove_all(path_, ignored);
    }

    std::string file(std::string const& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

} // namespace bench

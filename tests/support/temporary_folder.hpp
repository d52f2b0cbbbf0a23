// SPDX-License-Identifier: BSL-1.0
// A folder that is gone when the test is over.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace test {

/// Made where TMPDIR says, else where the platform keeps temporary files.
class temporary_folder {
public:
    explicit temporary_folder(std::filesystem::path const& parent = default_parent())
    {
        auto name = (parent / "cairn-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error{"cannot make a temporary folder in " + parent.string()};
        path_ = name;
    }
    temporary_folder(temporary_folder const&) = delete;
    temporary_folder& operator=(temporary_folder const&) = delete;
    ~temporary_folder()
    {
        auto ignored = std::error_code{};
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }

private:
    static std::filesystem::path default_parent() { return std::filesystem::temp_directory_path(); }

    std::filesystem::path path_;
};

} // namespace test

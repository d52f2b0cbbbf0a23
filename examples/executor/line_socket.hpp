// SPDX-License-Identifier: BSL-1.0
// Lines of text over a Unix socket, with a deadline for everything.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/types.h>

namespace executor {

using deadline = std::chrono::steady_clock::time_point;

inline deadline after(std::chrono::nanoseconds time)
{
    return std::chrono::steady_clock::now()
        + std::chrono::duration_cast<std::chrono::steady_clock::duration>(time);
}

/// The other side was not reached, or said nothing understandable in time.
class link_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One end of a connection.
class line_socket {
public:
    /// @errors `link_error` if nobody listens there or answers in time.
    static line_socket connect(std::string const& path, deadline until);

    explicit line_socket(int descriptor) : descriptor_{descriptor} {}
    ~line_socket();
    line_socket(line_socket&& other) noexcept;
    line_socket& operator=(line_socket&&) = delete;

    /// The process at the other end, as the kernel knows it.
    [[nodiscard]] pid_t peer() const;

    /// @errors `link_error`.
    void send_line(std::string line, deadline until);

    /// The next line, without its end; nothing if the other side has closed.
    /// @errors `link_error`, also if a line is longer than `most` bytes.
    std::optional<std::string> receive_line(deadline until, std::size_t most);

private:
    int descriptor_;
    std::string received_{};
};

/// A Unix socket at `path` that others connect to; removed when it goes.
class line_listener {
public:
    /// @errors `link_error`, also if the path is taken.
    explicit line_listener(std::string path);
    ~line_listener();
    line_listener(line_listener const&) = delete;
    line_listener& operator=(line_listener const&) = delete;

    /// The next connection; nothing if none came in time.
    std::optional<line_socket> accept(deadline until);

private:
    std::string path_;
    int descriptor_;
};

} // namespace executor

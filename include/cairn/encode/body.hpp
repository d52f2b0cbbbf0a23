// SPDX-License-Identifier: BSL-1.0
// The frame of a record's body: format, version, members, and a checksum over them.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/base/error.hpp>
#include <cairn/describe/shape.hpp>
#include <cairn/encode/reader.hpp>
#include <cairn/encode/writer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// A body, all numbers little-endian:
//   u8   format, 1
//   u32  version of the model
//   ...  every member, in the order of declaration
//   u64  checksum = XXH3-64(P, u64 XXH3-64(members)), where P is what tells this model's members
//        from those of another: u8 format, u32 version, u32 length and bytes of the model's name

namespace cairn::inline v0::detail {

inline constexpr std::uint8_t body_format = 1;
inline constexpr std::size_t body_header_bytes = 5;
inline constexpr std::size_t body_checksum_bytes = 8;

/// The checksum of these members in a record of `model`.
std::uint64_t body_checksum(shape const& model, std::span<std::byte const> members);

void write_header(writer& out, shape const& model);

/// Ends a body and hands it to the buffer. Without this call the buffer stays as it was.
void finish_body(writer& out, shape const& model);

/// Ends a body that was written to see whether it can be; the buffer stays as it was.
void drop_body(writer& out);

/// A record as it was found in a table, for the errors that concern it. Columns may be missing.
class found_record final : public damage_report {
public:
    found_record(shape const& model, cells columns) noexcept : model_{model}, columns_{columns} {}

    /// The members of a body whose checksum is that of this model; any other body is an error.
    [[nodiscard]] std::span<std::byte const> open(std::span<std::byte const> body) const;

    [[noreturn]] void damaged(char const* reason) const override;

    /// What `damaged` throws.
    [[nodiscard]] corrupt_record damage(char const* reason, std::string_view member = {}) const;

    /// Reports the first stored column that differs from that of the decoded record.
    void compare(cells own) const;

private:
    [[noreturn]] void refuse_header(std::span<std::byte const> body) const;
    [[noreturn]] void damaged(char const* reason, std::string_view member) const;
    [[nodiscard]] bool find_key(cell* out) const;

    shape const& model_;
    cells columns_;
};

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/encode/body.ipp>
#endif
